import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** The runbook's name for an alarm, by its id: those that only a number tells apart share one. */
export function alarmName(id: string): string {
  return id.replace(/\d+$/, '');
}

/**
 * A description that says which construct it is about, and under which heading the runbook has
 * more.
 */
export function alarmDescription(scope: Construct, id: string, description: string): string {
  return `${description} (${scope.node.path}; runbook: ${alarmName(id)})`;
}

export interface NotifyingAlarmProps {
  readonly metric: cloudwatch.Metric;
  /** The alarm goes off when the metric's statistic within the period is above it. */
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
  /** Counts signs of life: their sum in one period. */
  readonly signsOfLife: (period: Duration) => cloudwatch.IMetric;
  readonly period: Duration;
  /** The alarm goes off when so many periods on end have passed without one. */
  readonly periods: number;
  /** A sentence on what is wrong. */
  readonly description: string;
  readonly topic: sns.ITopic;
}

/** For the rest of the deployment, and for the first sign of life to get here. */
const FIRST_SIGN_MINUTES = 60;

/** CloudWatch has no alarm wait for longer. */
const LONGEST_WARM_UP_MINUTES = 2_880;

/**
 * An alarm that goes off when nothing is heard of what should be heard of: later, or ever. A new
 * one waits for as long as silence may last, and an hour more, before it looks: two days at the
 * most.
 */
export class SilenceAlarm extends cloudwatch.Alarm {
  constructor(
    scope: Construct,
    id: string,
    { signsOfLife, period, periods, description, topic }: SilenceAlarmProps,
  ) {
    super(scope, id, {
      metric: signsOfLife(period),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      alarmDescription: alarmDescription(scope, id, description),
    });
    this.addAlarmAction(new cloudwatchActions.SnsAction(topic));
    this.warmUp(periods * period.toMinutes() + FIRST_SIGN_MINUTES);
  }

  /**
   * Without it, CloudWatch would take the time before the alarm was there for silence. The oldest
   * CDK that the library works with has no property for it.
   */
  private warmUp(minutes: number): void {
    const alarm = this.node.defaultChild as cloudwatch.CfnAlarm;
    alarm.addPropertyOverride('WarmUpConfiguration', {
      WarmUpPeriodDurationInMinutes: Math.min(LONGEST_WARM_UP_MINUTES, minutes),
      OnlyStartEvaluatingAfterWarmUpPeriodEnds: true,
    });
  }
}
