/** A day of the calendar, in the words of a cron expression. */
interface Day {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  /** Of the month. */
  readonly last: number;
  /** From 1, Sunday. */
  readonly weekday: number;
}

export type IsDay = (day: Date) => boolean;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export interface FieldRange {
  readonly least: number;
  readonly most: number;
  /** Of the numbers from 1 on. */
  readonly names?: readonly string[];
}

/** The numbers that a field names; undefined where it is written as none of EventBridge's. */
export function numbersOf(field: string, range: FieldRange): ReadonlySet<number> | undefined {
  const parts = field.split(',').map((part) => numbersOfPart(part, range));
  return parts.every((numbers) => numbers !== undefined) ? new Set(parts.flat()) : undefined;
}

function numbersOfPart(part: string, range: FieldRange): readonly number[] | undefined {
  const { least, most } = range;
  const [, from = '', to, step] = /^([^-/]+)(?:-([^/]+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const isOpen = from === '*' || (step !== undefined && to === undefined);
  const first = from === '*' ? least : numberOf(from, range);
  const last = isOpen ? most : numberOf(to ?? from, range);
  const stride = Number(step ?? 1);
  if (!(first >= least && last <= most && first <= last && stride > 0)) return undefined;
  return Array.from(
    { length: Math.floor((last - first) / stride) + 1 },
    (_, index) => first + index * stride,
  );
}

function numberOf(text: string, { names = [] }: FieldRange): number {
  const index = names.indexOf(text.toUpperCase());
  if (index >= 0) return index + 1;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** The days that the last four fields of a cron expression name. */
export function daysOf(
  dayOfMonth: string,
  month: string,
  dayOfWeek: string,
  year: string,
): IsDay | undefined {
  const months = numbersOf(month, { least: 1, most: 12, names: MONTHS });
  const years = numbersOf(year, { least: 1970, most: 2199 });
  const inMonth = dayOfMonth === '?' ? always : monthDays(dayOfMonth);
  const inWeek = dayOfWeek === '?' ? always : weekDays(dayOfWeek);
  if (!months || !years || !inMonth || !inWeek) return undefined;
  return (date) => {
    const day = dayOf(date);
    return months.has(day.month) && years.has(day.year) && inMonth(day) && inWeek(day);
  };
}

type Matches = (day: Day) => boolean;

function always(): boolean {
  return true;
}

function monthDays(field: string): Matches | undefined {
  if (field === 'L') return ({ day, last }) => day === last;
  const nearest = /^(\d+)W$/.exec(field)?.[1];
  if (nearest !== undefined) return (day) => day.day === workdayNear(Number(nearest), day);
  const days = numbersOf(field, { least: 1, most: 31 });
  return days && (({ day }) => days.has(day));
}

function weekDays(field: string): Matches | undefined {
  if (field === 'L') return ({ weekday }) => weekday === 7;
  const [, name = '', kind = '', count = ''] = /^(\w+?)(L|#)(\d?)$/.exec(field) ?? [];
  const days = numbersOf(kind ? name : field, { least: 1, most: 7, names: WEEKDAYS });
  if (!days) return undefined;
  if (kind === 'L') return ({ weekday, day, last }) => days.has(weekday) && day > last - 7;
  if (kind === '#') {
    return ({ weekday, day }) => days.has(weekday) && Math.ceil(day / 7) === Number(count);
  }
  return ({ weekday }) => days.has(weekday);
}

/** Within the month. */
function workdayNear(wanted: number, { day, weekday, last }: Day): number {
  const weekdayOf = (other: number) => (((weekday - 1 + other - day) % 7) + 7) % 7;
  if (weekdayOf(wanted) === 6) return wanted === 1 ? wanted + 2 : wanted - 1;
  if (weekdayOf(wanted) === 0) return wanted === last ? wanted - 2 : wanted + 1;
  return wanted;
}

function dayOf(date: Date): Day {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  return {
    year,
    month,
    day: date.getUTCDate(),
    last: new Date(Date.UTC(year, month, 0)).getUTCDate(),
    weekday: date.getUTCDay() + 1,
  };
}
