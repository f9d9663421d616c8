import type { Situation } from './situation';
import { LONGEST_EXCLUSION_REASON } from '../../../shared/domain/exclusion-reason';
import { lastDay } from '../../../shared/domain/last-day';
import { plainText } from '../../../shared/domain/notification/plain-text';
import type { Grant } from '../ledger/ledger';
import type { Policy } from '../policies/policy';
import { isOver, type RuleExclusion } from '../policies/rule-exclusion';
import { type Rule, ruleKey } from '../rules/rule';

/** What decides whether a policy leaves a rule alone. */
export type Excluding = Pick<Situation, 'groupId' | 'policies' | 'now'>;

/** The policy's word on the rule, be it over or not. */
export function exclusionOf(
  rule: Rule,
  { excluding = [] }: Policy,
  groupId: string,
): RuleExclusion | undefined {
  return excluding.find((one) => one.groupId === groupId && ruleKey(one.rule) === ruleKey(rule));
}

/** The policies that judge the rule: all but those that exclude it now. */
export function policiesAgainst(rule: Rule, situation: Excluding): readonly Policy[] {
  const { policies, groupId, now } = situation;
  return policies.filter((policy) => {
    const exclusion = exclusionOf(rule, policy, groupId);
    return !exclusion || isOver(exclusion, now);
  });
}

/** An exclusion that is in force, and the policy that leaves the rule alone for it. */
export interface InForce {
  readonly policy: Policy;
  readonly exclusion: RuleExclusion;
}

export function exclusionsInForce(
  rule: Rule,
  { policies, groupId, now }: Excluding,
): readonly InForce[] {
  return policies.flatMap((policy) => {
    const exclusion = exclusionOf(rule, policy, groupId);
    return exclusion && !isOver(exclusion, now) ? [{ policy, exclusion }] : [];
  });
}

/**
 * A policy says itself how long it leaves a rule alone. That the rule was found in the group, and
 * adopted, does not speak to that policy: neither after the exclusion's day, nor once a deployment
 * has taken it out.
 */
export function exceptForExcluding<G extends Pick<Grant, 'cause' | 'exceptFor'>>(
  grants: readonly G[],
  rule: Rule,
  { policies, groupId }: Pick<Excluding, 'policies' | 'groupId'>,
): readonly G[] {
  const own = policies.filter((policy) => exclusionOf(rule, policy, groupId)).map(identityOf);
  if (own.length === 0) return grants;
  return grants.map((grant) =>
    grant.cause === 'adopted'
      ? { ...grant, exceptFor: [...new Set([...(grant.exceptFor ?? []), ...own])] }
      : grant,
  );
}

export function speaksTo({ exceptFor = [] }: Pick<Grant, 'exceptFor'>, policy: Policy): boolean {
  return !exceptFor.includes(identityOf(policy));
}

/** Under another name, a policy that asks the same is the same. */
function identityOf({ identity, name = '' }: Policy): string {
  return identity ?? name;
}

/** "until the end of 2027-01-31, because: …", with the reason that the configuration gives. */
export function exclusionText({ until, reason }: Pick<RuleExclusion, 'until' | 'reason'>): string {
  const end = until ? `until the end of ${lastDay(until)} (UTC)` : 'without an end';
  return `${end}, because: ${plainText(reason, LONGEST_EXCLUSION_REASON)}`;
}

/** The reason for a violation by a rule that was excluded until not long ago. */
export function afterExclusion(
  reason: string,
  rule: Rule,
  policy: Policy,
  { groupId, now }: Pick<Excluding, 'groupId' | 'now'>,
): string {
  const exclusion = exclusionOf(rule, policy, groupId);
  return exclusion && isOver(exclusion, now)
    ? `${reason} (it was excluded ${exclusionText(exclusion)})`
    : reason;
}
