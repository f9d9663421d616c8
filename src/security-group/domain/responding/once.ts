import type { EarlierTries } from './act';
import type { Case } from './case';
import { caseKey } from './target';
import { UnfinishedError } from './unfinished-error';
import { isAbout } from '../judging/judgement';
import type { Judgement } from '../judging/judgement';
import type { ChangeReport } from '../reporting/change-report';

/** The work on a case that no other try is at. */
export interface Work {
  answer(earlierTries: EarlierTries): Promise<ChangeReport | undefined>;
  /** For an earlier try that has reported the case, and may have died before its end. */
  catchUp(): Promise<void>;
}

/**
 * Under a lease, so that two deliveries of the event neither act nor report twice; and from where
 * an earlier try was cut short.
 */
export async function once(
  { target, judgements, sentry: { ports } }: Case,
  { answer, catchUp }: Work,
): Promise<ChangeReport | undefined> {
  const { events, announcer, clock } = ports;
  const key = caseKey(target);
  const claim = await events.claim(key, judgements, clock.now());
  switch (claim.kind) {
    case 'told':
      await catchUp();
      return undefined;
    case 'held':
      throw new UnfinishedError(target.groupId, 'another try at the same event is under way.');
    case 'acted':
      await announcer.tell(claim.announcement);
      await events.told(key, claim.repeats);
      await catchUp();
      return undefined;
    case 'claimed':
      break;
  }
  try {
    const earlier = claim.intent.filter(
      (intended) => !judgements.some((judgement) => isAbout(judgement, intended)),
    );
    if (earlier.length > 0) await events.intend(key, [...judgements, ...earlier]);
    const intended = (judgement: Judgement) =>
      claim.intent.some((candidate) => isAbout(judgement, candidate));
    return await answer({ earlier, intended });
  } catch (error) {
    // The lease ends by itself, should this fail too.
    await events.release(key).catch(() => undefined);
    throw error;
  }
}
