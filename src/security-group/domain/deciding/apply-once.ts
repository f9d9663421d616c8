import { applyChange } from './apply-change';
import type { ChangeDecision } from './change-decision';
import { type CarriedOut, isConcluded } from '../../../approval/domain/ask-result';
import type { StoredAsk } from '../asking/change-asker';
import type { Grant } from '../ledger/ledger';
import type { Sentry } from '../responding/sentry';
import { UnfinishedError } from '../responding/unfinished-error';

/**
 * Under a lease: of two deliveries of a decision at the same time, each would take for someone
 * else's doing what the other has done. The lease is not given back where the change is applied, as
 * the result is kept only after that.
 */
export async function applyOnce(
  { requestId, phase, attempt }: ChangeDecision,
  grant: Grant,
  { asked }: StoredAsk,
  sentry: Sentry,
): Promise<CarriedOut> {
  const { events, asker, clock } = sentry.ports;
  const groupId = asked.group.id;
  const key = { groupId, eventId: `apply-${requestId}-${phase}-${attempt}` };
  const claim = await events.claim(key, [], clock.now());
  if (claim.kind !== 'claimed') {
    throw new UnfinishedError(groupId, 'another try at the same decision is under way.');
  }
  try {
    // Read under the lease: an earlier try may have gone further since the message was looked at.
    const kept = await asker.read(requestId);
    if (!kept) throw new UnfinishedError(groupId, `what was asked as ${requestId} is not found.`);
    if (isConcluded({ phase, attempt }, kept.result)) return kept.result;
    return await applyChange(grant, kept, sentry);
  } catch (error) {
    // The lease ends by itself, should this fail too.
    await events.release(claim.lease).catch(() => undefined);
    throw error;
  }
}
