import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { endpointNeeds } from './endpoint-needs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { iamKeySentrySettings } from './iam-key-sentry-settings';
import { InventoryBucket } from './inventory-bucket';
import {
  type HomeRegion,
  homeRegion,
  judgeHome,
  type PlacedSentry,
  refuseOtherHome,
  refuseSecondHome,
} from './key-sentry-place';
import { lookedAtUsers } from './key-sentry-rights';
import { keySentrySchedule } from './key-sentry-schedule';
import { KeyApprovals } from './parts/key-approvals';
import { KeyChecker, type KeyCheckerProps } from './parts/key-checker';
import { KeyConfiguration } from './parts/key-configuration';
import { KeyDecisions } from './parts/key-decisions';
import { KeyMembers } from './parts/key-members';
import { KeyRecords } from './parts/key-records';
import { KeyRuns } from './parts/key-runs';
import { OwnerMessages } from './parts/owner-messages';
import { adviseOnAlarms } from '../../shared/constructs/alarm-advice';
import { applyCompanySettings } from '../../shared/constructs/apply-company-settings';
import { keptAlarms } from '../../shared/constructs/kept-alarms';
import { ALARMS_ALONE } from '../../shared/constructs/key-statements';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { ownMetric } from '../../shared/constructs/own-metric';
import { visibleOutput } from '../../shared/constructs/visible-output';
import { ACCESS_KEY_METRICS } from '../contracts/key-metrics';
import type { KeySentryParameter } from '../contracts/key-sentry-parameter';

/**
 * Finds access keys past their age, reports them, and retires them step by step if asked to.
 * Write one for each account, or one with a hub for all of them.
 *
 * It looks at every user and at the root user, by the true creation of each key. A look-up that
 * fails makes the run incomplete, which is reported, and nothing is deactivated or deleted in it.
 */
export class IamKeySentry extends Construct implements iam.IGrantable {
  /** The principal of the function that looks at the keys, and retires them. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Where the sentry reports what it found: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Alarms about the sentry itself. They publish to the notification topic; add actions of your own
   * at will.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Looks at the keys when it is invoked without a payload, as it does by the clock. A step whose
   * grace is over is taken then as well.
   */
  public readonly checkFunction: lambda.IFunction;

  /**
   * Where people's decisions go that could not be handled: the `operators` of the workflow may
   * redrive them. Empty where no one is asked.
   */
  public readonly deadLetterQueues: sqs.IQueue[];

  /** Not known of one whose settings were refused. */
  private readonly home: HomeRegion | undefined;

