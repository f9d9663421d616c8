import { isNarrow, scopeText } from '../../../organization/domain/account-scope';
import { RULES_AT_ONCE } from '../at-once';
import {
  type ActAnswer,
  type GroupRules,
  mayBeOurs,
  type SecurityGroups,
} from '../groups/security-groups';
import type { Judgement } from '../judging/judgement';
import type { Pause } from '../policies/sentry-configuration';
import type { Outcome } from '../reporting/outcome';
import { isAddedAs, isDescribedAlike, isSameRule, type Rule, ruleKey } from '../rules/rule';
import { inTurns } from '../turns';

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
  return inTurns(judgements, RULES_AT_ONCE, async (judgement) => ({
    judgement,
    answer: await answer(groupId, judgement, groups),
  }));
}

async function answer(
  groupId: string,
  { rule, present, verdict, restored }: Judgement,
  groups: SecurityGroups,
): Promise<ActAnswer | undefined> {
  if (verdict === 'revoke') {
    return present || rule.id ? revokeOf(groupId, rule, groups) : undefined;
  }
  if (verdict !== 'restore' || !restored) return undefined;
  if (!present) return groups.authorize(groupId, restored);
  if (!rule.id) {
    return {
      kind: 'refused',
      reason: 'EC2 shows the rule without an id, so it cannot be modified by one',
    };
  }
  const modified = await groups.modify(groupId, rule.id, restored);
  const isKept =
    modified.kind === 'refused' ||
    modified.kind === 'impossible' ||
    (modified.kind === 'already-present' &&
      (await isAnotherRule(groupId, rule, restored, modified, groups)));
  // A rule that cannot have its earlier values again must not keep those that it has.
  return isKept && ruleKey(rule) !== ruleKey(restored) ? revokeOf(groupId, rule, groups) : modified;
}

/** "Not found" at a later attempt: an earlier one has revoked it, and its answer was lost. */
async function revokeOf(groupId: string, rule: Rule, groups: SecurityGroups): Promise<ActAnswer> {
  const revoked = await groups.revoke(groupId, rule);
  return revoked.kind === 'not-found' && mayBeOurs(revoked) ? { kind: 'done' } : revoked;
}

/**
 * "Duplicate" can also be said of the rule itself, once an attempt whose answer was lost has given
 * it the values: to revoke it then would take away what was restored. In doubt a later try looks.
 */
async function isAnotherRule(
  groupId: string,
  { id }: Rule,
  restored: Rule,
  duplicate: ActAnswer,
  groups: SecurityGroups,
): Promise<boolean> {
  const shown = await groups.rulesOf(groupId).catch(() => undefined);
  const alike = shown?.rules.filter((one) => ruleKey(one) === ruleKey(restored));
  if (!alike || alike.some((one) => one.id === id)) return false;
  return alike.length > 0 || !mayBeOurs(duplicate);
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
  if (ruleKey(rule) === ruleKey(restored)) {
    return !rules.some((present) => isDescribedAlike(present, restored));
  }
  return rules.some((present) => ruleKey(present) === ruleKey(rule));
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
    const isOurs = wasIntended || hasBroughtAbout(judgement, given, after.group);
    return { kind: isOurs ? 'reverted' : 'already-gone' };
  }
  return outcomeUnchanged(judgement, given);
}

/** A call that ended in an error can have worked all the same. */
function hasBroughtAbout(
  judgement: Judgement,
  given: ActAnswer | undefined,
  { rules }: GroupRules,
): boolean {
  if (given === undefined || given.kind === 'not-found') return false;
  if (given.kind !== 'already-present') return true;
  return mayBeOurs(given) && rules.some((standing) => isAsGiven(standing, judgement));
}

/** In all that the call said: what someone else has put there has other tags, or another id. */
function isAsGiven(standing: Rule, { rule, present, restored }: Judgement): boolean {
  if (!restored) return false;
  return present
    ? standing.id === rule.id && isDescribedAlike(restored, standing)
    : isAddedAs(restored, standing);
}

function outcomeUnchanged({ change }: Judgement, given: ActAnswer | undefined): Outcome {
  if (!given) return { kind: 'failed', reason: 'EC2 did not show it when it was to be reverted' };
  if (given.kind === 'impossible' && change === 'removed') {
    return { kind: 'not-restorable', reason: given.reason };
  }
  if ('reason' in given) {
    const byMember = given.kind === 'refused' ? given.byMember : undefined;
    return { kind: 'failed', reason: given.reason, ...(byMember && { byMember }) };
  }
  if (given.kind === 'already-present') {
    return {
      kind: 'failed',
      reason: 'EC2 has such a rule already, and does not show it as it was',
    };
  }
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
export function outcomeUnanswered(judgement: Judgement, pause: Pause | undefined): Outcome {
  if (judgement.verdict === 'keep' || (judgement.verdict === 'ask' && !pause)) {
    return outcomeOf({ judgement }, { failure: '' }, false);
  }
  if (!judgement.present && judgement.change !== 'removed') return { kind: 'already-gone' };
  if (!pause) return { kind: 'would-revert' };
  const pausedIn = isNarrow(pause) ? scopeText(pause) : undefined;
  return { kind: 'would-revert', until: pause.until, ...(pausedIn && { pausedIn }) };
}
