import { carryOutDecision } from './carry-out-decision';
import type { ChangeDecision } from './change-decision';
import {
  type AskResult,
  type CarriedOut,
  isConcluded,
  isOvertaken,
} from '../../../approval/domain/ask-result';
import type { AskedChange } from '../asking/asked-change';
import type { Sentry } from '../responding/sentry';

/** Another try at the same request is under way, or has died: its lease ends by itself. */
export class RequestTakenError extends Error {
  constructor(groupId: string) {
    super(`${groupId}: another try at the same request is under way, or has died.`);
    this.name = 'RequestTakenError';
  }
}

export interface Conclusion {
  readonly result: AskResult;
  /** Not where an earlier try has carried it out. */
  readonly isNew: boolean;
}

/**
 * Under a lease of the request, so that all that is decided about it takes turns: of two at the
 * same time, each would take for someone else's doing what the other has done, or undo it. The
 * result is kept before the lease is given back.
 *
 * @returns undefined where a later decision was carried out already, or nothing is known any more
 * of the request.
 */
export async function carryOutOnce(
  decision: ChangeDecision,
  { requestId, group }: Pick<AskedChange, 'requestId' | 'group'>,
  sentry: Sentry,
): Promise<Conclusion | undefined> {
  const { events, asker, clock } = sentry.ports;
  const key = { groupId: group.id, eventId: `request-${requestId}` };
  const claim = await events.claim(key, [], clock.now());
  if (claim.kind !== 'claimed') throw new RequestTakenError(group.id);
  try {
    // Another try may have gone further since the message was looked at.
    const kept = await asker.read(requestId);
    if (!kept || isOvertaken(decision, kept.result)) return undefined;
    if (isConcluded(decision, kept.result)) return { result: kept.result, isNew: false };
    const carriedOut = await carryOutDecision(decision, kept, sentry);
    const { phase, attempt } = decision;
    const result = { phase, attempt, ...carriedOut };
    await asker.concluded(requestId, result);
    return { result, isNew: true };
  } finally {
    // Where this fails, the lease ends by itself.
    await events.release(claim.lease).catch(() => undefined);
  }
}

const JOINED: CarriedOut = {
  outcome: 'carried-out',
  text: 'The same is asked under another id: what people decide there holds for both.',
};

/**
 * Of a request that has joined another one, with which it ends: it is told, and not kept, as a
 * request with a result has ended. Undefined of all others.
 */
export function joinedResult({ reason, phase, attempt }: ChangeDecision): AskResult | undefined {
  return reason === 'asked-already' ? { phase, attempt, ...JOINED } : undefined;
}
