/** Of people: two hours in all, where they wait later and later. */
const MOST_TRIES = 7;
const MINUTE_MS = 60_000;

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
export function laterAndLater(sandbox: {
  pass(milliseconds: number): Promise<void>;
}): (tries: number) => Promise<void> {
  return async (tries) => sandbox.pass(2 ** tries * MINUTE_MS);
}
