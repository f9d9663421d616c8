import { answerCase } from './answer-case';
import { isClosed } from './case';
import { once } from './once';
import { openAskableCase } from './open-askable-case';
import { learn, remember } from './remember';
import { isSilent, settle, report } from './report-answer';
import type { Sentry } from './sentry';
import type { Target } from './target';
import type { ChangeReport } from '../reporting/change-report';

/**
 * Answers an event in one group. What came of it is written down before it is reported: should the
 * try die in between, the event comes again.
 */
export async function answerEvent(
  target: Target,
  sentry: Sentry,
): Promise<ChangeReport | undefined> {
  const one = await openAskableCase(target, sentry);
  if (isClosed(one)) {
    await learn(one);
    return undefined;
  }
  return once(one, {
    answer: async (earlierTries) => {
      const answer = await answerCase(one, earlierTries);
      await remember(answer);
      return isSilent(answer) ? settle(answer) : report(answer);
    },
    catchUp: async () => undefined,
  });
}
