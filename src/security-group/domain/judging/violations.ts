import { afterExclusion, exceptForExcluding, policiesAgainst, speaksTo } from './exclusions';
import type { Violation } from './judgement';
import { isPointedTo, type Situation } from './situation';
import { namesAsItStands, NO_RULES } from '../changes/named-rules';
import {
  EMPTY_LEDGER,
  type Grant,
  hasEndedRequest,
  isAdopted,
  type LedgerEntry,
  livingGrants,
} from '../ledger/ledger';
import { atWorst, type PeerInDoubt, peersInDoubt } from '../policies/peers-in-doubt';
import {
  type Baseline,
  isAnsweredByApprovals,
  isAsking,
  isDisabled,
  type Policy,
  withoutDisabling,
} from '../policies/policy';
import {
  opensTraffic,
  staysWithin,
  violationOfAllowOnly,
  violationOfPattern,
} from '../policies/traffic-pattern';
import { listDoubt, type PrefixLists, takenAsKnown, takenAtWorst } from '../rules/prefix-list';
import { type Rule, ruleKey } from '../rules/rule';

/** What speaks for a rule, as far as it is judged by that. */
export type Ground = Pick<Grant, 'cause' | 'exceptFor'>;

/**
 * Why the rule may stand. A sentry that has not adopted the group yet takes every rule that the
 * event does not name for adopted.
 */
export function grantsOf(
  rule: Rule,
  entry: LedgerEntry | undefined,
  situation: Situation,
): readonly Ground[] {
  const { ledger, hints, now } = situation;
  const accepted =
    hints.byTrustedActor && namesAsItStands(hints, rule)
      ? [{ cause: 'trusted-actor' } as const]
      : [];
  if (isAdopted(ledger)) {
    return [...exceptForExcluding(livingGrants(entry, now), rule, situation), ...accepted];
  }
  return isPointedTo(rule, hints) || !hints.complete ? accepted : [{ cause: 'adopted' }];
}

export function violationsOf(
  rule: Rule,
  entry: LedgerEntry | undefined,
  grants: readonly Ground[],
  situation: Situation,
): Violation[] {
  return policiesAgainst(rule, situation).flatMap((policy) =>
    violationsOfBaseline(rule, policy.baseline, entry, grantsFor(policy, grants), situation).map(
      (violation) => ({
        ...responseTo(policy, entry, situation.now),
        ...violation,
        reason: reasonUnder(
          policy,
          afterExclusion(violation.reason, rule, policy, situation),
          situation.now,
        ),
      }),
    ),
  );
}

/** The reason for a violation, and why it is not answered. */
export function reasonUnder(policy: Policy, reason: string, now: Date): string {
  const { disabling } = policy;
  return disabling && isDisabled(policy, now)
    ? `${reason} (the policy ${disabling.policy} is disabled until ${disabling.until.toISOString()})`
    : reason;
}

/** The rule's violations if these grants speak for it, and nothing else does. */
export function violationsUnder(
  rule: Rule,
  grants: readonly Ground[],
  situation: Situation,
): Violation[] {
  return violationsOf(rule, undefined, grants, situation);
}

/**
 * People's approval answers only the policies that ask people; an adoption, only those that do not
 * say themselves how long the rule may stand.
 */
function grantsFor(policy: Policy, grants: readonly Ground[]): readonly Ground[] {
  return grants.filter(
    (grant) =>
      speaksTo(grant, policy) &&
      (isAnsweredByApprovals(policy) || grant.cause !== 'approval-request'),
  );
}

/**
 * A disabled policy only tells. Where people were asked already, and their time is over, no one is
 * asked again.
 */
export function responseTo(
  policy: Policy,
  entry: LedgerEntry | undefined,
  now: Date,
): Pick<Violation, 'response' | 'asking'> {
  if (isDisabled(policy, now)) return { response: 'notifyOnly' };
  const { response, asking } = policy;
  if (!isAsking(response)) return { response };
  if (hasEndedRequest(entry, now)) return { response: 'revert' };
  return { response, ...(asking && { asking }) };
}

/**
 * The rule's own violations of the baselines, no matter what may speak for it, and whether an
 * operator has disabled a policy. `locked` says nothing without a history.
 */
export function bareViolations(rule: Rule, judged: Bare): Violation[] {
  return violationsOf(rule, undefined, [], {
    ...judged,
    policies: judged.policies.map(withoutDisabling),
    group: { rules: [], unreadableRuleIds: [] },
    ledger: EMPTY_LEDGER,
    hints: { ...NO_RULES, byTrustedActor: false },
  });
}

/** A situation without history. */
export type Bare = Pick<Situation, 'groupId' | 'policies' | 'prefixLists' | 'now'>;

