import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { judgeAppRules } from './app-rules';
import { refuseIncompletePolicies } from './complete-policies';
import { warnOfEmptiedGroups } from './default-group-restriction';
import { endpointNeeds } from './endpoint-needs';
import { warnOfOwnGroups } from './own-function-groups';
import { AllParts } from './parts/all-parts';
import type { RehearsedSentry } from './rehearsed-sentry';
import { warnOfRevertedDeployments } from './reverted-deployments';
import { rightsFor } from './rights-in-members';
import { unitsNamedBy } from './scope-in-hub';
import type { SecurityGroupSentryProps } from './security-group-sentry-props';
import {
  type SecurityGroupSentrySettings,
  securityGroupSentrySettings,
} from './security-group-sentry-settings';
import { findOverlap } from './selection-overlap';
import { warnWithoutTrail } from './trail-warning';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import { adviseOnAlarms } from '../../shared/constructs/alarm-advice';
import { applyCompanySettings } from '../../shared/constructs/apply-company-settings';
import { keptAlarms } from '../../shared/constructs/kept-alarms';
import { ALARMS_ALONE, ALARMS_AND_EVENTS } from '../../shared/constructs/key-statements';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { ownMetric } from '../../shared/constructs/own-metric';
import { refuseMissing } from '../../shared/constructs/required-props';
import { isSamePlace } from '../../shared/constructs/same-place';
import { TamperRules } from '../../shared/constructs/tamper-rules';
import { visibleOutput } from '../../shared/constructs/visible-output';
import { SECURITY_GROUP_METRICS } from '../../shared/contracts/metrics';
import type { MonitoredGroups } from '../domain/groups/monitored-groups';

/**
 * Watches security groups, reverts rules that violate a policy, and reports who changed what and
 * what was done.
 *
 * It needs a CloudTrail trail that logs the Region's write management events; without one,
 * EventBridge sees no API call. Where the account has none, write a ManagementEventsTrail.
 */
export class SecurityGroupSentry extends Construct implements iam.IGrantable {
  /** The principal of the function that revokes and restores rules. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Where the sentry reports what happened: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Alarms about the sentry itself. They publish to the notification topic; add actions of your own
   * at will.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Takes an operator's orders: accept a rule, withdraw its grants, release a group, or a policy
   * that holds for a group by earlier tags alone, pause, resume, disable or enable a policy, list
   * all grants or policies, check whether the sentry is alive. Anyone who may invoke it may accept
   * any rule, so it is for few: see `grantOperate`.
   */
  public readonly operatorFunction: lambda.IFunction;

  /**
   * Compares the groups with the ledger when it is invoked, as it does by the clock: after the
   * first deployment, it adopts the groups at once. It takes no payload. See `grantReconcile`.
   */
  public readonly reconcileFunction: lambda.IFunction;

  /** Answers changes. Its log tells of each. It is not to be invoked. */
  public readonly responseFunction: lambda.IFunction;

  /** Where events wait for their answer. `operators` may send an event's body here again. */
  public readonly changeQueue: sqs.IQueue;

  /**
   * Where events, decisions and reconciles go that could not be handled: `operators` may redrive
   * them. A decision's queue stands beside its workflow, and goes by the workflow's `operators`.
   */
  public readonly deadLetterQueues: sqs.IQueue[];

  /**
   * What a rehearsal takes over.
   *
   * @internal
   */
  public readonly _rehearsed: RehearsedSentry;

  private readonly selection: MonitoredGroups;

  /**
   * Throws if there are no policies, if a monitored group or the topic is known to be in another
   * account or Region, if more than 500 groups are given by id, if the topic is a FIFO topic, if a
   * duration or the brake is out of its range, if an operator is no role or user, and if another
   * sentry of the app watches one of the groups. Rules of the app that violate a `forbid` or
   * `allowOnly` baseline are errors at synth where the sentry would revert them, and warnings where
   * it would leave them, or ask people first.
   */
  constructor(scope: Construct, id: string, props: SecurityGroupSentryProps) {
    super(scope, id);
    refuseMissing(this.node.path, props, {
      monitoredGroups: 'MonitoredGroups.all()',
      policies: '[{ baseline: …, response: … }]',
    });
    refuseIncompletePolicies(this.node.path, props.policies);
    applyCompanySettings(this, props, { hearsEvents: true, endpoints: endpointNeeds(props) });
    // First: other sentries look at it, even where the settings are refused.
    this.selection = props.monitoredGroups._selection;
    const settings = securityGroupSentrySettings(this, props);
    this.refuseRivals();
    const { hub, tamperRules = true } = props;
    this.joinOrWarn(hub, settings.judging);
    this.node.addValidation({ validate: () => this.judgeApp(settings) });

    const topic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic, tamperRules ? ALARMS_AND_EVENTS : ALARMS_ALONE)
      : notificationTopic(this, 'Notifications');
    const parts = new AllParts(this, { props, settings, topic });
    const { responder, reconciler, operator, changes, decisions } = parts;

