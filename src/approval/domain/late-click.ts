/** After the end, for clicks that were received before it. */
const LATE_CLICK_MILLISECONDS = 24 * 3_600_000;

/** The end of the time in which a click that was received before the end still counts. */
export function lateUntil(end: Date): Date {
  return new Date(end.getTime() + LATE_CLICK_MILLISECONDS);
}
