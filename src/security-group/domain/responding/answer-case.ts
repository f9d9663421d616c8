import { act, type EarlierTries, withGroundsKept } from './act';
import type { Answer } from './answer';
import { asksAbout, noticeOfUnasked } from './ask-about-outcomes';
import type { Case } from './case';
import { refuseAdoptedMeanwhile } from './remember';

/** Acts, looks again, and keeps what people are to be asked. */
export async function answerCase(judged: Case, earlierTries: EarlierTries): Promise<Answer> {
  const one = await withGroundsKept(judged);
  const acted = await act(one, earlierTries);
  await refuseAdoptedMeanwhile(one);
  const { asks, unasked } = await asksAbout(one, acted.outcomes);
  const notices = unasked.map(({ ask, reason }) => noticeOfUnasked(ask, reason));
  return { ...one, ...acted, asks, notices: [...one.notices, ...notices] };
}
