import type * as events from 'aws-cdk-lib/aws-events';

const DAYS_OF_UNIT: Readonly<Record<string, number>> = { minute: 1 / 1440, hour: 1 / 24, day: 1 };

/** How many days a rate schedule has between its runs; undefined for a cron expression. */
export function daysOfRate({ expressionString }: events.Schedule): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expressionString) ?? [];
  return count && unit ? Number(count) * DAYS_OF_UNIT[unit]! : undefined;
}
