import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { askAccounts } from './account-messages';
import {
  BEGIN_LEASE,
  DECISION_LEASE,
  DynamoKeyRecords,
  memberLayout,
  REPORT_LEASE,
  RUN_LEASE,
  RUNS_LAYOUT,
} from './dynamo-key-records';
import { DynamoKeyRuns } from './dynamo-key-runs';
import { DynamoLastReport } from './dynamo-last-report';
import { readHubAccounts } from './hub-accounts';
import { KeyAsking } from './key-asking';
import type { InventoriedRun } from './key-inventories';
import type { LoadedKeySentryConfiguration } from './key-sentry-configuration';
import { MemberKeys, orRefusal } from './member-keys';
import { organizationNotification } from './organization-notification';
import { MemberSessions } from '../../organization/adapters/member-sessions';
import type { HubVariable } from '../../organization/contracts/hub-variable';
import type { Refusal } from '../../organization/domain/gaps/look-at-member';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import type { Clock } from '../../shared/domain/clock';
import type { InventoryPlace } from '../contracts/key-sentry-parameter';
import { type HasTime, type InventoryPorts, takeInventory } from '../domain/key-inventory';
import type { KeyReport, PlacedKey } from '../domain/key-report';
import {
  type AccountToLookAt,
  answerForAccount,
  type LookedAccount,
} from '../domain/organization/answer-for-account';
import type { RunInventory } from '../domain/organization/keep-run-inventory';
import type { AccountAnswer, KeyRun } from '../domain/organization/key-run';
import { namedMember } from '../domain/organization/member-labels';
import { nameOf, type OrganizationReport } from '../domain/organization/organization-report';
import type { HubAccounts } from '../domain/organization/ports';
import { reportKeyRun } from '../domain/organization/report-key-run';
import { startKeyRun } from '../domain/organization/start-key-run';
import { lookAndRetire, type RetiringPorts } from '../domain/run-key-sentry';

export interface OrganizationKeysProps {
  readonly hub: HubVariable;
  readonly sentry: string;
  readonly table: string;
  readonly queueUrl: string;
  readonly topicArn: string;
  readonly clients: {
    readonly dynamo: DynamoDBClient;
    readonly sns: SNSClient;
    readonly sqs: SQSClient;
    readonly ssm: SSMClient;
  };
  readonly clock: Clock;
  /** The sentry's own account, which is looked at with its own role. */
  readonly own: {
    readonly account: string;
    readonly region: string;
    /** Undefined without actions. */
    readonly records: DynamoKeyRecords | undefined;
    ports(configuration: LoadedKeySentryConfiguration): RetiringPorts;
  };
  configuration(): Promise<LoadedKeySentryConfiguration>;
  announce(accountId: string, report: KeyReport): Promise<void>;
  inventoryIn(place: InventoryPlace): RunInventory;
  /** Reports that the rows of an account could not be taken or stored, and never throws. */
  keepRows(inventoried: InventoriedRun, store: () => Promise<void>): Promise<void>;
  /** `accountName` says how an account is named to people. */
  tellOwners(
    report: OrganizationReport,
    configuration: LoadedKeySentryConfiguration,
    accountName: (accountId: string) => string,
  ): Promise<readonly PlacedKey[]>;
}

/** The keys of all accounts of a hub: a message an account, and one report. */
export class OrganizationKeys {
  private readonly runs: DynamoKeyRuns;
  private readonly sessions: MemberSessions;
  /** To name accounts, one message after the other. */
  private readonly lately: CachedConfiguration<HubAccounts>;

  constructor(private readonly props: OrganizationKeysProps) {
    const { hub, clients, clock, table } = props;
    this.runs = new DynamoKeyRuns(clients.dynamo, table);
    this.lately = new CachedConfiguration(async () => this.accounts(), clock);
    this.sessions = new MemberSessions({
      sts: new STSClient(CLIENT_SETTINGS),
      partition: hub.partition,
      hubName: hub.name,
      hubFunction: 'check-keys',
      now: () => clock.now(),
    });
  }

  /** Undefined where the run before is still waiting for answers. */
  async start(id: string): Promise<KeyRun | undefined> {
    const { clients, own, queueUrl, clock } = this.props;
    return this.runsLease().exclusively(BEGIN_LEASE, async () =>
      startKeyRun(
        { id, hubAccountId: own.account },
        {
          runs: this.runs,
          accounts: async () => this.accounts(),
          ask: async (runId, accountIds) => askAccounts(clients.sqs, queueUrl, runId, accountIds),
        },
        clock.now(),
      ),
    );
  }

