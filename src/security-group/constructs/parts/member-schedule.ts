import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { MemberReconciler } from './member-reconciler';
import { commonVariables } from './sentry-function';
import type { SentryParts } from './sentry-parts';
import type { SentryHub } from '../../../organization/constructs/sentry-hub';
import { TRY_EVERY_MINUTES } from '../../../organization/domain/gaps/coverage-times';
import { acknowledgeKeyUse } from '../../../shared/constructs/acknowledge-finding';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm, SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { SECURITY_GROUP_METRICS } from '../../../shared/contracts/metrics';
import { HEARTBEATS_TASK, SCHEDULE_MEMBERS } from '../../contracts/schedule-members.environment';

/** Often enough to have a place named that goes dark within three hours. */
const HEARTBEATS_EVERY = Duration.minutes(TRY_EVERY_MINUTES);

export interface MemberScheduleProps {
  readonly parts: SentryParts;
  readonly hub: SentryHub;
  readonly reconciler: MemberReconciler;
  readonly reconcileSchedule: events.Schedule;
}

/** When members are reconciled, and when a heartbeat is sent where nothing is heard. */
export class MemberSchedule {
  public readonly rules: events.Rule[];
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    private readonly sentry: Construct,
    private readonly props: MemberScheduleProps,
  ) {
    const { parts, reconcileSchedule } = props;
    this.handler = this.makeHandler();
    this.rules = [
      new events.Rule(sentry, 'MemberReconcileRule', {
        description: `When ${sentry.node.path} has members compared with its ledger`,
        schedule: reconcileSchedule,
        targets: [new targets.LambdaFunction(this.handler)],
      }),
      new events.Rule(sentry, 'MemberHeartbeatRule', {
        description: `When ${sentry.node.path} tries members of which nothing is heard`,
        schedule: events.Schedule.rate(HEARTBEATS_EVERY),
        targets: [
          new targets.LambdaFunction(this.handler, {
            event: events.RuleTargetInput.fromObject(HEARTBEATS_TASK),
          }),
        ],
      }),
    ];
    this.alarms = [
      new NotifyingAlarm(sentry, 'MemberScheduleErrorsAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        topic: parts.topic,
        description:
          'The function that has members reconciled fails: changes there whose events were lost are found late.',
      }),
      new SilenceAlarm(sentry, 'MissedMemberReconcileAlarm', {
        signsOfLife: (period) =>
          ownMetric(sentry, SECURITY_GROUP_METRICS.memberReconcileRuns, { period }),
        period: Duration.days(1),
        periods: 2,
        topic: parts.topic,
        description: 'No member was reconciled for two days.',
      }),
    ];
  }

  private makeHandler(): lambda.Function {
    const { parts, hub, reconciler } = this.props;
    const { sentry } = this;
    const { ACCOUNT_ID, NOTIFICATION_TOPIC_ARN, SENTRY_NAME } = commonVariables(sentry, parts);
    const handler = new BundledFunction(sentry, 'ScheduleMembers', {
      contract: SCHEDULE_MEMBERS,
      environment: () => ({
        SENTRY_NAME,
        NOTIFICATION_TOPIC_ARN,
        ACCOUNT_ID,
        RECONCILE_QUEUE_URL: reconciler.queue.queueUrl,
        HUB: hub._variable,
      }),
      description: `Has the members of ${hub.node.path} reconciled, and tried`,
      memorySize: 512,
    });
    grantPublish(handler, parts.topic);
    hub._letSeeCoverage(handler);
    hub._intakeQueue.grantSend(handler);
    reconciler.queue.grantSend(handler);
    acknowledgeKeyUse(handler.role!);
    return handler;
  }
}
