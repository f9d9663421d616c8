import type { TimedCall } from './counting-proxy';

/**
 * How many round trips the calls take one after another: the longest row of calls in which each
 * began when the one before it was answered.
 */
export function roundTripsInSequence(calls: readonly TimedCall[]): number {
  const inOrder = [...calls].sort((one, other) => one.beganAt - other.beganAt);
  const depths: { readonly answeredAt: number; readonly depth: number }[] = [];
  for (const { beganAt, answeredAt } of inOrder) {
    const before = depths.filter((one) => one.answeredAt <= beganAt).map(({ depth }) => depth);
    depths.push({ answeredAt, depth: Math.max(0, ...before) + 1 });
  }
  return Math.max(0, ...depths.map(({ depth }) => depth));
}
