import { Annotations, Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { wholeDays } from '../../shared/constructs/checked-duration';
import { daysApart } from '../../shared/constructs/schedule-days';

/** CloudWatch looks back no further; and beyond twice as much, notices lapse. */
const LONGEST_ALARM_DAYS = 7;

/**
 * IAM makes a new credential report once the last one is as old as this.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
const REPORT_HOURS = 4;

/** When a sentry runs, and after how long without a run an alarm goes off. */
export interface KeySentrySchedule {
  readonly schedule: events.Schedule;
  /** A calendar week where runs are a week apart: no window that slides can be longer than that. */
  readonly silence: { readonly days: number } | 'calendar-week';
}

/** Throws where runs are too far apart, or the alarm goes off between two of them. */
export function keySentrySchedule(scope: Construct, props: IamKeySentryProps): KeySentrySchedule {
  const schedule = props.schedule ?? events.Schedule.rate(Duration.days(1));
  const between = daysApart(schedule);
  const apart = between?.most ?? 1;
  if (apart > LONGEST_ALARM_DAYS) {
    throw new Error(
      `${scope.node.path}: "schedule" is ${schedule.expressionString}, and runs may be a week apart at the most: ` +
        'notices would lapse, and no one would notice that the sentry stands still. Write a rate of a day.',
    );
  }
  if (between) warnOfFrequentRuns(scope, schedule, between.least * 24);
  return { schedule, silence: silenceOf(scope, props, { schedule, apart }) };
}

/** No error: the keys themselves are looked at in each run, and someone may try the sentry out. */
function warnOfFrequentRuns(scope: Construct, schedule: events.Schedule, hours: number): void {
  if (hours >= REPORT_HOURS) return;
  Annotations.of(scope).addWarningV2(
    'cdk-sentries:runsTooFrequent',
    `"schedule" is ${schedule.expressionString}, and IAM makes a list of users at most every ${REPORT_HOURS} hours: a run before that finds no new user, ` +
      'and takes calls of IAM from all that share its limits in the account; and where each run is reported, the same is told again. ' +
      `Ages count in days, so write Schedule.rate(Duration.hours(${REPORT_HOURS})) or more.`,
  );
}

interface RunsApart {
  readonly schedule: events.Schedule;
  readonly apart: number;
}

function silenceOf(
  scope: Construct,
  { missedRunAlarmAfter, excludedAlarms }: IamKeySentryProps,
  runs: RunsApart,
): KeySentrySchedule['silence'] {
  if (missedRunAlarmAfter && excludedAlarms?.includes('MissedRunAlarm')) {
    throw new Error(
      `${scope.node.path}: "missedRunAlarmAfter" does nothing, since "excludedAlarms" leaves MissedRunAlarm out: write one of the two.`,
    );
  }
  if (missedRunAlarmAfter) return { days: checkedSilence(scope, missedRunAlarmAfter, runs) };
  if (runs.apart === LONGEST_ALARM_DAYS) return 'calendar-week';
  const days = Math.max(2, 2 * Math.ceil(runs.apart));
  return { days: Math.min(days, LONGEST_ALARM_DAYS) };
}

function checkedSilence(scope: Construct, given: Duration, { schedule, apart }: RunsApart): number {
  const where = `${scope.node.path}: "missedRunAlarmAfter"`;
  const days = wholeDays(given, where);
  if (days > LONGEST_ALARM_DAYS) {
    throw new Error(
      `${where} is ${days} days, and CloudWatch looks back for ${LONGEST_ALARM_DAYS} at the most: ` +
        `write Duration.days(${LONGEST_ALARM_DAYS}) or less, and a schedule of more than one run in that time.`,
    );
  }
  if (days > apart) return days;
  const most = Math.floor(apart) + 1;
  throw new Error(
    `${where} is ${inWords(days)}, and "schedule" is ${schedule.expressionString}, which has up to ${inWords(apart)} between two runs: the alarm would go off before each. ` +
      (most > LONGEST_ALARM_DAYS
        ? 'Leave it out: the alarm then goes off after a calendar week without a run.'
        : `Write Duration.days(${most}) or more, or leave it out.`),
  );
}

function inWords(days: number): string {
  const rounded = Math.round(days * 10) / 10;
  return rounded === 1 ? '1 day' : `${rounded} days`;
}
