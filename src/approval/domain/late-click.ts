/** After the end, for clicks that were received before it. */
const LATE_CLICK_MILLISECONDS = 24 * 3_600_000;

/** Writing a reason takes no longer; a submission counts from so long before it at the most. */
const MODAL_MILLISECONDS = 10 * 60_000;

/**
 * As of when a modal's submission counts: as of the click that opened it. Only the bot token can
 * make a modal, so a stolen one can date a denial back, within this time.
 */
export function countsFrom(clickedAt: Date, submittedAt: Date): Date {
  const earliest = submittedAt.getTime() - MODAL_MILLISECONDS;
  const latest = submittedAt.getTime();
  return new Date(Math.min(latest, Math.max(earliest, clickedAt.getTime())));
}

/** The end of the time in which a click that was received before the end still counts. */
export function lateUntil(end: Date): Date {
  return new Date(end.getTime() + LATE_CLICK_MILLISECONDS);
}
