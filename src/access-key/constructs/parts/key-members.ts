import { Duration, Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { MemberKeysTable } from './member-keys-table';
import type { SentryHub } from '../../../organization/constructs/sentry-hub';
import { HUB_VARIABLE } from '../../../organization/contracts/hub-variable';
import type { BundledFunction } from '../../../shared/constructs/bundled-function';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { deadLetterQueue, takeOneByOne, workQueue } from '../../../shared/constructs/work-queue';
import { REPORT_TASK } from '../../contracts/account-message';
import { CHECK_ACCESS_KEYS } from '../../contracts/check-access-keys.environment';
import type { KeyActions } from '../key-actions';

export interface KeyMembersProps {
  readonly hub: SentryHub;
  /** Those that are taken; without them, nothing is changed. */
  readonly actions: KeyActions | undefined;
  readonly topic: sns.ITopic;
}

/** IAM throttles each account for itself; STS, and the sentry's own tables, serve all. */
const MAX_CONCURRENCY = 5;

const LOOKS_FOR_A_REPORT_EVERY = Duration.minutes(15);

/** What a sentry with a hub has besides: a queue of accounts, and a table. */
export class KeyMembers {
  public readonly alarms: cloudwatch.Alarm[];
  private readonly table: MemberKeysTable;
  private readonly accounts: GuardedQueue;

  constructor(
    private readonly sentry: Construct,
    private readonly props: KeyMembersProps,
  ) {
    const { hub, actions, topic } = props;
    hub._join({
      construct: sentry,
      watches: 'access keys',
      rights: actions?._rules ? 'FULL' : 'OBSERVE',
    });
    this.table = new MemberKeysTable(sentry, 'MemberKeys');
    // A message that was given up on belongs to a run that is over: no one has to send it again.
    const unhandled = deadLetterQueue(sentry, 'UnhandledAccounts', []);
    this.accounts = workQueue(sentry, 'Accounts', {
      contract: CHECK_ACCESS_KEYS,
      unhandled,
      operators: [],
    });
    this.alarms = [
      new NotifyingAlarm(sentry, 'UnhandledAccountsAlarm', {
        metric: unhandled.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description: 'The sentry gave up on looks at the keys of accounts after hours of tries.',
      }),
    ];
  }

  /** The environment variables of a function that works in members. */
  public get variables() {
    return { [HUB_VARIABLE]: this.props.hub._variable, MEMBER_KEYS_TABLE: this.table.tableName };
  }

  /** Those of the function that looks at keys. */
  public get checkVariables() {
    return { ...this.variables, ACCOUNT_QUEUE_URL: this.accounts.queueUrl };
  }

  /** For the function that begins runs, looks at each account, and reports. */
  public letCheck(checker: BundledFunction<string, string>): void {
    this.props.hub._letWork(checker, 'check-keys');
    this.table.grantUse(checker.role!);
    this.accounts.grantSend(checker);
    takeOneByOne(checker, this.accounts, MAX_CONCURRENCY);
    acknowledgeTableKey(checker.role!);
    new events.Rule(this.sentry, 'ReportSchedule', {
      description: `When ${this.sentry.node.path} looks whether all accounts have answered`,
      schedule: events.Schedule.rate(LOOKS_FOR_A_REPORT_EVERY),
      targets: [
        new targets.LambdaFunction(checker, {
          event: events.RuleTargetInput.fromObject(REPORT_TASK),
        }),
      ],
    });
  }

  /** For the function that carries out decisions. */
  public letCarryOut(carrier: BundledFunction<string, string>): void {
    this.props.hub._letWork(carrier, 'decide-keys');
    this.table.grantUse(carrier.role!);
    acknowledgeTableKey(carrier.role!);
  }
}

function acknowledgeTableKey(role: iam.IRole): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Action::kms:ReEncrypt*]',
    reason: 'Writing to an encrypted table, with its key alone.',
  });
}
