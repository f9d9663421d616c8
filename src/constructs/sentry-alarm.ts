import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface SentryAlarmProps {
  readonly metric: cloudwatch.Metric;
  /** The alarm goes when the metric's maximum within the period is above it. */
  readonly threshold: number;
  /** One minute, unless what is measured shows up later than that. */
  readonly period?: Duration;
  /** What is wrong, in a sentence. */
  readonly description: string;
  readonly topic: sns.ITopic;
}

/** An alarm of a sentry about itself, which publishes to its topic. */
export class SentryAlarm extends cloudwatch.Alarm {
  constructor(scope: Construct, id: string, { metric, threshold, description, topic, period = Duration.minutes(1) }: SentryAlarmProps) {
    super(scope, id, {
      metric: metric.with({ period, statistic: cloudwatch.Stats.MAXIMUM }),
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `${description} (${scope.node.path})`,
    });
    this.addAlarmAction(new cloudwatchActions.SnsAction(topic));
  }
}
