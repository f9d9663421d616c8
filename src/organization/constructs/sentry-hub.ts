import { Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { checkedSources, ChangeSource } from './change-source';
import type { CoverageTable } from './coverage-table';
import { endpointNeeds } from './endpoint-needs';
import type { ISentryHub, SentryHubAttributes } from './hub-reference';
import {
  checkedHubName,
  checkedOrganizationId,
  checkedReference,
  DEFAULT_HUB_NAME,
} from './hub-values';
import { isLeftOut } from './member-accounts';
import { letWorkInMembers } from './member-roles';
import { Coverage, type HubConfiguration } from './parts/coverage';
import { HubBus } from './parts/hub-bus';
import { Intake } from './parts/intake';
import { type JoinedSentry, JoinedSentries } from './parts/joined-sentries';
import { MemberTampering } from './parts/member-tampering';
import type { SourceReader } from './parts/source-reader';
import type { SentryHubProps } from './sentry-hub-props';
import { adviseOnAlarms } from '../../shared/constructs/alarm-advice';
import { applyCompanySettings } from '../../shared/constructs/apply-company-settings';
import type { BundledFunction } from '../../shared/constructs/bundled-function';
import {
  checkedOperators,
  deadLetterQueuesIn,
  type GuardedQueue,
} from '../../shared/constructs/guarded-queue';
import { keptAlarms } from '../../shared/constructs/kept-alarms';
import { ALARMS_ALONE, ALARMS_AND_EVENTS } from '../../shared/constructs/key-statements';
import { isKnownLater } from '../../shared/constructs/known-later';
import { warnAtSynth } from '../../shared/constructs/late-advice';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { refuseMissing } from '../../shared/constructs/required-props';
import { isSamePlace } from '../../shared/constructs/same-place';
import { visibleOutput } from '../../shared/constructs/visible-output';
import { MOST_LISTED_SENDERS, type Senders } from '../contracts/hub-bus-policy';
import { HUB_PARAMETER_VERSION } from '../contracts/hub-parameter';
import type { HubFunction } from '../contracts/hub-roles';
import type { HubVariable } from '../contracts/hub-variable';
import { memberControlPolicy } from '../contracts/member-control-policy';
import { ACCOUNT_ID } from '../contracts/place-names';
import type { AccountSelection } from '../domain/member-accounts';

const LONGEST_WARNING = 200;

/** They say what a member's rights are where these are too low. */
const ACTING_FUNCTIONS: readonly HubFunction[] = ['respond', 'decide'];

const DEFAULT_CONCURRENCY = 100;

/** As Lambda takes it for a queue. */
const CONCURRENCY_RANGE = { least: 2, most: 1_000 };

/**
 * The one place from which sentries watch other accounts and Regions: the bus to which their events
 * come, and all that members have to know of it.
 */
export class SentryHub extends Construct implements ISentryHub {
  /** A hub in another app, for members there. Throws for attributes that no hub can have. */
  public static fromSentryHubAttributes(attributes: SentryHubAttributes): ISentryHub {
    return checkedReference('SentryHub.fromSentryHubAttributes()', {
      ...attributes,
      hubName: attributes.hubName ?? DEFAULT_HUB_NAME,
    });
  }

  public readonly hubAccountId: string;
  public readonly hubRegion: string;
  public readonly hubName: string;
  public readonly organizationId?: string;

  /** Where the events of members arrive. */
  public readonly eventBus: events.IEventBus;

  /** Where the hub reports tampering with its members: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /** Alarms about the hub itself. They publish to the notification topic. */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Looks at once what is covered when it is invoked without a payload, as it does every fifteen
   * minutes.
   */
  public readonly coverageFunction: lambda.IFunction;

  /** Where events of members wait for their answer. `operators` may send an event's body here. */
  public readonly intakeQueue: sqs.IQueue;

  /** Where events, log files and looks go that could not be handled: `operators` may redrive. */
  public readonly deadLetterQueues: sqs.IQueue[];

  /** How many events of members are judged side by side at the most. @internal */
  public readonly _maxConcurrency: number;

  private readonly sentries = new JoinedSentries();
  private readonly intake: Intake;
  private readonly coverage: Coverage;
  /** @internal */
  public readonly _accounts: AccountSelection;
  /** Undefined: all that are enabled. @internal */
  public readonly _regions: readonly string[] | undefined;
  private readonly readers: readonly SourceReader[];

  /**
   * Throws if the name or an id is malformed, if there are accounts of an organization and no id of
   * it, if there is no source or one twice, if the topic is a FIFO topic or in another Region, if a
   * warning is too long or of an account that is not watched, and if an operator is no role and no
   * user.
   */
  constructor(scope: Construct, id: string, props: SentryHubProps) {
    super(scope, id);
    refuseMissing(this.node.path, props, { accounts: 'MemberAccounts.organization()' });
    applyCompanySettings(this, props, { hearsEvents: true, endpoints: endpointNeeds(props) });
    const { path } = this.node;
    this.hubAccountId = Stack.of(this).account;
    this.hubRegion = Stack.of(this).region;
    this.hubName = checkedHubName(path, props.name ?? DEFAULT_HUB_NAME);
    if (props.organizationId !== undefined) {
      this.organizationId = checkedOrganizationId(path, props.organizationId);
    }
    this._maxConcurrency = checkedConcurrency(path, props.maxConcurrency ?? DEFAULT_CONCURRENCY);
    checkWarnings(path, props.accountWarnings ?? {});
    this._accounts = props.accounts._selection;
    this._regions = props.regions?._regions;
    this.refuseIdleWarnings(props.accountWarnings ?? {});
    const sources = checkedSources(path, props.sources ?? [ChangeSource.forwardedEvents()]);
    const senders = this.senders(props);
    const { tamperRules = true } = props;
    this.notificationTopic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic, tamperRules ? ALARMS_AND_EVENTS : ALARMS_ALONE)
      : notificationTopic(this, 'Notifications');
    this.eventBus = new HubBus(this, this.hubName, senders).bus;
    const parts = {
      bus: this.eventBus,
      topic: this.notificationTopic,
      operators: checkedOperators(this, props.operators),
    };
    this.intake = new Intake(this, parts);
    if (tamperRules) {
      new MemberTampering(this, { ...parts, undelivered: this.intake.undelivered });
    }
    this.coverage = new Coverage(this, {
      ...parts,
      hubName: this.hubName,
      configuration: configurationOf(props),
      expectation: () => this.sentries.expectation(sources.map(({ kind }) => kind)),
    });
    const { queue: intake, undelivered } = this.intake;
    const host = { ...parts, hub: this, hubName: this.hubName, intake, undelivered };
    this.readers = sources.flatMap(
      (source) => source.bind?.({ ...host, coverage: this.coverage.table }) ?? [],
    );
    const alarms = [this.intake, this.coverage, ...this.readers].flatMap((part) => part.alarms);
    this.alarms = keptAlarms(this, alarms, props.excludedAlarms);
    adviseOnAlarms(this, { topic: parts.topic, alarms: this.alarms, tamperRules });
    this.coverageFunction = this.coverage.watcher;
    this.intakeQueue = intake;
    this.deadLetterQueues = deadLetterQueuesIn(this);
    visibleOutput(this, 'CoverageFunctionName', {
      value: this.coverageFunction.functionName,
      description: `Invoke it to have ${path} look at once what is covered`,
    });
    this.node.addValidation({ validate: () => this.warnWithoutSentry() });
  }

  /**
   * What the account that holds the bucket of an organization trail has to add, where it is not the
   * hub's own account and Region, as JSON of three parts: `bucketPolicy`, a statement for the
   * policy of the bucket; `keyPolicy`, one for the policy of the key that encrypts the files; and
   * `template`, to be deployed where the bucket is, which tells the hub of new files.
   *
   * Throws where no source has such a bucket, and where account, Region or name of the bucket, or
   * account or Region of the hub, are not known at synth.
   */
  public renderLogArchivePart(): string {
    const reader = this.readers.find(({ renderLogArchivePart }) => renderLogArchivePart);
    const part = reader?.renderLogArchivePart?.();
    if (part !== undefined) return part;
    throw new Error(
      `${this.node.path}: none of its sources is an organization trail: give it "sources" with ChangeSource.organizationTrail(bucket).`,
    );
  }

  /**
   * A service control policy, as JSON, for the units of the members: it keeps everyone there from
   * changing what the hub has in them, but StackSets, the management account's
   * `OrganizationAccountAccessRole` and AWS Control Tower. It is not for the hub's own account.
   */
  public renderMemberControlPolicy(): string {
    return JSON.stringify(memberControlPolicy(this.hubName), null, 2);
  }

  /**
   * Has a sentry work for the members of the hub. Throws if one of its kind does already, and if it
   * is in another place.
   *
   * @internal
   */
  public _join(sentry: JoinedSentry): void {
    if (!isSamePlace(this, sentry.construct)) {
      throw new Error(
        `${sentry.construct.node.path}: its hub ${this.node.path} is in another account or Region: write the sentry in a stack of the same.`,
      );
    }
    this.sentries.add(sentry, this.node.path);
  }

  /** What the environment of a sentry's function says of the hub. @internal */
  public get _variable(): string {
    const variable: HubVariable = {
      name: this.hubName,
      partition: Stack.of(this).partition,
      ...this.coverage.variables,
      intakeQueueUrl: this.intake.queue.queueUrl,
    };
    return Stack.of(this).toJsonString(variable);
  }

  /** Where the events of members wait. @internal */
  public get _intakeQueue(): GuardedQueue {
    return this.intake.queue;
  }

  /** What the hub knows of its members. @internal */
  public get _coverageTable(): CoverageTable {
    return this.coverage.table;
  }

  /**
   * Lets a function of a sentry know the members, and work in them as one of the hub's functions.
   *
   * @internal
   */
  public _letWork(owner: BundledFunction<string, string>, hubFunction: HubFunction): void {
    letWorkInMembers(owner, this.hubName, hubFunction);
    this._letKnowMembers(owner);
    if (ACTING_FUNCTIONS.includes(hubFunction)) this.coverage.table.grantLooks(owner.role!);
  }

  /** Lets a function of a sentry know the members. @internal */
  public _letKnowMembers(owner: BundledFunction<string, string>): void {
    this.coverage.grantParameter(owner);
    this.coverage.table.grantDirectory(owner.role!);
  }

  /** Lets a function of a sentry see what is covered. @internal */
  public _letSeeCoverage(owner: BundledFunction<string, string>): void {
    this.coverage.grantParameter(owner);
    this.coverage.table.grantSee(owner.role!);
  }

  /** Lets a function of a sentry note when it heard of a place. @internal */
  public _letNoteSightings(owner: BundledFunction<string, string>): void {
    this.coverage.table.grantSightings(owner.role!);
  }

  private refuseIdleWarnings(warnings: Record<string, string>): void {
    if (Token.isUnresolved(this.hubAccountId)) return;
    const idle = Object.keys(warnings).find(
      (id) => id !== this.hubAccountId && isLeftOut(id, this._accounts),
    );
    if (idle === undefined) return;
    throw new Error(
      `${this.node.path}: "accountWarnings" names the account ${idle}, which the hub does not watch: leave it out, or add it to "accounts".`,
    );
  }

  private warnWithoutSentry(): string[] {
    if (this.sentries.takesEvents) return [];
    warnAtSynth(
      this,
      'cdk-sentries:hubWithoutSentry',
      'No SecurityGroupSentry has this hub, so events of members wait in its queue, and no one judges them: ' +
        'give one "hub". If the hub is for access keys alone, acknowledge this warning.',
    );
    return [];
  }

  private senders({ accounts: { _selection: selection } }: SentryHubProps): Senders {
    const { organizationId } = this;
    if (organizationId !== undefined) return { kind: 'organization', organizationId };
    if (selection.kind === 'organization') {
      throw new Error(
        `${this.node.path}: the accounts are those of an organization, and "organizationId" is missing: give it, such as "o-abc1234567", which "aws organizations describe-organization" shows.`,
      );
    }
    if (selection.accountIds.length > MOST_LISTED_SENDERS) {
      throw new Error(
        `${this.node.path}: ${selection.accountIds.length} accounts are more than the policy of a bus can list, which are ${MOST_LISTED_SENDERS}: give "organizationId".`,
      );
    }
    return { kind: 'accounts', accountIds: selection.accountIds };
  }
}

