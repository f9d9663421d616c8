import { Duration, Stack, Token, Validations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { judgeAppRules } from './app-rules';
import { ExistingViolations } from './existing-violations';
import { groupChangePattern } from './group-change-pattern';
import { LedgerTable } from './ledger-table';
import type { MonitoredGroup, MonitoredGroups } from './monitored-groups';
import { isSamePlace } from './same-place';
import type { SecurityGroupSentryProps } from './security-group-sentry-props';
import { findOverlap } from './selection-overlap';
import { policyOf, SentryApprovals, workflowsOf } from './sentry-approvals';
import { SentryParameters } from './sentry-parameters';
import {
  acknowledgeWildcards,
  actingStatements,
  historyStatement,
  lookingStatements,
  pointingStatement,
} from './sentry-rights';
import { BundledFunction } from '../../shared/constructs/bundled-function';
import { checkedSeconds, type DurationRange } from '../../shared/constructs/checked-duration';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { NotifyingAlarm, SilenceAlarm } from '../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../shared/constructs/own-metric';
import { daysOfRate } from '../../shared/constructs/schedule-rate';
import { SentryMode } from '../../shared/constructs/sentry-mode';
import { TamperRules } from '../../shared/constructs/tamper-rules';
import { deadLetterQueue, takeOneByOne, workQueue } from '../../shared/constructs/work-queue';
import { SECURITY_GROUP_METRICS } from '../../shared/contracts/metrics';
import { TRIES_BEFORE_ALARM } from '../../shared/contracts/queue-tries';
import { CARRY_OUT_DECISION } from '../contracts/carry-out-decision.environment';
import { OPERATE_SENTRY } from '../contracts/operate-sentry.environment';
import { type HeartbeatMessage, QUEUE_MESSAGE_VERSION } from '../contracts/queue-message';
import { RECONCILE_GROUPS } from '../contracts/reconcile-groups.environment';
import { RESPOND_TO_CHANGES } from '../contracts/respond-to-changes.environment';

/** A flood of events must not eat up the account's concurrency, nor EC2's request limit. */
const MAX_CONCURRENCY = 10;

/** A role takes ten managed policies, one for each statement of 50 groups. */
const MOST_GROUPS = 500;

/** Reverts of the same in five minutes that are more than somebody who tries twice. */
const REPEATS_BEFORE_ALARM = 10;

/**
 * Watches security groups, takes rules back that violate a policy, and tells who changed what and
 * what was done.
 *
 * It needs a CloudTrail trail that logs the Region's write management events; without one,
 * EventBridge sees no API call.
 */
export class SecurityGroupSentry extends Construct implements iam.IGrantable {
  /** The principal of the function that revokes and restores rules. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Where the sentry tells what happened: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Alarms about the sentry itself. They publish to the notification topic; add actions of your own
   * at will.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Takes an operator's orders: accept a rule, withdraw its grants, release a group, pause, resume,
   * list all grants. Whoever may invoke it may accept any rule, so it is for few: see
   * `grantOperate`.
   */
  public readonly operatorFunction: lambda.IFunction;

  private readonly selection: MonitoredGroups;

  /**
   * Throws if there are no policies, if a monitored group or the topic is known to be in another
   * account or Region, if more than 500 groups are given by id, if the topic is a FIFO topic, if a
   * duration or the brake is out of its range, and if another sentry of the app watches one of the
   * groups. Rules of the app that violate a `forbid` or `allowOnly` baseline are errors at synth.
   */
  constructor(scope: Construct, id: string, props: SecurityGroupSentryProps) {
    super(scope, id);
    this.selection = props.monitoredGroups;
    this.validate(props);
    this.refuseRivals();
    const selection = props.monitoredGroups._selection;
    const policies = props.policies.map(policyOf);
    this.node.addValidation({ validate: () => judgeAppRules(this, selection, policies) });

    this.notificationTopic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic)
      : notificationTopic(this, 'Notifications');
    const approvals = SentryApprovals.forWorkflows(this, workflowsOf(props.policies));
    const parameters = new SentryParameters(this, 'Parameters', {
      monitoredGroups: selection,
      policies: { policies, ...this.settings(props), workflows: approvals?.parameters ?? [] },
    });
    const ledger = new LedgerTable(this, 'Ledger');

    const undelivered = deadLetterQueue(this, 'UndeliveredEvents');
    const unhandled = deadLetterQueue(this, 'UnhandledEvents');
    const changes = workQueue(this, 'Changes', { contract: RESPOND_TO_CHANGES, unhandled });
    const changeRule = new events.Rule(this, 'ChangeRule', {
      description: `Changes of the security groups that ${this.node.path} watches`,
      eventPattern: groupChangePattern(selection),
      targets: [new targets.SqsQueue(changes, { deadLetterQueue: undelivered })],
    });
    const heartbeatRule = new events.Rule(this, 'HeartbeatRule', {
      description: `When ${this.node.path} tries whether events of its own calls come back`,
      schedule: events.Schedule.rate(HEARTBEAT_EVERY),
      targets: [
        new targets.SqsQueue(changes, {
          deadLetterQueue: undelivered,
          message: events.RuleTargetInput.fromObject({
            version: QUEUE_MESSAGE_VERSION,
            type: 'heartbeat',
          } satisfies HeartbeatMessage),
        }),
      ],
    });

    const common = {
      SENTRY_NAME: this.node.path,
      ...parameters.variables,
      LEDGER_TABLE: ledger.tableName,
      CHANGE_QUEUE_URL: changes.queueUrl,
      NOTIFICATION_TOPIC_ARN: this.notificationTopic.topicArn,
    };
    const responder = new BundledFunction(this, 'RespondToChanges', {
      contract: RESPOND_TO_CHANGES,
      environment: (role) => ({
        ...common,
        OWN_ROLE_ARN: role.roleArn,
        ACCOUNT_ID: Stack.of(this).account,
      }),
      description: `Judges and reverts security group changes for ${this.node.path}`,
      memorySize: 512,
    });
    takeOneByOne(responder, changes, MAX_CONCURRENCY);
    actingStatements(this, selection).forEach((statement) => responder.addToRolePolicy(statement));
    responder.addToRolePolicy(historyStatement());
    ledger.grantWrite(responder.role!, ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

    const reconciler = new BundledFunction(this, 'ReconcileGroups', {
      contract: RECONCILE_GROUPS,
      environment: () => common,
      description: `Compares security groups with the ledger for ${this.node.path}`,
      memorySize: 1024,
    });
    reconciler.addToRolePolicy(historyStatement());
    reconciler.addToRolePolicy(pointingStatement(changes));
    ledger.grantWrite(reconciler.role!, ['PutItem', 'DeleteItem']);
    const reconcileRule = new events.Rule(this, 'ReconcileRule', {
      description: `When ${this.node.path} compares the groups with its ledger`,
      schedule: props.reconcileSchedule ?? events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(reconciler)],
    });

    const operator = new BundledFunction(this, 'OperateSentry', {
      contract: OPERATE_SENTRY,
      environment: () => common,
      description: `Takes orders of operators for ${this.node.path}`,
      memorySize: 512,
    });
    parameters.grantPause(operator);
    operator.addToRolePolicy(pointingStatement(changes));
    ledger.grantWrite(operator.role!, ['PutItem']);

    const asking = approvals && this.letAsk(approvals, responder, common, ledger);

    const functions = [responder, reconciler, operator, ...(asking?.functions ?? [])];
    functions.forEach((handler) => {
      this.notificationTopic.grantPublish(handler);
      parameters.grantRead(handler);
      ledger.grantRead(handler);
      lookingStatements(this).forEach((statement) => handler.addToRolePolicy(statement));
    });
    this.operatorFunction = operator;
    this.grantPrincipal = responder.grantPrincipal;
    this.alarms = [
      ...this.makeAlarms({ undelivered, unhandled, changes, responder, reconciler }),
      ...(asking?.alarms ?? []),
    ];
    new TamperRules(this, 'Tamper', {
      topic: this.notificationTopic,
      deadLetterQueue: undelivered,
      rules: [changeRule, heartbeatRule, reconcileRule],
      functions,
      tables: [ledger.table],
      queues: [changes, unhandled, undelivered, ...(approvals?.queues ?? [])],
      parameters: parameters.all,
      alarms: this.alarms,
    });
    this.acknowledgeFindings(undelivered, functions);
  }

  /**
   * Lets somebody give orders to the sentry, by invoking its operator's function.
   *
   * @param grantee who may then accept any rule of any monitored group.
   */
  public grantOperate(grantee: iam.IGrantable): iam.Grant {
    return this.operatorFunction.grantInvoke(grantee);
  }

  /** Events that were read. */
  public metricEventsSeen(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.eventsSeen, options);
  }

  /** Seconds from a call to its event being in the sentry's queue. Statistic: maximum. */
  public metricDetectionLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.detectionLag, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
    });
  }

  /**
   * Seconds from an event being in the sentry's queue to the rule being as it should be. Statistic:
   * maximum.
   */
  public metricReactionTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.reactionTime, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
    });
  }

  /**
   * Reverts of what the same actor had done, and the sentry had reverted and told, a short while
   * before.
   */
  public metricRepeats(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.repeats, options);
  }

  /** Events of the sentry's own dry runs that came back. One an hour is sent. */
  public metricHeartbeats(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.heartbeats, options);
  }

  /** Runs of reconcile that came to their end. */
  public metricReconcileRuns(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.reconcileRuns, options);
  }

  /** Groups in which reconcile found differences that no event explained. Statistic: maximum. */
  public metricGroupsDue(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.groupsDue, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
    });
  }

  /** Groups that are monitored. Statistic: maximum. */
  public metricGroupsMonitored(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.groupsMonitored, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
    });
  }

  /** Rules that violated a policy. */
  public metricViolations(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.violations, options);
  }

  /** Rules that were taken back. */
  public metricRulesReverted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.rulesReverted, options);
  }

  /** Tries to take a rule back that failed. Each is tried again. */
  public metricRevertsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.revertsFailed, options);
  }

  /**
   * Which try at an event it was that failed, from 1: high numbers are events that fail again and
   * again. Statistic: maximum.
   */
  public metricFailedTries(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.failedTries, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
    });
  }

  /**
   * Seconds that reverted rules stood open, from the call to the look that found them gone.
   * Statistic: maximum.
   */
  public metricSecondsOpen(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.secondsOpen, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
    });
  }

  /** Events that could not be read in full. */
  public metricUnreadableEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, SECURITY_GROUP_METRICS.unreadableEvents, options);
  }

  private settings({
    trustedActors = [],
    mode = SentryMode.ENFORCE,
    existingViolations,
    settleTime,
    repeatWindow,
    reconcileBrake,
  }: SecurityGroupSentryProps) {
    return {
      trustedActors: trustedActors.map((actor) => actor._bind(this)),
      mode,
      existingViolations: existingViolations ?? ExistingViolations.REPORT,
      settleSeconds: checkedSeconds(
        settleTime ?? Duration.minutes(15),
        `${this.node.path}: "settleTime"`,
        SETTLE_RANGE,
      ),
      repeatWindowSeconds: checkedSeconds(
        repeatWindow ?? Duration.hours(1),
        `${this.node.path}: "repeatWindow"`,
        REPEAT_RANGE,
      ),
      brake: reconcileBrake ?? 0.25,
    };
  }

  /** What only sentries need whose policies ask people. */
  private letAsk(
    approvals: SentryApprovals,
    responder: BundledFunction<string>,
    common: CommonVariables,
    ledger: LedgerTable,
  ) {
    approvals.grantAsk(responder);
    ledger.grantReadAsked(responder);
    const carrier = this.carryOutDecisions(approvals, common, ledger);
    return { functions: [carrier], alarms: this.makeDecisionAlarms(approvals, carrier) };
  }

  private carryOutDecisions(
    approvals: SentryApprovals,
    common: CommonVariables,
    ledger: LedgerTable,
  ): BundledFunction<string> {
    const carrier = new BundledFunction(this, 'CarryOutDecision', {
      contract: CARRY_OUT_DECISION,
      environment: (role) => ({
        ...common,
        DECISION_QUEUE_URLS: approvals.queueUrls,
        OWN_ROLE_ARN: role.roleArn,
      }),
      description: `Carries out what people decided about security group changes for ${this.node.path}`,
      memorySize: 512,
    });
    approvals.carriedOutBy(carrier);
    actingStatements(this, this.selection._selection).forEach((statement) =>
      carrier.addToRolePolicy(statement),
    );
    carrier.addToRolePolicy(historyStatement());
    ledger.grantWrite(carrier.role!, ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);
    ledger.grantReadAsked(carrier);
    return carrier;
  }

  private makeDecisionAlarms(
    { unhandled }: SentryApprovals,
    carrier: lambda.IFunction,
  ): cloudwatch.Alarm[] {
    const topic = this.notificationTopic;
    const alarm = (id: string, metric: cloudwatch.Metric, description: string) =>
      new NotifyingAlarm(this, id, { metric, threshold: 0, description, topic });
    return [
      ...unhandled.map((queue, index) =>
        alarm(
          `UnhandledDecisionsAlarm${index === 0 ? '' : index + 1}`,
          queue.metricApproximateNumberOfMessagesVisible(),
          'The sentry gave up on decisions of people after hours of tries.',
        ),
      ),
      alarm(
        'FailedDecisionsAlarm',
        ownMetric(this, SECURITY_GROUP_METRICS.decisionsFailed),
        'A decision of people could not be carried out.',
      ),
      alarm(
        'RefusedDecisionsAlarm',
        ownMetric(this, SECURITY_GROUP_METRICS.decisionsRefused),
        'A message passed for a decision of people, and no workflow has signed it for what was asked: somebody may be forging decisions.',
      ),
      alarm(
        'DecisionErrorsAlarm',
        carrier.metricErrors(),
        'The function that carries out decisions fails as a whole: decisions wait.',
      ),
    ];
  }

  private validate({
    monitoredGroups,
    policies,
    reconcileBrake,
    reconcileSchedule,
  }: SecurityGroupSentryProps): void {
    if (policies.length === 0) {
      throw new Error(
        `${this.node.path}: "policies" is empty, so nothing would be judged: write at least one, such as ` +
          '{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }.',
      );
    }
    const ids = monitoredGroups._selection.include.flatMap((selector) =>
      selector.kind === 'ids' ? selector.groupIds : [],
    );
    if (ids.length > MOST_GROUPS) {
      throw new Error(
        `${this.node.path}: ${ids.length} groups are more than one role can hold rights for: write several sentries, of up to ${MOST_GROUPS} each.`,
      );
    }
    if (
      reconcileBrake !== undefined &&
      !Token.isUnresolved(reconcileBrake) &&
      !(reconcileBrake > 0 && reconcileBrake <= 1)
    ) {
      throw new Error(
        `${this.node.path}: "reconcileBrake" is ${reconcileBrake}: write a share of the groups, above 0 and up to 1, such as 0.25.`,
      );
    }
    if (reconcileSchedule && (daysOfRate(reconcileSchedule) ?? 0) > 1) {
      throw new Error(
        `${this.node.path}: "reconcileSchedule" is ${reconcileSchedule.expressionString}: write a schedule of one run a day or more, or lost events stay unseen.`,
      );
    }
    monitoredGroups._constructs.forEach((group) => this.validateEnvironment(group));
  }

  /** Two would fight over the same rules, and tell everything twice. */
  private refuseRivals(): void {
    const others = this.node.root.node
      .findAll()
      .filter(
        (other): other is SecurityGroupSentry =>
          other instanceof SecurityGroupSentry && other !== this,
      );
    for (const other of others) {
      const overlap = findOverlap(this.selection._selection, other.selection._selection);
      if (!overlap || !isSamePlace(this, other)) continue;
      throw new Error(
        `${this.node.path}: ${other.node.path} already watches ${overlap}: give one sentry all policies for it, or leave it out with excluding().`,
      );
    }
  }

  /** Events stay in their account and Region. */
  private validateEnvironment({ environment, path }: MonitoredGroup): void {
    const own = Stack.of(this);
    for (const place of ['account', 'region'] as const) {
      const theirs = environment[place];
      if (!theirs || [theirs, own[place]].some(Token.isUnresolved) || theirs === own[place]) {
        continue;
      }
      throw new Error(
        `${this.node.path}: the group ${path} is in the ${place} ${theirs}, the sentry in ${own[place]}: ` +
          'events stay where they happen, so write a sentry in a stack there.',
      );
    }
  }

  private makeAlarms({
    undelivered,
    unhandled,
    changes,
    responder,
    reconciler,
  }: WatchedParts): cloudwatch.Alarm[] {
    const topic = this.notificationTopic;
    const alarm = (id: string, metric: cloudwatch.Metric, threshold: number, description: string) =>
      new NotifyingAlarm(this, id, { metric, threshold, description, topic });
    const silence = (
      id: string,
      metric: cloudwatch.Metric,
      period: Duration,
      periods: number,
      description: string,
    ) => new SilenceAlarm(this, id, { metric, period, periods, description, topic });
    return [
      alarm(
        'UndeliveredEventsAlarm',
        undelivered.metricApproximateNumberOfMessagesVisible(),
        0,
        'EventBridge could not hand events to the queue of the sentry, or word of tampering to the topic: the changes in them were not judged.',
      ),
      alarm(
        'UnhandledEventsAlarm',
        unhandled.metricApproximateNumberOfMessagesVisible(),
        0,
        'The sentry gave up on events after hours of tries: the changes in them may stand.',
      ),
      alarm(
        'FailingEventsAlarm',
        this.metricFailedTries(),
        TRIES_BEFORE_ALARM,
        'An event has failed for over five minutes: a call of the sentry is refused, and the change may stand.',
      ),
      alarm(
        'FunctionErrorsAlarm',
        responder.metricErrors(),
        0,
        'The function of the sentry fails as a whole: events wait, and are not judged.',
      ),
      // Once a message was received three times, SQS leaves it out of this metric: it shows events
      // that nobody takes.
      alarm(
        'WaitingEventsAlarm',
        changes.metricApproximateAgeOfOldestMessage(),
        Duration.minutes(15).toSeconds(),
        'An event has waited for over 15 minutes: the function does not take events from its queue.',
      ),
      new NotifyingAlarm(this, 'FlappingAlarm', {
        metric: this.metricRepeats(),
        statistic: cloudwatch.Stats.SUM,
        period: Duration.minutes(5),
        threshold: REPEATS_BEFORE_ALARM,
        topic,
        description:
          'Somebody makes the same change again and again, and the sentry reverts it each time.',
      }),
      alarm(
        'BrakedReconcileAlarm',
        ownMetric(this, SECURITY_GROUP_METRICS.brakedRuns),
        0,
        'So many groups differ from the ledger at once that reconcile did nothing in any of them.',
      ),
      alarm(
        'ReconcileErrorsAlarm',
        reconciler.metricErrors(),
        0,
        'A run of reconcile failed: what no event told of is found late.',
      ),
      silence(
        'DetectorDeadAlarm',
        this.metricHeartbeats(),
        HEARTBEAT_EVERY,
        2,
        "The detector is dead: the events of the sentry's own dry runs do not come back, so changes are not seen.",
      ),
      silence(
        'MissedReconcileAlarm',
        this.metricReconcileRuns(),
        Duration.days(1),
        1,
        'No run of reconcile has come to its end for a day.',
      ),
    ];
  }

  /** What cdk-nag would find, and why it is so. */
  private acknowledgeFindings(undelivered: sqs.Queue, functions: BundledFunction<string>[]): void {
    Validations.of(undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: that of an EventBridge target.',
    });
    functions.forEach((handler) => acknowledgeWildcards(handler.role!));
    functions.forEach((handler) =>
      Validations.of(handler.role!).acknowledge(
        {
          id: 'AwsSolutions-IAM5[Resource::*]',
          reason:
            'EC2 lets nobody describe single groups, and CloudTrail nobody look up single events: these actions have no resources.',
        },
        {
          id: 'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]',
          reason:
            'Publishing to an encrypted topic, and writing to an encrypted table, with their keys alone.',
        },
        {
          id: 'AwsSolutions-IAM5[Action::kms:ReEncrypt*]',
          reason: 'Writing to an encrypted table, with its key alone.',
        },
      ),
    );
  }
}

/** What the environments of all functions have in common. */
type CommonVariables = SentryParameters['variables'] & {
  readonly SENTRY_NAME: string;
  readonly LEDGER_TABLE: string;
  readonly NOTIFICATION_TOPIC_ARN: string;
};

interface WatchedParts {
  readonly undelivered: sqs.Queue;
  readonly unhandled: sqs.Queue;
  readonly changes: sqs.Queue;
  readonly responder: lambda.IFunction;
  readonly reconciler: lambda.IFunction;
}

/** An event takes minutes now and then, CloudTrail's event history up to a quarter of an hour. */
const SETTLE_RANGE: DurationRange = { least: Duration.minutes(1), most: Duration.days(1) };
const REPEAT_RANGE: DurationRange = { least: Duration.minutes(1), most: Duration.days(7) };

const HEARTBEAT_EVERY = Duration.hours(1);
