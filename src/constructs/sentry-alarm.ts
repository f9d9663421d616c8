import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface SentryAlarmProps {
  readonly metric: cloudwatch.Metric;
  /** The alarm goes when the metric's maximum within a minute is above it. */
  readonly threshold: number;
  /** What is wrong, in a sentence. */
  readonly description: string;
  readonly topic: sns.ITopic;
}

/** An alarm of a sentry about itself, which publishes to its topic. */
export class SentryAlarm extends cloudwatch.Alarm {
  constructor(scope: Construct, id: string, { metric, threshold, description, topic }: SentryAlarmProps) {
    super(scope, id, {
      metric: metric.with({ period: Duration.minutes(1), statistic: cloudwatch.Stats.MAXIMUM }),
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `${description} (${scope.node.path})`,
    });
    this.addAlarmAction(new cloudwatchActions.SnsAction(topic));
  }
}
