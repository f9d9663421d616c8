const DAY_MILLISECONDS = 24 * 3_600_000;

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** When a day is over, by UTC; undefined for what is no day, such as 2027-02-30. */
export function endOfDay(day: string): Date | undefined {
  const midnight = DATE.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  if (Number.isNaN(midnight)) return undefined;
  return dayOf(new Date(midnight)) === day ? new Date(midnight + DAY_MILLISECONDS) : undefined;
}

/** The last day on which something holds that ends then. */
export function lastDay(end: Date): string {
  return dayOf(new Date(end.getTime() - 1));
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
