import { carryOutOnce } from './carry-out-once';
import type { AskedChange } from '../asking/asked-change';
import type { Sentry } from '../responding/sentry';

/** A request that no one was asked. */
export interface GivenUp {
  readonly asked: AskedChange;
  /** A sentence on what has become of the change. */
  readonly text: string;
}

const ONLY_ATTEMPT = { phase: 'decision', attempt: 1 } as const;

/**
 * Ends a request that cannot be put to people: what stands until they deny it is reverted. Nothing,
 * where the request is over.
 */
export async function giveUpAsking(
  requestId: string,
  sentry: Sentry,
): Promise<GivenUp | undefined> {
  const { asker, clock } = sentry.ports;
  const kept = await asker.read(requestId);
  if (!kept || kept.result) return undefined;
  const decision = { requestId, kind: 'unaskable', at: clock.now(), by: [] } as const;
  const ended = await carryOutOnce({ ...decision, ...ONLY_ATTEMPT }, kept.asked, sentry);
  return ended?.isNew ? { asked: kept.asked, text: ended.result.text } : undefined;
}