  /**
   * Throws for durations, actions, topics and hubs that cannot work, and if the app has another
   * IamKeySentry for the same account, but for copies in other Regions that name the same
   * `homeRegion`. That none of several copies is in that Region is an error at synth.
   */
  constructor(scope: Construct, id: string, props: IamKeySentryProps = {}) {
    super(scope, id);
    applyCompanySettings(this, props, { hearsEvents: false, endpoints: endpointNeeds(props) });
    this.home = homeRegion(this, props);
    const placed = { sentry: this, home: this.home };
    refuseSecondHome(placed, this.others());
    if (props.hub) refuseOtherHome(this, props);
    this.node.addValidation({ validate: () => judgeHome(placed, this.others()) });
    const settings = iamKeySentrySettings(this, props);
    const when = keySentrySchedule(this, props);
    const actions = settings.actions?.mode === 'enforce' ? props.actions : undefined;

    this.notificationTopic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic, ALARMS_ALONE)
      : notificationTopic(this, 'Notifications');
    const topic = this.notificationTopic;
    const members = props.hub && new KeyMembers(this, { hub: props.hub, actions, topic });
    const approvals = KeyApprovals.forActions(this, { actions, hub: props.hub });
    const inventory = InventoryBucket.of(this, props, placed.home.name);
    const ownerMessages = OwnerMessages.of(this, props);
    const ways = { approvals, inventory, ownerMessages };
    const configuration = new KeyConfiguration(this, { ...settings, ...parametersOf(ways) });
    const remembersReports = props.reports !== undefined && !members;
    const retires = actions !== undefined;
    const records = KeyRecords.of(this, { retires, remembersReports });
    const common = { users: lookedAtUsers(props), configuration, topic, members };
    const checker = new KeyChecker(this, {
      ...common,
      homeRegion: placed.home,
      records,
      retires,
      remembersReports,
      ...ways,
    });
    const runs = new KeyRuns(this, {
      when,
      checker: checker.handler,
      homeRegion: placed.home,
      topic,
    });
    const decisions =
      approvals && records ? [new KeyDecisions(this, { ...common, approvals, records })] : [];
    members?.letCheck(checker.handler);
    this.grantPrincipal = checker.handler.grantPrincipal;
    this.checkFunction = checker.handler;
    this.deadLetterQueues = approvals ? [approvals.unhandled] : [];
    visibleOutput(this, 'CheckFunctionName', {
      value: checker.handler.functionName,
      description: `Invoke it to have ${this.node.path} look at the access keys`,
    });
    const alarms = [checker, runs, ...decisions, ...(members ? [members] : [])].flatMap(
      (part) => part.alarms,
    );
    this.alarms = keptAlarms(this, alarms, props.excludedAlarms);
    adviseOnAlarms(this, { topic, alarms: this.alarms, tamperRules: false });
  }

  /** Keys that are listed as too old. Statistic: maximum. */
  public metricKeysTooOld(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysTooOld, options);
  }

  /** Keys that are listed as about to become too old. Statistic: maximum. */
  public metricKeysSoonTooOld(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysSoonTooOld, options);
  }

  /** Keys that are listed as unused. Statistic: maximum. */
  public metricKeysUnused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysUnused, options);
  }

  /** Keys that are listed as never used. Statistic: maximum. */
  public metricKeysNeverUsed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysNeverUsed, options);
  }

  /** The age of the oldest key that is listed, in days. Statistic: maximum. */
  public metricOldestKeyAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.oldestKeyAge, options);
  }

  /** Look-ups that failed. Statistic: maximum. */
  public metricUnknownLookUps(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.unknownLookUps, options);
  }

  /** Keys that were deactivated. */
  public metricKeysDeactivated(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.keysDeactivated, options);
  }

  /** Keys that were deleted. */
  public metricKeysDeleted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.keysDeleted, options);
  }

  /**
   * Keys that should have been deactivated or deleted, and were not. Each is tried again in the
   * next run.
   */
  public metricStepsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.stepsFailed, options);
  }

  /**
   * Users with keys that are listed, or take a step, of whom no owner is known, or whose owner
   * could not be read; with `owners` alone. Statistic: maximum.
   */
  public metricUsersWithoutOwner(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.usersWithoutOwner, options);
  }

  /**
   * Owners of keys in a report who got no direct message: past the 100 of a report, or SQS took
   * none. Those whom Slack does not know are counted by the workflow, as `DirectMessagesNotSent`.
   */
  public metricOwnersNotMessaged(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.ownersNotMessaged, options);
  }

  /** Files for an `inventoryBucket`, or rows of one account in them, that were not written. */
  public metricKeyInventoriesFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.inventoriesFailed, options);
  }

  /** Runs of a copy outside the home Region, which did nothing. */
  public metricRunsSkipped(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.runsSkipped, options);
  }

  private others(): PlacedSentry[] {
    return this.node.root.node
      .findAll()
      .filter((other) => other instanceof IamKeySentry)
      .filter((other) => other !== this)
      .flatMap((other) => (other.home ? [{ sentry: other, home: other.home }] : []));
  }

  private gauge(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, metricName, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }
}

/** What the functions have to know of what stands beside them. */
function parametersOf({
  approvals,
  inventory,
  ownerMessages,
}: Pick<
  KeyCheckerProps,
  'approvals' | 'inventory' | 'ownerMessages'
>): Partial<KeySentryParameter> {
  return {
    workflow: approvals?.parameter,
    inventory: inventory?.place,
    ownerMessages: ownerMessages?.parameter,
  };
}