function configurationOf({
  accounts,
  regions,
  accountWarnings = {},
}: SentryHubProps): HubConfiguration {
  return {
    version: HUB_PARAMETER_VERSION,
    accounts: accounts._selection,
    ...(regions?._regions && { regions: regions._regions }),
    warnings: accountWarnings,
  };
}

function checkedConcurrency(path: string, concurrency: number): number {
  const { least, most } = CONCURRENCY_RANGE;
  const isInRange = Number.isInteger(concurrency) && concurrency >= least && concurrency <= most;
  if (Token.isUnresolved(concurrency) || isInRange) return concurrency;
  throw new Error(
    `${path}: "maxConcurrency" is ${concurrency}: write a whole number from ${least} to ${most}, such as ${DEFAULT_CONCURRENCY}.`,
  );
}

function checkWarnings(path: string, warnings: Record<string, string>): void {
  for (const [accountId, text] of Object.entries(warnings)) {
    if (!isKnownLater(accountId) && !ACCOUNT_ID.test(accountId)) {
      throw new Error(
        `${path}: "accountWarnings" has "${accountId}", which is no account id: write twelve digits, in quotes.`,
      );
    }
    if (text.trim() === '') {
      throw new Error(
        `${path}: the warning of account ${accountId} in "accountWarnings" is empty, so it would be shown nowhere: write what there is to know, such as "holds the payment systems", or leave it out.`,
      );
    }
    if (text.length > LONGEST_WARNING) {
      throw new Error(
        `${path}: the warning of account ${accountId} in "accountWarnings" has ${text.length} characters: it is shown in every message, so write at most ${LONGEST_WARNING}.`,
      );
    }
  }
}
