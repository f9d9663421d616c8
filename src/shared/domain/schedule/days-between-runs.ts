import { daysOf, numbersOf } from './cron-days';

const DAYS_OF_UNIT: Readonly<Record<string, number>> = { minute: 1 / 1440, hour: 1 / 24, day: 1 };

const DAY_MILLISECONDS = 24 * 3_600_000;

/** From the first on that is looked at: four years have each kind of month and week. */
const DAYS_LOOKED_AT = 4 * 366;

/** How many days there are between two runs. */
export interface DaysBetween {
  readonly least: number;
  readonly most: number;
}

const NO_SECOND_RUN: DaysBetween = { least: Infinity, most: Infinity };

/**
 * How far apart the runs of a schedule of EventBridge are: Infinity where it runs once, or never;
 * undefined where its expression is not known, or none of EventBridge's.
 *
 * @param from the day from which on a cron expression is looked at.
 */
export function daysBetweenRuns(expression: string, from: Date): DaysBetween | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count && unit) {
    const days = Number(count) * DAYS_OF_UNIT[unit]!;
    return { least: days, most: days };
  }
  if (/^at\(/.test(expression)) return NO_SECOND_RUN;
  const cron = /^cron\((.*)\)$/.exec(expression)?.[1];
  return cron === undefined ? undefined : daysBetweenCronRuns(cron, from);
}

function daysBetweenCronRuns(cron: string, from: Date): DaysBetween | undefined {
  const fields = cron.trim().split(/\s+/);
  if (!areCronFields(fields)) return undefined;
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  const minutes = minutesOfDay(minute, hour);
  const isDay = daysOf(dayOfMonth, month, dayOfWeek, year);
  if (!minutes || !isDay) return undefined;
  const first = Math.floor(from.getTime() / DAY_MILLISECONDS);
  const days = Array.from({ length: DAYS_LOOKED_AT }, (_, index) => index).filter((day) =>
    isDay(new Date((first + day) * DAY_MILLISECONDS)),
  );
  return daysBetween(days, minutes);
}

type CronFields = [string, string, string, string, string, string];

function areCronFields(fields: string[]): fields is CronFields {
  return fields.length === 6;
}

function minutesOfDay(minute: string, hour: string): readonly number[] | undefined {
  const minutes = numbersOf(minute, { least: 0, most: 59 });
  const hours = numbersOf(hour, { least: 0, most: 23 });
  if (!minutes || !hours) return undefined;
  return [...hours]
    .flatMap((ofDay) => [...minutes].map((ofHour) => ofDay * 60 + ofHour))
    .sort((one, other) => one - other);
}

/** The years of a cron expression may have their end, or their beginning. */
function daysBetween(days: readonly number[], minutes: readonly number[]): DaysBetween {
  const [first, last] = [minutes[0]!, minutes.at(-1)!];
  if (days.length === 0) return NO_SECOND_RUN;
  const [firstDay, lastDay] = [days[0]!, days.at(-1)!];
  const withinDay = minutes.slice(1).map((minute, index) => minute - minutes[index]!);
  const betweenDays = days.slice(1).map((day, index) => (day - days[index]!) * 1440 + first - last);
  const gaps = [...withinDay, ...betweenDays];
  const atEnds = [firstDay, DAYS_LOOKED_AT - 1 - lastDay].map((count) => count * 1440);
  return { least: Math.min(...gaps) / 1440, most: Math.max(...gaps, ...atEnds) / 1440 };
}