  /** Undefined where there is nothing to answer any more. */
  async answer(account: AccountToLookAt, hasTime: HasTime): Promise<AccountAnswer | undefined> {
    const { announce, clock, keepRows } = this.props;
    return answerForAccount(account, {
      runs: this.runs,
      announce,
      keepInventory: async (runId, { accountId, takenAt, take }) =>
        keepRows({ scope: accountId, at: takenAt }, async () =>
          this.runs.writeInventory(runId, { accountId, takenAt, keys: await take() }),
        ),
      now: () => clock.now(),
      exclusively: async (accountId, work) => {
        const records = this.recordsOf(accountId);
        return records ? records.exclusively(RUN_LEASE, work) : work();
      },
      look: async (accountId) =>
        accountId === this.props.own.account
          ? this.lookAtOwn(hasTime)
          : this.lookAtMember(account, hasTime),
    });
  }

  /** Throws a LeaseTakenError where another invocation reports it just now. */
  async report(): Promise<OrganizationReport | undefined> {
    const { clients, clock, configuration, sentry, topicArn } = this.props;
    const { inventoryIn, tellOwners } = this.props;
    const notifications = new SnsNotifications(clients.sns, topicArn);
    return this.runsLease().exclusively(REPORT_LEASE, async () => {
      const [loaded, accounts] = await Promise.all([configuration(), this.accounts()]);
      return reportKeyRun(
        {
          runs: this.runs,
          tellsWhenNothingFound: loaded.tellsWhenNothingFound,
          tell: async (report, part) => {
            await notifications.publish(organizationNotification(report, part, accounts, sentry));
            return clock.now();
          },
          ...(loaded.reports && {
            remembering: {
              timing: loaded.reports,
              memory: new DynamoLastReport(clients.dynamo, this.props.table, RUNS_LAYOUT),
            },
          }),
          ...(loaded.inventory && { inventory: inventoryIn(loaded.inventory) }),
          messagesOwners: loaded.messagesOwners,
          tellOwners: async (report) =>
            tellOwners(report, loaded, (accountId) => nameOf(accountId, accounts)),
          withRecords: async (accountId, work) => {
            const records = this.recordsOf(accountId);
            await records?.exclusively(
              { ...DECISION_LEASE, patience: DECISION_LEASE.milliseconds },
              async () => work(records),
            );
          },
        },
        clock.now(),
      );
    });
  }

  private async lookAtOwn(hasTime: HasTime): Promise<LookedAccount> {
    const { configuration, own, clock } = this.props;
    const loaded = await configuration();
    const ports = own.ports(loaded);
    const report = await lookAndRetire(loaded, ports, clock.now());
    return { report, ...inventoryOf(report, loaded, { ...ports, hasTime }) };
  }

  private async lookAtMember(
    { accountId, runId }: AccountToLookAt,
    hasTime: HasTime,
  ): Promise<LookedAccount | Refusal> {
    const { clients, clock, configuration, hub, own } = this.props;
    const [loaded, accounts] = await Promise.all([configuration(), this.lately.asOf(new Date(0))]);
    const look = async () => {
      const keys = new MemberKeys(
        { sessions: this.sessions, hub, clock },
        { accountId, reason: runId },
      );
      const { actions, workflow } = loaded;
      const source = await keys.source();
      const barredBy = actions?.mode === 'enforce' ? await keys.barredBy() : undefined;
      const asking = workflow && new KeyAsking(clients.sqs, workflow, accountId);
      const ports: RetiringPorts = {
        source,
        changer: keys,
        records: this.recordsOfMember(accountId),
        asker: asking ?? own.ports(loaded).asker,
        account: accountId,
        region: own.region,
        member: namedMember(accountId, accounts),
        barredBy,
      };
      const report = await lookAndRetire(loaded, ports, clock.now());
      return {
        report,
        ...(barredBy !== undefined && { barredBy }),
        ...inventoryOf(report, loaded, { source, hasTime }),
      };
    };
    return orRefusal(async () => this.sessions.reading(accountId, look));
  }

  /** Fresh, since a run goes by it for an hour. */
  private async accounts(): Promise<HubAccounts> {
    const { clients, hub } = this.props;
    return readHubAccounts(clients, hub);
  }

  private recordsOf(accountId: string): DynamoKeyRecords | undefined {
    const { own } = this.props;
    return accountId === own.account ? own.records : this.recordsOfMember(accountId);
  }

  private recordsOfMember(accountId: string): DynamoKeyRecords {
    const { clients, table, clock } = this.props;
    return new DynamoKeyRecords(clients.dynamo, table, clock, memberLayout(accountId));
  }

  private runsLease(): DynamoKeyRecords {
    const { clients, table, clock } = this.props;
    return new DynamoKeyRecords(clients.dynamo, table, clock, RUNS_LAYOUT);
  }
}

function inventoryOf(
  { survey }: KeyReport,
  { inventory, rules }: LoadedKeySentryConfiguration,
  ports: InventoryPorts,
): Pick<LookedAccount, 'takeInventory'> {
  if (!inventory) return {};
  return { takeInventory: async () => takeInventory(survey, rules.keys, ports) };
}
