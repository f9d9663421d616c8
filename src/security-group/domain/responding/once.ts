import type { EarlierTries } from './act';
import type { Case } from './case';
import { holds } from './lease-ahead';
import { caseKey } from './target';
import { UnfinishedError } from './unfinished-error';
import { isAbout } from '../judging/judgement';
import type { Judgement } from '../judging/judgement';
import type { Lease } from '../ledger/ledger-store';
import type { ToldOutcome } from '../reporting/outcome';

/** The work on a case that no other try is at. */
export interface Work<Result> {
  answer(earlierTries: EarlierTries, lease: Lease): Promise<Result>;
  /**
   * For an earlier try that has reported the case, and may have died before its end. With the
   * outcome that it told, where it told of rules.
   */
  catchUp(told: ToldOutcome | undefined): Promise<Result>;
}

/**
 * Under a lease, so that two deliveries of the event neither act nor report twice; and from where
 * an earlier try was cut short.
 */
export async function once<Result>(
  { target, judgements, sentry: { ports } }: Case,
  { answer, catchUp }: Work<Result>,
): Promise<Result> {
  const { events, announcer, clock } = ports;
  const key = caseKey(target);
  const { ahead } = target;
  const claim = ahead?.claim ?? (await events.claim(key, judgements, clock.now()));
  switch (claim.kind) {
    case 'told':
      return catchUp(claim.outcome);
    case 'held':
      throw new UnfinishedError(target.groupId, 'another try at the same event is under way.');
    case 'acted':
      await announcer.tell(claim.announcement);
      await events.told(key, claim.repeats, claim.announcement.outcome);
      return catchUp(claim.announcement.outcome);
    case 'claimed':
      break;
  }
  const { lease } = claim;
  try {
    const earlier = claim.intent.filter(
      (intended) =>
        !judgements.some(
          (judgement) => isAbout(judgement, intended) && !isUndone(judgement, intended),
        ),
    );
    if (earlier.length > 0 || (ahead && !holds(ahead, judgements))) {
      await events.intend(lease, [...judgements, ...earlier]);
    }
    const intended = (judgement: Judgement) =>
      claim.intent.some((candidate) => isAbout(judgement, candidate));
    return await answer({ earlier, intended }, lease);
  } catch (error) {
    // The lease ends by itself, should this fail too.
    await events.release(lease).catch(() => undefined);
    throw error;
  }
}

/** The values that an earlier try meant to revert are gone, and it may have been that try. */
function isUndone({ present, change, verdict }: Judgement, intended: Judgement): boolean {
  const isReversal = intended.verdict === 'revoke' || intended.verdict === 'restore';
  return isReversal && verdict === 'keep' && !present && change !== 'removed';
}
