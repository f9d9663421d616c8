/** A dry run of the sentry whose event came back, and a run of reconcile that came to its end. */
export const SIGNS_OF_LIFE = ['heartbeat', 'reconcile'] as const;
export type SignOfLife = (typeof SIGNS_OF_LIFE)[number];

export type LastSigns = Readonly<Partial<Record<SignOfLife, Date>>>;

/** When the sentry was last seen to work, in its own memory: metrics can be put by others. */
export interface SignsOfLife {
  last(): Promise<LastSigns>;
  /** Gives when the one before was. */
  keep(sign: SignOfLife, at: Date): Promise<Date | undefined>;
}

/**
 * By UTC. What is the same all day is written once in it. Where the answer to keeping it was lost,
 * the next try is told of its own time, and no one knows which was before: then it is written.
 */
export function isFirstOfDay(before: Date | undefined, now: Date): boolean {
  if (before === undefined || before.getTime() === now.getTime()) return true;
  return dayOf(before) !== dayOf(now);
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 'yyyy-mm-dd'.length);
}

/** Of a sentry that sends no heartbeats. */
export const SIGNS_WITHOUT_HEARTBEAT: readonly SignOfLife[] = ['reconcile'];

const HOUR = 60 * 60_000;

/** As long as the alarms about silence wait for them at the most, with the time of a run. */
const MOST_SILENT_HOURS: Readonly<Record<SignOfLife, number>> = { heartbeat: 3, reconcile: 49 };

const NAMES: Readonly<Record<SignOfLife, string>> = {
  heartbeat: 'heartbeat came back',
  reconcile: 'run of reconcile came to its end',
};

/** Sentences on what was not seen for too long, or ever, of the signs that are to be expected. */
export function silences(
  last: LastSigns,
  now: Date,
  expected: readonly SignOfLife[] = SIGNS_OF_LIFE,
): string[] {
  return expected.flatMap((sign) => {
    const at = last[sign];
    if (at === undefined) return [`The ledger knows of no time when a ${NAMES[sign]}.`];
    const hours = Math.floor((now.getTime() - at.getTime()) / HOUR);
    if (hours < MOST_SILENT_HOURS[sign]) return [];
    return [`No ${NAMES[sign]} for ${hours} hours, since ${at.toISOString()}.`];
  });
}
