import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { ACCESS_KEY_METRICS } from '../../contracts/key-metrics';
import type { KeySentrySchedule } from '../key-sentry-schedule';

export interface KeyRunsProps {
  readonly when: KeySentrySchedule;
  /** The function that looks at the keys. */
  readonly checker: lambda.Function;
  readonly topic: sns.ITopic;
}

/** When the sentry runs, and the alarm for days without a run. */
export class KeyRuns {
  public readonly alarms: cloudwatch.Alarm[];

  constructor(sentry: Construct, { when, checker, topic }: KeyRunsProps) {
    new events.Rule(sentry, 'Schedule', {
      description: `When ${sentry.node.path} looks at the access keys`,
      schedule: when.schedule,
      targets: [new targets.LambdaFunction(checker)],
    });
    this.alarms = [
      new SilenceAlarm(sentry, 'MissedRunAlarm', {
        signsOfLife: (period) => runsOf(sentry, period),
        period: Duration.days(1),
        periods: when.silentDays,
        topic,
        description: `The sentry has not come to the end of a run for ${when.silentDays} days: no one looks at the access keys.`,
      }),
    ];
  }
}

/** Runs of a copy outside the home Region count too: it is alive. */
function runsOf(sentry: Construct, period: Duration): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: 'FILL(completed, 0) + FILL(skipped, 0)',
    usingMetrics: {
      completed: ownMetric(sentry, ACCESS_KEY_METRICS.runsCompleted),
      skipped: ownMetric(sentry, ACCESS_KEY_METRICS.runsSkipped),
    },
    period,
    label: 'Runs of the sentry',
  });
}