/** Whether the policy speaks against the rule, where no grant speaks for it. */
export function speaksAgainst(policy: Policy, rule: Rule, judged: Omit<Bare, 'policies'>): boolean {
  const alone = { ...judged, policies: [policy] };
  if (policy.baseline.kind === 'locked') return policiesAgainst(rule, alone).length > 0;
  return bareViolations(rule, alone).length > 0;
}

/**
 * Whether the rule might violate more than it is known to, if the list that it names were looked
 * into.
 */
export function hangsOnDoubt(rule: Rule, judged: Bare): boolean {
  const { prefixLists: lists } = judged;
  if (listDoubt(rule, lists) === undefined) return false;
  const under = (prefixLists: PrefixLists) => bareViolations(rule, { ...judged, prefixLists });
  return under(takenAtWorst(rule, lists)).length > under(takenAsKnown(rule, lists)).length;
}

/**
 * Peers of policies on whose meaning it hangs whether the rule violates more than it is known to.
 * What speaks for the rule is left aside.
 */
export function peersThatDecide(rule: Rule, judged: Bare): PeerInDoubt[] {
  const known = { ...judged, prefixLists: takenAsKnown(rule, judged.prefixLists) };
  const count = (policy: Policy) => bareViolations(rule, { ...known, policies: [policy] }).length;
  return judged.policies
    .filter((policy) => count(atWorst(policy)) > count(policy))
    .flatMap((policy) => peersInDoubt([policy]));
}

/** A violation may weaken the policy's response, never strengthen it. */
type BaselineViolation = Omit<Violation, 'response'> & Partial<Pick<Violation, 'response'>>;

function violationsOfBaseline(
  rule: Rule,
  baseline: Baseline,
  entry: LedgerEntry | undefined,
  grants: readonly Ground[],
  situation: Situation,
): BaselineViolation[] {
  const { hints, ledger } = situation;
  if (baseline.kind === 'locked') {
    if (grants.length === 0) {
      return isAdopted(ledger) || isPointedTo(rule, hints)
        ? [{ baseline: 'locked', reason: LOCKED }]
        : [];
    }
    return opensOtherwise(rule, situation)
      ? [{ baseline: 'locked', response: 'notifyOnly', reason: LIST_CHANGED }]
      : [];
  }
  const prefixLists = isLeftInDoubt(rule, grants, situation)
    ? takenAsKnown(rule, situation.prefixLists)
    : situation.prefixLists;
  if (answersTraffic(rule, entry, grants, prefixLists)) return [];
  if (baseline.kind === 'forbid') {
    return baseline.patterns
      .filter((pattern) => opensTraffic(rule, pattern, prefixLists))
      .map((pattern) => ({ baseline: 'forbid', reason: violationOfPattern(rule, pattern) }));
  }
  if (baseline.patterns.some((pattern) => staysWithin(rule, pattern, prefixLists))) return [];
  return [{ baseline: 'allowOnly', reason: violationOfAllowOnly(rule, baseline.patterns) }];
}

const LOCKED = 'the group is locked: no rule may be added to it but by a trusted actor';

const LIST_CHANGED =
  'the group is locked, and someone changed the entries of the prefix list that the rule names';

function opensOtherwise({ peer }: Rule, { hints }: Situation): boolean {
  return (
    peer.kind === 'prefixList' &&
    peer.prefixListId === hints.changedPrefixList?.id &&
    !hints.byTrustedActor
  );
}

/**
 * A list that EC2 does not show is within nothing. That is held against a rule that a call has just
 * named and that nothing speaks for; a rule that stands is not taken away for it.
 */
function isLeftInDoubt(
  rule: Rule,
  grants: readonly Ground[],
  { group, hints, prefixLists }: Situation,
): boolean {
  if (listDoubt(rule, prefixLists) === undefined) return false;
  const stands = group.rules.some((standing) => ruleKey(standing) === ruleKey(rule));
  return stands && (grants.length > 0 || !namesAsItStands(hints, rule));
}

/**
 * An adopted grant, or an operator's, answers every baseline; a trusted actor's only `locked`.
 * Neither answers for what has come into the prefix list that the rule names since: where no one
 * can tell, nothing has.
 */
function answersTraffic(
  { peer }: Rule,
  entry: LedgerEntry | undefined,
  grants: readonly Ground[],
  lists: PrefixLists,
): boolean {
  if (!grants.some(({ cause }) => cause !== 'trusted-actor')) return false;
  if (peer.kind !== 'prefixList' || !entry) return true;
  const list = lists.get(peer.prefixListId);
  if (list?.doubt?.kind === 'not-described') return true;
  // Granted while the list was being changed: until that is done, nothing has come in since.
  if (list?.isChanging && entry.prefixListVersion === undefined) return true;
  return list?.version === entry.prefixListVersion;
}
