/** Of people: two hours in all, where they wait later and later. */
const MOST_TRIES = 7;
/** Until a service that is down for an hour is back. */
const MOST_LOOKS = 12;
const MINUTE_MS = 60_000;
export const LATER_MS = 6 * MINUTE_MS;
/** An approval for eight hours is about to end by then. */
export const JUST_BEFORE_EIGHT_HOURS_MS = 470 * MINUTE_MS;

/** Where time passes as a story has it. */
interface PassingTime {
  pass(milliseconds: number): Promise<void>;
}

/**
 * Someone who gets an error tries again, once nothing is under way: what is being tried again by
 * itself moves the clock, too, and could move it back.
 */
export async function untilDone<T>(
  sandbox: { settled(): Promise<void> },
  act: () => Promise<T>,
  pause: (tries: number) => Promise<void>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await sandbox.settled();
      await pause(tries);
    }
  }
}

/** Two minutes first, and twice as long each time. */
export function laterAndLater(sandbox: PassingTime): (tries: number) => Promise<void> {
  return async (tries) => sandbox.pass(2 ** tries * MINUTE_MS);
}

/** By now, a while later, or much later: whether it is so in the end. */
export async function passUntil(
  sandbox: PassingTime,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  for (let looks = 0; looks < MOST_LOOKS && !(await isSo()); looks += 1) {
    await sandbox.pass(LATER_MS);
  }
  return isSo();
}
