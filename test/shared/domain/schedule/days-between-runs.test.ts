import { daysBetweenRuns } from '../../../../src/shared/domain/schedule/days-between-runs';

const FROM = new Date('2026-11-30T00:00:00Z');
const MINUTE = 1 / 1440;
const HOUR = 1 / 24;

test.each<[string, number]>([
  ['rate(1 minute)', MINUTE],
  ['rate(12 hours)', 0.5],
  ['rate(7 days)', 7],
  ['cron(* * * * ? *)', MINUTE],
  ['cron(0/15 * * * ? *)', 15 * MINUTE],
  ['cron(0 6 * * ? *)', 1],
  ['cron(0 6,18 * * ? *)', 0.5],
  ['cron(0 8-17 * * ? *)', 15 * HOUR],
  ['cron(0 8-17 ? * MON-FRI *)', 2 + 15 * HOUR],
  ['cron(30 6 ? * MON-FRI *)', 3],
  ['cron(30 6 ? * 2-6 *)', 3],
  ['cron(0 6 ? * MON *)', 7],
  ['cron(0 6 ? * mon *)', 7],
  ['cron(0 6 ? * MON,THU *)', 4],
  ['cron(0 6 ? * L *)', 7],
  ['cron(0 6 ? * 6L *)', 35],
  ['cron(0 6 ? * 2#1 *)', 35],
  ['cron(0 6 1 * ? *)', 31],
  ['cron(0 6 L * ? *)', 31],
  ['cron(0 6 1W * ? *)', 33],
  ['cron(0 6 1/2 * ? *)', 2],
  ['cron(0 6 * JAN ? *)', 336],
  ['cron( 0  18,6 * * ? * )', 0.5],
  ['cron(0 6 1 1 ? 2020)', Infinity],
  ['cron(0 6 * * ? 2023-2025)', Infinity],
  ['at(2026-12-01T00:00:00)', Infinity],
])('between two runs of %s there are up to %d days', (expression, days) => {
  expect(daysBetweenRuns(expression, FROM)?.most).toBeCloseTo(days, 6);
});

test.each<[string, number]>([
  ['rate(5 minutes)', 5 * MINUTE],
  ['cron(0 6,9 * * ? *)', 3 * HOUR],
  ['cron(0 8-17 ? * MON-FRI *)', HOUR],
  ['cron(0 1,23 * * ? *)', 2 * HOUR],
  ['cron(0 6 ? * MON,THU *)', 3],
  ['cron(0 6 1 1 ? 2020)', Infinity],
  ['at(2026-12-01T00:00:00)', Infinity],
])('between two runs of %s there are at least %d days', (expression, days) => {
  expect(daysBetweenRuns(expression, FROM)?.least).toBeCloseTo(days, 6);
});

test.each([
  '${Token[TOKEN.1]}',
  'rate(soon)',
  'a rate(5 minutes)',
  'rate(5 minutes) at least',
  'not at(2026-12-01T00:00:00)',
  'my cron(0 6 * * ? *)',
  'cron(0 6 * * ? *) UTC',
  'cron(0 6 * *)',
  'cron(0 6 * * ?)',
  'cron(0 6 * * ? * *)',
  'cron(61 6 * * ? *)',
  'cron(a * * * ? *)',
])('of %s nothing is known', (expression) => {
  expect(daysBetweenRuns(expression, FROM)).toBeUndefined();
});

test.each(['cron(0 6 * * ? 2026)', 'cron(0 6 * * ? 2029-2199)'])(
  '%s leaves out years to come',
  (expression) => {
    expect(daysBetweenRuns(expression, FROM)?.most).toBeGreaterThan(365);
  },
);
