import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * A description that says which construct it is about, and under which heading the runbook has
 * more: alarms that only a number tells apart share one.
 */
export function alarmDescription(scope: Construct, id: string, description: string): string {
  const heading = id.replace(/\d+$/, '');
  return `${description} (${scope.node.path}; runbook: ${heading})`;
}

export interface NotifyingAlarmProps {
  readonly metric: cloudwatch.Metric;
  /** The alarm goes when the metric's statistic within the period is above it. */
  readonly threshold: number;
  /** The maximum, unless it is the sum that counts. */
  readonly statistic?: string;
  /** One minute, unless what is measured shows up later than that. */
  readonly period?: Duration;
  /** A sentence on what is wrong. */
  readonly description: string;
  readonly topic: sns.ITopic;
}

/** An alarm of a construct about itself, which publishes to the construct's topic. */
export class NotifyingAlarm extends cloudwatch.Alarm {
  constructor(scope: Construct, id: string, props: NotifyingAlarmProps) {
    const {
      metric,
      threshold,
      description,
      topic,
      period = Duration.minutes(1),
      statistic = cloudwatch.Stats.MAXIMUM,
    } = props;
    super(scope, id, {
      metric: metric.with({ period, statistic }),
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: alarmDescription(scope, id, description),
    });
    this.addAlarmAction(new cloudwatchActions.SnsAction(topic));
  }
}

export interface SilenceAlarmProps {
  /** Counts signs of life. */
  readonly metric: cloudwatch.Metric;
  readonly period: Duration;
  /** The alarm goes when so many periods on end have passed without one. */
  readonly periods: number;
  /** A sentence on what is wrong. */
  readonly description: string;
  readonly topic: sns.ITopic;
}

/** An alarm that goes when nothing is heard of what should be heard of. */
export class SilenceAlarm extends cloudwatch.Alarm {
  constructor(
    scope: Construct,
    id: string,
    { metric, period, periods, description, topic }: SilenceAlarmProps,
  ) {
    super(scope, id, {
      metric: metric.with({ period, statistic: cloudwatch.Stats.SUM }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      alarmDescription: alarmDescription(scope, id, description),
    });
    this.addAlarmAction(new cloudwatchActions.SnsAction(topic));
  }
}
