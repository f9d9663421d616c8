import { ruleOutcome } from './act';
import { answerCase } from './answer-case';
import { outcomeUnanswered } from './answer-judgements';
import { asksAbout } from './ask-about-outcomes';
import { isClosed } from './case';
import type { Case } from './case';
import { once } from './once';
import { openAskableCase } from './open-askable-case';
import { learn, remember } from './remember';
import { isSilent, settle, report } from './report-answer';
import type { Sentry } from './sentry';
import type { Target } from './target';
import type { ChangeReport } from '../reporting/change-report';

/**
 * Answers differences that reconcile found in one group. Only the ledger points to them: they stay
 * in it until they are reported, or no one would report them after a crash.
 */
export async function answerDifferences(
  target: Target,
  sentry: Sentry,
): Promise<ChangeReport | undefined> {
  const one = await openAskableCase(target, sentry);
  if (isClosed(one)) {
    await learn(one);
    return undefined;
  }
  return once(one, {
    answer: async (earlierTries, lease) => {
      const answer = await answerCase(one, earlierTries);
      if (isSilent(answer)) {
        await remember(answer);
        return settle(answer);
      }
      const changeReport = await report(answer, lease);
      await remember(answer);
      return changeReport;
    },
    catchUp: async () => {
      await rememberReported(one);
      return undefined;
    },
  });
}

/** An earlier try has reported it, and may not have written it down. */
async function rememberReported(one: Case): Promise<void> {
  const { situation, judgements, sentry } = one;
  const left = judgements.filter(
    ({ verdict }) =>
      verdict === 'keep' || verdict === 'ask' || sentry.configuration.mode === 'OBSERVE',
  );
  const outcomes = left.map((judgement) =>
    ruleOutcome(judgement, outcomeUnanswered(judgement, undefined), situation.group),
  );
  const { asks } = await asksAbout(one, outcomes);
  await remember({ ...one, outcomes, after: situation.group, asks });
}
