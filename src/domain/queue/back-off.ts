const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 900;

/** Seconds until a message is tried again: doubling from ten seconds to a quarter of an hour. `receiveCount` starts at 1. */
export function backOffSeconds(receiveCount: number): number {
  return Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (Math.max(1, receiveCount) - 1));
}
