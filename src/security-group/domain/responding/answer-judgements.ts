import type { ActAnswer, GroupRules, SecurityGroups } from '../groups/security-groups';
import type { Judgement } from '../judging/judgement';
import type { Outcome } from '../reporting/outcome';
import { isSameRule, type Rule, ruleKey } from '../rules/rule';

/** A judgement, and what EC2 said to what was done about it. */
export interface Answered {
  readonly judgement: Judgement;
  /** Absent where nothing was to be done. */
  readonly answer?: ActAnswer;
}

/**
 * Rule by rule, so that one that EC2 refuses does not keep the others open. A rule that Describe
 * does not show is revoked by its id all the same: Describe can lag for longer than anyone waits,
 * and only "not found" proves that it is gone.
 */
export async function answerJudgements(
  groupId: string,
  judgements: readonly Judgement[],
  groups: SecurityGroups,
): Promise<Answered[]> {
  return Promise.all(
    judgements.map(async (judgement) => ({
      judgement,
      answer: await answer(groupId, judgement, groups),
    })),
  );
}

async function answer(
  groupId: string,
  { rule, present, verdict, restored }: Judgement,
  groups: SecurityGroups,
): Promise<ActAnswer | undefined> {
  if (verdict === 'revoke') return present || rule.id ? groups.revoke(groupId, rule) : undefined;
  if (verdict !== 'restore' || !restored) return undefined;
  if (!present) return groups.authorize(groupId, restored);
  if (!rule.id) {
    return {
      kind: 'refused',
      reason: 'EC2 shows the rule without an id, so it cannot be modified by one',
    };
  }
  const modified = await groups.modify(groupId, rule.id, restored);
  // A rule that cannot have its earlier values again must not keep those that it has.
  const isKept =
    modified.kind === 'refused' ||
    modified.kind === 'impossible' ||
    modified.kind === 'already-present';
  return isKept && ruleKey(rule) !== ruleKey(restored) ? groups.revoke(groupId, rule) : modified;
}

/** Whether the group is, as far as the judgement goes, as it should be. */
export function isAnswered(
  { rule, verdict, restored }: Judgement,
  { rules, unreadableRuleIds }: GroupRules,
): boolean {
  if (verdict === 'revoke') return !stands(rule, rules, unreadableRuleIds);
  if (verdict !== 'restore' || !restored) return true;
  return !isAsFound(rule, restored, rules);
}

function stands(rule: Rule, rules: readonly Rule[], unreadableRuleIds: readonly string[]): boolean {
  return (
    rules.some((present) => isSameRule(rule, present)) ||
    unreadableRuleIds.some((id) => id === rule.id)
  );
}

/** A modified rule still has the values that it should not have; a removed one is still missing. */
function isAsFound(rule: Rule, restored: Rule, rules: readonly Rule[]): boolean {
  if (rule === restored || ruleKey(rule) === ruleKey(restored)) {
    return !rules.some((present) => isLike(present, restored));
  }
  return rules.some((present) => ruleKey(present) === ruleKey(rule));
}

function isLike(present: Rule, restored: Rule): boolean {
  return (
    ruleKey(present) === ruleKey(restored) &&
    (present.description ?? '') === (restored.description ?? '')
  );
}

/**
 * The group as it is now; or why it could not be looked at, which must not keep the rest from being
 * told.
 */
export type After = { readonly group: GroupRules } | { readonly failure: string };

/** The group's present state counts, not EC2's answer. */
export function outcomeOf(
  { judgement, answer: given }: Answered,
  after: After,
  wasIntended: boolean,
): Outcome {
  const { verdict, present, notRestorable } = judgement;
  if (notRestorable) return { kind: 'not-restorable', reason: notRestorable.reason };
  if (verdict === 'keep' || verdict === 'wait' || verdict === 'ask') {
    return { kind: present || judgement.change === 'removed' ? 'kept' : 'already-gone' };
  }
  if ('failure' in after) return outcomeUnseen(given, wasIntended, after.failure);
  if (isAnswered(judgement, after.group)) {
    return { kind: wasIntended || hasBroughtAbout(given) ? 'reverted' : 'already-gone' };
  }
  return outcomeUnchanged(judgement, given);
}

/** A call that ended in an error can have worked all the same. */
function hasBroughtAbout(given: ActAnswer | undefined): boolean {
  return given !== undefined && given.kind !== 'not-found' && given.kind !== 'already-present';
}

function outcomeUnchanged({ change }: Judgement, given: ActAnswer | undefined): Outcome {
  if (given?.kind === 'impossible' && change === 'removed') {
    return { kind: 'not-restorable', reason: given.reason };
  }
  if (given && 'reason' in given) return { kind: 'failed', reason: given.reason };
  return { kind: 'failed', reason: 'EC2 took the call, but still shows the group as before' };
}

function outcomeUnseen(
  given: ActAnswer | undefined,
  wasIntended: boolean,
  failure: string,
): Outcome {
  if (given?.kind === 'not-found') return { kind: wasIntended ? 'reverted' : 'already-gone' };
  return { kind: 'failed', reason: `the group could not be looked at afterwards: ${failure}` };
}

/** Where the sentry only observes, or is paused until then. */
export function outcomeUnanswered(judgement: Judgement, until: Date | undefined): Outcome {
  if (judgement.notRestorable) {
    return { kind: 'not-restorable', reason: judgement.notRestorable.reason };
  }
  if (judgement.verdict === 'keep' || (judgement.verdict === 'ask' && !until)) {
    return outcomeOf({ judgement }, { failure: '' }, false);
  }
  if (!judgement.present && judgement.change !== 'removed') return { kind: 'already-gone' };
  return { kind: 'would-revert', ...(until && { until }) };
}
