import { ruleOutcome } from './act';
import { outcomeUnanswered } from './answer-judgements';
import { noticeOfUnasked, unaskedIn } from './ask-about-outcomes';
import { type Case, openCase } from './case';
import type { Sentry } from './sentry';
import type { Target } from './target';
import { withoutAsking } from '../policies/policy';
import { isPaused } from '../policies/sentry-configuration';

/**
 * Judges the group as it stands. Where people cannot be asked about what stands until they deny it,
 * since that is too large or an earlier try has failed, it is judged as denied.
 */
export async function openAskableCase(target: Target, sentry: Sentry): Promise<Case> {
  const one = await openCase(target, sentry);
  const { configuration, ports } = sentry;
  const asked = one.judgements.filter(({ verdict }) => verdict === 'ask');
  if (asked.length === 0 || isPaused(configuration, ports.clock.now())) return one;
  const unasked = await unaskedIn(
    one,
    asked.map((judgement) =>
      ruleOutcome(judgement, outcomeUnanswered(judgement, undefined), one.situation.group),
    ),
  );
  if (unasked.length === 0) return one;
  const workflows = unasked.map(({ ask }) => ask.workflow);
  const policies = configuration.policies.map((policy) => {
    const { response, asking } = policy;
    const isUnaskable = response === 'revertIfDenied' && asking;
    return isUnaskable && workflows.includes(asking.workflow) ? withoutAsking(policy) : policy;
  });
  const notices = unasked.map(({ ask, reason }) => noticeOfUnasked(ask, reason));
  return openCase(
    { ...target, notices: [...target.notices, ...notices] },
    { ...sentry, configuration: { ...configuration, policies } },
  );
}
