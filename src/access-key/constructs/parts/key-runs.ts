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
import type { HomeRegion } from '../key-sentry-place';
import type { KeySentrySchedule } from '../key-sentry-schedule';

export interface KeyRunsProps {
  readonly when: KeySentrySchedule;
  /** The function that looks at the keys. */
  readonly checker: lambda.Function;
  readonly homeRegion: HomeRegion;
  readonly topic: sns.ITopic;
}

/** When the sentry runs, and the alarm for days without a run. */
export class KeyRuns {
  public readonly alarms: cloudwatch.Alarm[];

  constructor(sentry: Construct, { when, checker, homeRegion, topic }: KeyRunsProps) {
    new events.Rule(sentry, 'Schedule', {
      description: `When ${sentry.node.path} looks at the access keys`,
      schedule: when.schedule,
      targets: [new targets.LambdaFunction(checker)],
    });
    const { silence } = when;
    const time = silence === 'calendar-week' ? 'a calendar week' : `${silence.days} days`;
    const alarm = new SilenceAlarm(sentry, 'MissedRunAlarm', {
      signsOfLife: (period) => runsOf(sentry, homeRegion, period),
      ...(silence === 'calendar-week'
        ? { period: Duration.days(7), periods: 1 }
        : { period: Duration.days(1), periods: silence.days }),
      topic,
      description: `The sentry has not come to the end of a run for ${time}: no one looks at the access keys.`,
    });
    if (silence === 'calendar-week') lookAtCalendarWeeks(alarm);
    this.alarms = [alarm];
  }
}

/**
 * Two runs a week apart are a little more apart now and then, and the window that slides is a week
 * at the most. The oldest CDK that the library works with has no property for another.
 */
function lookAtCalendarWeeks(alarm: cloudwatch.Alarm): void {
  const resource = alarm.node.defaultChild as cloudwatch.CfnAlarm;
  resource.addPropertyOverride('EvaluationWindow', { WallClockWindow: { Timezone: 'UTC' } });
}

/** Runs of a copy outside the home Region count too: it is alive. */
function runsOf(sentry: Construct, { isGiven }: HomeRegion, period: Duration): cloudwatch.IMetric {
  if (!isGiven) return ownMetric(sentry, ACCESS_KEY_METRICS.runsCompleted, { period });
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
