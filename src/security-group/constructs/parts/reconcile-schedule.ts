import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Reconciler } from './reconciler';
import { SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { SECURITY_GROUP_METRICS } from '../../../shared/contracts/metrics';
import type { SecurityGroupSentrySettings } from '../security-group-sentry-settings';

export interface ReconcileScheduleProps {
  readonly settings: SecurityGroupSentrySettings;
  readonly reconciler: Reconciler;
  readonly topic: sns.ITopic;
}

/** When reconcile runs, and the alarm for a day without a run. */
export class ReconcileSchedule {
  public readonly rule: events.Rule;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(sentry: Construct, { settings, reconciler, topic }: ReconcileScheduleProps) {
    this.rule = new events.Rule(sentry, 'ReconcileRule', {
      description: `When ${sentry.node.path} compares the groups with its ledger`,
      schedule: settings.reconcileSchedule,
      targets: [new targets.LambdaFunction(reconciler.handler)],
    });
    this.alarms = [
      new SilenceAlarm(sentry, 'MissedReconcileAlarm', {
        metric: ownMetric(sentry, SECURITY_GROUP_METRICS.reconcileRuns),
        period: Duration.days(1),
        periods: 1,
        topic,
        description: 'No run of reconcile has come to its end for a day.',
      }),
    ];
  }
}
