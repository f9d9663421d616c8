import type { EarlierTries } from './act';
import { answerCase } from './answer-case';
import { awaited, type Case, isClosed } from './case';
import { endUnanswered, giveBack } from './lease-ahead';
import { once } from './once';
import { openAskableCase } from './open-askable-case';
import { learn, remember } from './remember';
import { isSilent, settle, report } from './report-answer';
import type { Sentry } from './sentry';
import { caseKey, type Target } from './target';
import { UnfinishedError } from './unfinished-error';
import type { Lease } from '../ledger/ledger-store';
import type { ChangeReport } from '../reporting/change-report';
import { type ToldOutcome, toldOutcomeOf } from '../reporting/outcome';

/**
 * Answers an event in one group. What came of it is written down before it is reported: should the
 * try die in between, the event comes again.
 */
export async function answerEvent(
  target: Target,
  sentry: Sentry,
): Promise<ChangeReport | undefined> {
  const one = await openUnlessClosed(target, sentry).catch(async (error: unknown) => {
    await giveBack(target.ahead, sentry.ports);
    throw error;
  });
  if (!one) return undefined;
  return once(one, {
    answer: async (earlierTries, lease) => answerOpen(one, earlierTries, lease),
    catchUp: async () => undefined,
  });
}

async function openUnlessClosed(target: Target, sentry: Sentry): Promise<Case | undefined> {
  const one = await openAskableCase(target, sentry);
  const missing = awaited(one);
  if (missing !== undefined) {
    throw new UnfinishedError(target.groupId, `${missing} are not known yet.`);
  }
  if (!isClosed(one)) return one;
  await learn(one);
  await endUnanswered(target.ahead, caseKey(target), sentry.ports);
  return undefined;
}

/** The same, for what came of it: also where an earlier try has reported it already. */
export async function outcomeOfEvent(target: Target, sentry: Sentry): Promise<ToldOutcome> {
  const one = await openAskableCase(target, sentry);
  if (isClosed(one)) {
    await learn(one);
    return NO_OUTCOME;
  }
  return once(one, {
    answer: async (earlierTries, lease) =>
      toldOutcomeOf((await answerOpen(one, earlierTries, lease))?.rules ?? []),
    catchUp: async (told) => told ?? NO_OUTCOME,
  });
}

const NO_OUTCOME = toldOutcomeOf([]);

async function answerOpen(
  one: Case,
  earlierTries: EarlierTries,
  lease: Lease,
): Promise<ChangeReport | undefined> {
  const answer = await answerCase(one, earlierTries);
  await remember(answer);
  return isSilent(answer) ? settle(answer) : report(answer, lease);
}
