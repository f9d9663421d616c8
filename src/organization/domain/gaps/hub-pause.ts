import { SILENT_AFTER_SECONDS } from './coverage-times';

/** The time in which the hub itself did not look. */
export interface HubPause {
  readonly from: Date;
  readonly until: Date;
}

/** One run that comes late is none. */
const PAUSE_FROM_SECONDS = 2 * 60 * 60;

/**
 * Where the hub was away, the silence of its members says nothing of them: it is one gap, of the
 * hub.
 */
export function hubPause(lastRunAt: Date | undefined, now: Date): HubPause | undefined {
  if (!lastRunAt) return undefined;
  const seconds = (now.getTime() - lastRunAt.getTime()) / 1_000;
  return seconds > PAUSE_FROM_SECONDS ? { from: lastRunAt, until: now } : undefined;
}

/** Whether silence is still owed to the pause: members have had no time to be heard. */
export function isStillQuiet(pause: HubPause | undefined, now: Date): boolean {
  if (!pause) return false;
  return now.getTime() - pause.until.getTime() <= SILENT_AFTER_SECONDS * 1_000;
}
