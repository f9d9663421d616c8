import { daysOf, numbersOf } from '../../../../src/shared/domain/schedule/cron-days';

const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The days of a month, such as 2026-11, that the fields name. */
function daysIn(month: string, dayOfMonth: string, dayOfWeek: string): number[] {
  const isDay = daysOf(dayOfMonth, '*', dayOfWeek, '*')!;
  return Array.from(
    { length: 31 },
    (_, index) => new Date(`${month}-01T00:00:00Z`).getTime() + index * 86_400_000,
  )
    .map((time) => new Date(time))
    .filter((date) => date.toISOString().startsWith(month) && isDay(date))
    .map((date) => date.getUTCDate());
}

describe('a day of the month', () => {
  test.each([
    ['2026-11', '5', [5]],
    ['2026-11', '1,15', [1, 15]],
    ['2026-11', '28/2', [28, 30]],
    ['2026-11', 'L', [30]],
    ['2026-02', 'L', [28]],
    ['2028-02', 'L', [29]],
    ['2026-02', '31', []],
  ])('in %s, %s is %j', (month, field, days) => {
    expect(daysIn(month, field, '?')).toEqual(days);
  });

  test.each([
    ['a workday itself', '2026-11', '10W', [10]],
    ['the Friday before a Saturday', '2026-11', '14W', [13]],
    ['the Monday after a Sunday', '2026-11', '15W', [16]],
    ['in the same month, where it begins on a Saturday', '2026-08', '1W', [3]],
    ['in the same month, where it ends on a Sunday', '2026-05', '31W', [29]],
  ])('that has to be a workday is %s', (_, month, field, days) => {
    expect(daysIn(month, field, '?')).toEqual(days);
  });
});

describe('a day of the week', () => {
  test.each([
    ['L', [7, 14, 21, 28]],
    ['1', [1, 8, 15, 22, 29]],
    ['1,7', [1, 7, 8, 14, 15, 21, 22, 28, 29]],
    ['FRIL', [27]],
    ['2L', [30]],
    ['3L', [24]],
    ['MON#1', [2]],
    ['2#5', [30]],
    ['3#5', []],
  ])('in November 2026, %s is %j', (field, days) => {
    expect(daysIn('2026-11', '?', field)).toEqual(days);
  });

  test('has a name, in any case', () => {
    const first = WEEKDAYS.map((name) => daysIn('2026-11', '?', name)[0]);
    expect(first).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(WEEKDAYS.map((name) => daysIn('2026-11', '?', name.toLowerCase())[0])).toEqual(first);
  });
});

test('a month has a name or a number', () => {
  MONTHS.forEach((name, index) => {
    for (const field of [name, String(index + 1)]) {
      const isDay = daysOf('*', field, '?', '2026')!;
      const found = MONTHS.filter((_, month) => isDay(new Date(Date.UTC(2026, month, 1))));
      expect(found).toEqual([name]);
    }
  });
});

test('a year is one that is named', () => {
  const isDay = daysOf('*', '*', '?', '2026-2027')!;
  const years = [2025, 2026, 2027, 2028].filter((year) => isDay(new Date(Date.UTC(year, 5, 1))));
  expect(years).toEqual([2026, 2027]);
});

describe('a field', () => {
  const MINUTES = { least: 0, most: 59 };

  test.each([
    ['0', [0]],
    ['59', [59]],
    ['5-8', [5, 6, 7, 8]],
    ['5-5', [5]],
    ['10-20/5', [10, 15, 20]],
    ['50/4', [50, 54, 58]],
    ['*/30', [0, 30]],
    ['1,2-3', [1, 2, 3]],
  ])('%s names %j', (field, numbers) => {
    expect([...numbersOf(field, MINUTES)!]).toEqual(numbers);
  });

  test.each([
    '60',
    '-1',
    '8-5',
    '1/0',
    '1/x',
    '1-',
    '1,,2',
    '',
    '5-60',
    'x5',
    '5x',
    '0x5',
    '5e0',
    'MON',
  ])('"%s" is none of EventBridge\'s', (field) => {
    expect(numbersOf(field, MINUTES)).toBeUndefined();
  });
});

test.each([
  ['day', ['0', '*', '?', '*']],
  ['day', ['32', '*', '?', '*']],
  ['day', ['x15W', '*', '?', '*']],
  ['day', ['15Wx', '*', '?', '*']],
  ['month', ['*', '13', '?', '*']],
  ['month', ['*', '0', '?', '*']],
  ['weekday', ['?', '*', '8', '*']],
  ['weekday', ['?', '*', '0', '*']],
  ['weekday', ['?', '*', '8L', '*']],
  ['weekday', ['?', '*', 'x#1', '*']],
  ['weekday', ['?', '*', '-2L', '*']],
  ['weekday', ['?', '*', '2#1x', '*']],
  ['year', ['*', '*', '?', '1969']],
  ['year', ['*', '*', '?', '2200']],
])(
  'of a %s that there is not, nothing is known: %j',
  (_, [day = '', month = '', week = '', year = '']) => {
    expect(daysOf(day, month, week, year)).toBeUndefined();
  },
);
