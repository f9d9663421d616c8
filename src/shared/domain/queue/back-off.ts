const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 900;

/**
 * Seconds until a message is tried again: doubling from ten seconds to a quarter of an hour.
 * `tries` starts at 1.
 */
export function backOffSeconds(tries: number): number {
  return Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (Math.max(1, tries) - 1));
}