    this._rehearsed = {
      props,
      settings,
      ownRoleArns: [responder, ...decisions].map(({ handler }) => handler.role!.roleArn),
    };
    this.notificationTopic = topic;
    this.grantPrincipal = responder.handler.grantPrincipal;
    this.operatorFunction = operator.handler;
    this.reconcileFunction = reconciler.handler;
    this.responseFunction = responder.handler;
    this.changeQueue = changes.queue;
    this.deadLetterQueues = parts.deadLetterQueues;
    this.addOutputs();
    this.alarms = keptAlarms(this, parts.alarms, props.excludedAlarms);
    adviseOnAlarms(this, { topic, alarms: this.alarms, tamperRules });
    if (tamperRules) {
      new TamperRules(this, 'Tamper', { ...parts.guarded, topic, alarms: this.alarms });
    }
  }

  /**
   * Lets someone give orders to the sentry, by invoking its operator's function.
   *
   * @param grantee who may then accept any rule of any monitored group.
   */
  public grantOperate(grantee: iam.IGrantable): iam.Grant {
    return this.operatorFunction.grantInvoke(grantee);
  }

  /**
   * Lets someone have the groups compared with the ledger at once, by invoking the function.
   *
   * @param grantee who may do so as often as they like, and nothing else.
   */
  public grantReconcile(grantee: iam.IGrantable): iam.Grant {
    return this.reconcileFunction.grantInvoke(grantee);
  }

  /** Events that were read. */
  public metricEventsSeen(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.eventsSeen, options);
  }

  /** Seconds from a call to its event being in the sentry's queue. Statistic: maximum. */
  public metricDetectionLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.maximum(SECURITY_GROUP_METRICS.detectionLag, options);
  }

  /**
   * Seconds from an event being in the sentry's queue to the rule being as it should be. Statistic:
   * maximum.
   */
  public metricReactionTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.maximum(SECURITY_GROUP_METRICS.reactionTime, options);
  }

  /**
   * Reverts of what the same actor had done, and the sentry had reverted and reported, a short
   * while before.
   */
  public metricRepeats(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.repeats, options);
  }

  /**
   * Rules in dispute: reverted again and again over a day, no matter whose change it was. Counted
   * when it is noticed, and every six hours or more while it goes on.
   */
  public metricDisputes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.disputes, options);
  }

  /** Events of the sentry's own dry runs that came back. One an hour is sent. */
  public metricHeartbeats(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.heartbeats, options);
  }

  /** Runs of reconcile that were begun, as Lambda counts them. */
  public metricReconcileRuns(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.reconcileFunction.metricInvocations(options);
  }

  /**
   * Groups in which reconcile found differences that no event explained; without a value where it
   * found none. Statistic: maximum.
   */
  public metricGroupsDue(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.maximum(SECURITY_GROUP_METRICS.groupsDue, options);
  }

  /** Groups that are monitored, by the first run of reconcile of each day. Statistic: maximum. */
  public metricGroupsMonitored(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.maximum(SECURITY_GROUP_METRICS.groupsMonitored, options);
  }

  /** Rules that violated a policy. */
  public metricViolations(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.violations, options);
  }

  /** Rules that were reverted. */
  public metricRulesReverted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.rulesReverted, options);
  }

  /** Tries to revert a rule that failed. Each is tried again. */
  public metricRevertsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.revertsFailed, options);
  }

  /**
   * Which try at an event it was that failed, from 1: high numbers are events that fail again and
   * again. Statistic: maximum.
   */
  public metricFailedTries(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.maximum(SECURITY_GROUP_METRICS.failedTries, options);
  }

  /**
   * Seconds that reverted rules stood open, from the call to the look that found them gone.
   * Statistic: maximum.
   */
  public metricSecondsOpen(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.maximum(SECURITY_GROUP_METRICS.secondsOpen, options);
  }

  /** Events that could not be read in full. */
  public metricUnreadableEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.unreadableEvents, options);
  }

  /** Once the app is complete: errors, and warnings beside them. */
  private judgeApp({ monitoredGroups, judging, emptying }: SecurityGroupSentrySettings): string[] {
    warnOfEmptiedGroups(this, emptying);
    warnOfOwnGroups(this, monitoredGroups);
    warnOfRevertedDeployments(this, { groups: monitoredGroups, judging });
    return judgeAppRules(this, monitoredGroups, judging);
  }

  private addOutputs(): void {
    visibleOutput(this, 'ReconcileFunctionName', {
      value: this.reconcileFunction.functionName,
      description: `Invoke it to have ${this.node.path} compare the groups with its ledger`,
    });
    visibleOutput(this, 'OperatorFunctionName', {
      value: this.operatorFunction.functionName,
      description: `Invoke it with orders of an operator to ${this.node.path}`,
    });
  }

  /** In a hub, coverage tells where nothing is heard. */
  private joinOrWarn(
    hub: SentryHub | undefined,
    judging: SecurityGroupSentrySettings['judging'],
  ): void {
    if (!hub) return warnWithoutTrail(this);
    hub._join({
      construct: this,
      watches: 'security groups',
      rights: rightsFor(judging),
      units: unitsNamedBy(judging),
    });
  }

  private maximum(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, metricName, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }

  /** Two would fight over the same rules, and report everything twice. */
  private refuseRivals(): void {
    const others = this.node.root.node
      .findAll()
      .filter((other) => other instanceof SecurityGroupSentry)
      .filter((other) => other !== this && isSamePlace(this, other));
    for (const other of others) {
      const overlap = findOverlap(this.selection, other.selection);
      if (!overlap) continue;
      throw new Error(
        `${this.node.path}: ${other.node.path} already watches ${overlap}: give one sentry all policies for it, or leave it out with excluding().`,
      );
    }
  }
}
