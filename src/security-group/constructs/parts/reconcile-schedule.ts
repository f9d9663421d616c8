import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ChangeQueue } from './change-queue';
import type { Reconciler } from './reconciler';
import { SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { daysApart } from '../../../shared/constructs/schedule-days';
import { largeCallPattern } from '../group-change-pattern';
import type { SecurityGroupSentrySettings } from '../security-group-sentry-settings';

export interface ReconcileScheduleProps {
  readonly settings: SecurityGroupSentrySettings;
  readonly reconciler: Reconciler;
  readonly changes: ChangeQueue;
  readonly topic: sns.ITopic;
}

/**
 * When reconcile runs: by the clock, and after calls that no one can read; and the alarm for a day
 * or two without a run, or without its log.
 */
export class ReconcileSchedule {
  public readonly rule: events.Rule;
  public readonly largeCallRule: events.Rule;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(sentry: Construct, { settings, reconciler, changes, topic }: ReconcileScheduleProps) {
    this.rule = new events.Rule(sentry, 'ReconcileRule', {
      description: `When ${sentry.node.path} compares the groups with its ledger`,
      schedule: settings.reconcileSchedule,
      targets: [new targets.LambdaFunction(reconciler.handler)],
    });
    this.largeCallRule = new events.Rule(sentry, 'LargeCallRule', {
      description: `Has ${sentry.node.path} look at all groups after a call that was too large to be recorded`,
      eventPattern: largeCallPattern(),
      targets: [
        new targets.LambdaFunction(reconciler.handler, { deadLetterQueue: changes.undelivered }),
      ],
    });
    const days = silentDays(settings.reconcileSchedule);
    this.alarms = [
      new SilenceAlarm(sentry, 'MissedReconcileAlarm', {
        signsOfLife: (period) => runsInLog(reconciler.handler, period),
        period: Duration.days(1),
        periods: days,
        topic,
        description: `No run of reconcile has come to its end for ${days === 1 ? 'a day' : `${days} days`}, or none could write its log.`,
      }),
    ];
  }
}

/**
 * Two where runs may be a day apart, or it is not known: no run begins and ends at the same second
 * each day.
 */
function silentDays(schedule: events.Schedule): number {
  return (daysApart(schedule)?.most ?? 1) < 1 ? 1 : 2;
}

/**
 * AWS counts all three by itself, where no one can put values. The function does nothing but
 * reconcile, and a run that does not come to its end is an error. Where no line came into its log,
 * its metrics are lost: then there is no number, which is silence.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
function runsInLog(reconciler: lambda.Function, period: Duration): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: 'IF(logged > 0, begun - FILL(failed, 0), 0)',
    usingMetrics: {
      logged: linesIn(reconciler.logGroup),
      begun: reconciler.metricInvocations(),
      failed: reconciler.metricErrors(),
    },
    period,
    label: 'Runs of reconcile',
  });
}

function linesIn({ logGroupName }: logs.ILogGroup): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/Logs',
    metricName: 'IncomingLogEvents',
    dimensionsMap: { LogGroupName: logGroupName },
    statistic: cloudwatch.Stats.SUM,
  });
}
