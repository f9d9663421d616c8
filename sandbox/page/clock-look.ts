import type { FactOf } from './facts';
import type { LocalAws } from '../local-aws';

const SECOND_MS = 1_000;

/** By how much the sandbox's clock is ahead of the machine's, to the second. */
export async function lookAtClock(localAws: LocalAws): Promise<FactOf<'clock'>> {
  const aheadMs = localAws.now().getTime() - Date.now();
  return { kind: 'clock', aheadMs: Math.round(aheadMs / SECOND_MS) * SECOND_MS };
}
