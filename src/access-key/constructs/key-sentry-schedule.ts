import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { wholeDays } from '../../shared/constructs/checked-duration';
import { daysOfRate } from '../../shared/constructs/schedule-rate';

const MOST_DAYS_APART = 3;
const LONGEST_ALARM_DAYS = 7;

/** When a sentry runs, and for how many days none may come to its end before an alarm goes off. */
export interface KeySentrySchedule {
  readonly schedule: events.Schedule;
  readonly silentDays: number;
}

/** Throws where runs are too far apart, or the alarm waits for longer than CloudWatch can. */
export function keySentrySchedule(scope: Construct, props: IamKeySentryProps): KeySentrySchedule {
  const schedule = props.schedule ?? events.Schedule.rate(Duration.days(1));
  const daysApart = daysBetweenRuns(scope, schedule);
  return { schedule, silentDays: silentDays(scope, props, daysApart) };
}

/** Days begun; 1 for a cron expression, of which it is not known. */
function daysBetweenRuns(scope: Construct, schedule: events.Schedule): number {
  const days = daysOfRate(schedule) ?? 1;
  if (days > MOST_DAYS_APART) {
    throw new Error(
      `${scope.node.path}: "schedule" is ${schedule.expressionString}, and runs may be ${MOST_DAYS_APART} days apart at the most: ` +
        'notices would lapse, and no one would notice that the sentry stands still. Write a rate of a day.',
    );
  }
  return Math.ceil(days);
}

function silentDays(
  scope: Construct,
  { missedRunAlarmAfter }: IamKeySentryProps,
  daysApart: number,
): number {
  const days = wholeDays(
    missedRunAlarmAfter ?? Duration.days(Math.max(2, 2 * daysApart)),
    `${scope.node.path}: "missedRunAlarmAfter"`,
  );
  if (days <= LONGEST_ALARM_DAYS) return days;
  throw new Error(
    `${scope.node.path}: "missedRunAlarmAfter" is ${days} days, and CloudWatch looks back for ${LONGEST_ALARM_DAYS} at the most: ` +
      `write Duration.days(${LONGEST_ALARM_DAYS}) or less, and a schedule of more than one run in that time.`,
  );
}
