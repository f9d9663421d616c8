import type { Answer } from './answer';
import { noticeOfAsk } from './ask-about-outcomes';
import { detailsOf } from './group-details';
import { caseKey } from './target';
import { UnfinishedError } from './unfinished-error';
import { isKeptWhole } from '../ledger/kept-intent';
import type { Lease } from '../ledger/ledger-store';
import { type ChangeReport, hasFailures } from '../reporting/change-report';
import { toldOutcomeOf } from '../reporting/outcome';
import { countRepeats } from '../reporting/repeats';

/** Nothing of it is to be reported: what was to be done was done before. */
export function isSilent({ outcomes, notices }: Answer): boolean {
  return outcomes.length === 0 && notices.length === 0;
}

/** Ends a case that is not reported. */
export async function settle({ target, situation, sentry }: Answer): Promise<undefined> {
  await sentry.ports.events.told(caseKey(target), situation.ledger.repeats);
  return undefined;
}

/** Throws an UnfinishedError, once it was reported, where rules could not be reverted. */
export async function report(answer: Answer, lease: Lease): Promise<ChangeReport> {
  const { target, asks } = answer;
  const { events, announcer, asker } = answer.sentry.ports;
  const { changeReport, repeats } = await reportOf(answer);
  const announcement = {
    ...announcer.render(changeReport),
    outcome: toldOutcomeOf(answer.outcomes),
    ...(asks.length > 0 && { asks: asks.map((asked) => asker.render(asked)) }),
  };
  if (hasFailures(changeReport)) {
    await announcer.tell(announcement);
    throw new UnfinishedError(
      target.groupId,
      'not all of its rules could be reverted.',
      changeReport,
    );
  }
  const keep = async () => events.acted(lease, announcement, repeats);
  const tell = async () => announcer.tell(announcement);
  if (isSaidByLease(answer)) {
    await tellOrKeep(tell, keep);
  } else {
    await keep();
    await tell();
  }
  await events.told(caseKey(target), repeats, announcement.outcome);
  return changeReport;
}

/** Throws all the same. Should keeping it fail too, the next try tells what the lease says. */
async function tellOrKeep(tell: () => Promise<void>, keep: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    await keep().catch(() => undefined);
    throw error;
  }
}

/**
 * All that is to be told is that what the lease meant to revoke is revoked. A try that takes over
 * from one that died finds that out by itself: the message need not be written down before it is
 * told.
 */
function isSaidByLease({ judgements, outcomes, notices, asks }: Answer): boolean {
  return (
    notices.length === 0 &&
    asks.length === 0 &&
    outcomes.length === judgements.length &&
    outcomes.every(({ outcome }) => outcome.kind === 'reverted') &&
    judgements.every(({ verdict }) => verdict === 'revoke') &&
    isKeptWhole(judgements)
  );
}

async function reportOf(answer: Answer) {
  const { target, situation, sentry, outcomes, notices, asks } = answer;
  const { call, explainedBy, pointedToBy } = target;
  const { place } = sentry.ports;
  const seen = {
    ...(place && { place }),
    call,
    explainedBy,
    ...(pointedToBy && { pointedToBy }),
    group: await detailsOf(answer),
    rules: outcomes,
    notices,
    lookedAt: sentry.ports.clock.now(),
    tries: sentry.ports.tries,
    isRepeat: false,
    repeats: 0,
    disputes: [],
  };
  const { isRepeat, untold, repeats, disputes } = countRepeats(
    seen,
    situation.ledger.repeats,
    sentry.configuration.repeatWindowMilliseconds,
  );
  // That people are asked is no news of its own: it goes with what is reported.
  const changeReport: ChangeReport = {
    ...seen,
    notices: [...notices, ...asks.map(noticeOfAsk)],
    isRepeat,
    repeats: untold,
    disputes,
  };
  return { changeReport, repeats };
}
