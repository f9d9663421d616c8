/** Times of events: the first belongs to it, the last does not. */
export interface LakeWindow {
  readonly from: Date;
  readonly until: Date;
}

const MINUTE = 60_000;

/** Events get into a store some minutes after their time. */
const LOOK_BACK = 20 * MINUTE;
/** That much is read a second time by the next run. */
const OVERLAP = 10 * MINUTE;
/** What one run reads at most: after an outage, several runs catch up. */
const LONGEST = 6 * 60 * MINUTE;

/** What a run reads, where all up to `readUntil` was read before. */
export function lakeWindow(readUntil: Date | undefined, now: Date): LakeWindow {
  const usual = now.getTime() - LOOK_BACK;
  const from = readUntil ? Math.min(usual, readUntil.getTime() - OVERLAP) : usual;
  return { from: new Date(from), until: new Date(Math.min(now.getTime(), from + LONGEST)) };
}
