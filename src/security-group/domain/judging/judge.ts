import {
  type Judgement,
  type NotRestorable,
  type RuleChange,
  strongest,
  type Violation,
} from './judgement';
import type { Situation } from './situation';
import {
  names,
  namesAsItStands,
  namesMissing,
  namesStanding,
  NO_RULES,
} from '../changes/named-rules';
import {
  EMPTY_LEDGER,
  entryOf,
  type Grant,
  hasEndedRequest,
  isAdopted,
  isHistoryComplete,
  type LedgerEntry,
  livingGrants,
} from '../ledger/ledger';
import {
  type Baseline,
  isAsking,
  isReverting,
  type Policy,
  type Response,
} from '../policies/policy';
import {
  opensTraffic,
  staysWithin,
  violationOfAllowOnly,
  violationOfPattern,
} from '../policies/traffic-pattern';
import type { PrefixLists } from '../rules/prefix-list';
import { isSameRule, type Rule, ruleKey } from '../rules/rule';

/**
 * State decides, the event only points: each rule that stands in the group is judged, each accepted
 * one that is missing, and each that the event names besides, so that a second delivery can tell
 * what has become of it.
 */
export function judge(situation: Situation): Judgement[] {
  const missing = missingEntries(situation);
  const indexed = {
    ...situation,
    missing,
    entriesById: byId([...situation.ledger.entries.values()]),
  };
  const standing = situation.group.rules.map((rule) => judgeStanding(rule, indexed));
  const restoredKeys = new Set(
    standing.flatMap(({ restored }) => (restored ? [ruleKey(restored)] : [])),
  );
  const gone = missing
    .filter(({ rule }) => !restoredKeys.has(ruleKey(rule)))
    .map((entry) => judgeMissing(entry, situation));
  return [...standing, ...gone, ...judgeGone(situation)];
}

/** With what all rules would have to look for in the whole ledger: a group can hold a thousand. */
interface IndexedSituation extends Situation {
  readonly missing: readonly LedgerEntry[];
  readonly entriesById: ReadonlyMap<string, readonly LedgerEntry[]>;
}

function byId(entries: readonly LedgerEntry[]): ReadonlyMap<string, readonly LedgerEntry[]> {
  const found = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    if (entry.rule.id !== undefined) {
      found.set(entry.rule.id, [...(found.get(entry.rule.id) ?? []), entry]);
    }
  }
  return found;
}

function judgeStanding(rule: Rule, situation: IndexedSituation): Judgement {
  const { hints, ledger, now } = situation;
  const entry = entryOf(rule, ledger);
  const named = namesStanding(hints, rule) || names(hints.described, rule);
  const grants = grantsOf(rule, entry, situation);
  const violations = violationsOf(rule, entry, grants, situation);
  const judged = {
    rule,
    present: true,
    change: changeOf(rule, entry, situation),
    violations,
  } as const;
  if (violations.length === 0) {
    return entry && named && livingGrants(entry, now).length > 0
      ? judgeDescription(rule, entry, situation)
      : { ...judged, verdict: 'keep' };
  }

  if (!named && hints.complete) return { ...judged, verdict: 'wait' };
  // What a trusted actor's call does not accept, it is no ground to take from a locked group
  // either: another call, or the one that added the rule, is on its way.
  const answered = hints.byTrustedActor
    ? violations.filter(({ baseline }) => baseline !== 'locked')
    : violations;
  if (answered.length === 0) return { ...judged, verdict: 'wait' };
  const { response } = strongest(answered) ?? { response: 'notifyOnly' };
  if (!isReverting(response)) return { ...judged, verdict: isAsking(response) ? 'ask' : 'keep' };
  const restored = earlierRule(rule, situation);
  return restored ? { ...judged, verdict: 'restore', restored } : { ...judged, verdict: 'revoke' };
}

function changeOf(
  rule: Rule,
  entry: LedgerEntry | undefined,
  { hints, entriesById }: IndexedSituation,
): RuleChange {
  const earlier = entriesById.get(rule.id ?? '')?.some((other) => other !== entry) ?? false;
  return earlier || hints.modifiedIds.includes(rule.id ?? '') ? 'modified' : 'added';
}

/** Who may describe an accepted rule anew is whoever may add one. */
function judgeDescription(
  rule: Rule,
  entry: LedgerEntry,
  { hints, policies }: Situation,
): Judgement {
  const restored = { ...rule, description: entry.rule.description };
  const unchanged = (rule.description ?? '') === (entry.rule.description ?? '');
  const violations =
    unchanged || hints.byTrustedActor
      ? []
      : policies.flatMap(({ baseline, response, asking }) =>
          baseline.kind === 'locked'
            ? [
                {
                  baseline: baseline.kind,
                  response,
                  reason:
                    'the group is locked: no rule may be described anew but by a trusted actor',
                  ...(asking && { asking }),
                },
              ]
            : [],
        );
  const verdict = verdictOnDescription(strongest(violations)?.response);
  return {
    rule,
    change: unchanged ? 'added' : 'described',
    present: true,
    verdict,
    violations,
    ...(verdict === 'restore' && { restored }),
  };
}

function verdictOnDescription(response: Response = 'notifyOnly'): 'restore' | 'ask' | 'keep' {
  if (isReverting(response)) return 'restore';
  return isAsking(response) ? 'ask' : 'keep';
}

/** Accepted rules that do not stand in the group any more. */
function missingEntries({ group, ledger, now }: Situation): LedgerEntry[] {
  if (!isAdopted(ledger)) return [];
  const standing = new Set(group.rules.map(ruleKey));
  const unreadable = new Set(group.unreadableRuleIds);
  return [...ledger.entries]
    .filter(
      ([key, entry]) =>
        !standing.has(key) &&
        !unreadable.has(entry.rule.id ?? '') &&
        livingGrants(entry, now).length > 0,
    )
    .map(([, entry]) => entry);
}

function judgeMissing(entry: LedgerEntry, situation: Situation): Judgement {
  const { hints, policies, group } = situation;
  const { rule } = entry;
  const modified = group.rules.find(({ id }) => id !== undefined && id === rule.id);
  const judged = { rule, present: false, change: 'removed', violations: [] } as const;
  if (
    !namesMissing(hints, rule) &&
    !(modified && namesStanding(hints, modified)) &&
    hints.complete
  ) {
    return { ...judged, verdict: 'wait' };
  }
  if (hints.byTrustedActor) return { ...judged, verdict: 'keep' };
  // What has become of a modified rule is told once, with what it is now. Its earlier values may
  // still be confirmed, and put back.
  if (modified) {
    return {
      ...judged,
      verdict: 'keep',
      ...(restoresRemoved(entry, situation) && { notRestorable: whyNotPutBack(entry, situation) }),
    };
  }

  const violations = policies.flatMap((policy): Violation[] =>
    policy.baseline.kind === 'locked'
      ? [
          {
            baseline: policy.baseline.kind,
            reason: 'the group is locked: no rule may be removed from it but by a trusted actor',
            ...(policy.baseline.restoreRemoved
              ? responseTo(policy, entry, situation.now)
              : { response: 'notifyOnly' }),
          },
        ]
      : [],
  );
  const { response } = strongest(violations) ?? { response: 'notifyOnly' };
  if (!isReverting(response)) {
    return { ...judged, violations, verdict: isAsking(response) ? 'ask' : 'keep' };
  }
  const notRestorable = whyNotPutBack(entry, situation);
  return notRestorable
    ? { ...judged, violations, verdict: 'keep', notRestorable }
    : { ...judged, violations, verdict: 'restore', restored: rule };
}

/** Rules that the event added and that are gone: an earlier try, or somebody else, was quicker. */
function judgeGone(situation: Situation): Judgement[] {
  const { group, hints } = situation;
  return hints.present
    .filter((rule) => !group.rules.some((standing) => isSameRule(rule, standing)))
    .map((rule) => {
      const entry = entryOf(rule, situation.ledger);
      const violations = violationsOf(rule, entry, grantsOf(rule, entry, situation), situation);
      const verdict = violations.some(({ response }) => isReverting(response)) ? 'revoke' : 'keep';
      return { rule, change: 'added', present: false, verdict, violations };
    });
}

/**
 * Why the rule may stand. A sentry that has not adopted the group yet takes every rule that the
 * event does not name for adopted.
 */
function grantsOf(
  rule: Rule,
  entry: LedgerEntry | undefined,
  { ledger, hints, now }: Situation,
): readonly Pick<Grant, 'cause'>[] {
  const accepted =
    hints.byTrustedActor && namesAsItStands(hints, rule)
      ? [{ cause: 'trusted-actor' } as const]
      : [];
  if (isAdopted(ledger)) return [...livingGrants(entry, now), ...accepted];
  return namesStanding(hints, rule) || !hints.complete ? accepted : [{ cause: 'adopted' }];
}

function violationsOf(
  rule: Rule,
  entry: LedgerEntry | undefined,
  grants: readonly Pick<Grant, 'cause'>[],
  situation: Situation,
): Violation[] {
  return situation.policies.flatMap((policy) =>
    violationsOfBaseline(rule, policy.baseline, entry, grantsFor(policy, grants), situation).map(
      (violation) => ({ ...responseTo(policy, entry, situation.now), ...violation }),
    ),
  );
}

/** What violates if these grants speak for the rule, and nothing else. */
export function violationsUnder(
  rule: Rule,
  grants: readonly Pick<Grant, 'cause'>[],
  situation: Situation,
): Violation[] {
  return violationsOf(rule, undefined, grants, situation);
}

/** What people approved answers the policies that ask people. */
function grantsFor(
  { response }: Policy,
  grants: readonly Pick<Grant, 'cause'>[],
): readonly Pick<Grant, 'cause'>[] {
  return isAsking(response) ? grants : grants.filter(({ cause }) => cause !== 'approval-request');
}

/** Where people were asked already, and their time is over, nobody is asked again. */
function responseTo(
  { response, asking }: Policy,
  entry: LedgerEntry | undefined,
  now: Date,
): Pick<Violation, 'response' | 'asking'> {
  if (isAsking(response) && hasEndedRequest(entry, now)) return { response: 'revert' };
  return { response, ...(asking && { asking }) };
}

/**
 * What the baselines say of the rule itself, whatever may speak for it. `locked` says nothing
 * without a history.
 */
export function bareViolations(
  rule: Rule,
  policies: readonly Policy[],
  prefixLists: PrefixLists,
): Violation[] {
  const blank = {
    group: { rules: [], unreadableRuleIds: [] },
    ledger: EMPTY_LEDGER,
    prefixLists,
    hints: { ...NO_RULES, byTrustedActor: false },
  };
  return violationsOf(rule, undefined, [], { ...blank, policies, now: new Date(0) });
}

/** A violation may weaken the policy's response, never strengthen it. */
type BaselineViolation = Omit<Violation, 'response'> & Partial<Pick<Violation, 'response'>>;

function violationsOfBaseline(
  rule: Rule,
  baseline: Baseline,
  entry: LedgerEntry | undefined,
  grants: readonly Pick<Grant, 'cause'>[],
  situation: Situation,
): BaselineViolation[] {
  const { prefixLists, hints, ledger } = situation;
  if (baseline.kind === 'locked') {
    if (grants.length === 0) {
      return isAdopted(ledger) || namesStanding(hints, rule)
        ? [{ baseline: 'locked', reason: LOCKED }]
        : [];
    }
    return opensOtherwise(rule, situation)
      ? [{ baseline: 'locked', response: 'notifyOnly', reason: LIST_CHANGED }]
      : [];
  }
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
  'the group is locked, and somebody changed the entries of the prefix list that the rule names';

function opensOtherwise({ peer }: Rule, { hints }: Situation): boolean {
  return (
    peer.kind === 'prefixList' &&
    peer.prefixListId === hints.changedPrefixListId &&
    !hints.byTrustedActor
  );
}

/**
 * An adopted grant, or an operator's, answers every baseline; a trusted actor's only `locked`.
 * Neither answers for what has come into the prefix list that the rule names since.
 */
function answersTraffic(
  { peer }: Rule,
  entry: LedgerEntry | undefined,
  grants: readonly Pick<Grant, 'cause'>[],
  lists: PrefixLists,
): boolean {
  if (!grants.some(({ cause }) => cause !== 'trusted-actor')) return false;
  if (peer.kind !== 'prefixList' || !entry) return true;
  return lists.get(peer.prefixListId)?.version === entry.prefixListVersion;
}

/** What the rule was before somebody modified it, where that may be put back. */
function earlierRule(rule: Rule, situation: IndexedSituation): Rule | undefined {
  return (situation.entriesById.get(rule.id ?? '') ?? [])
    .filter((entry) => entry.rule.direction === rule.direction && situation.missing.includes(entry))
    .find((entry) => !whyNotPutBack(entry, situation))?.rule;
}

/**
 * Adding is held to more than leaving: what was merely found once is no ground to open what a
 * baseline forbids.
 */
function whyNotPutBack(entry: LedgerEntry, situation: Situation): NotRestorable | undefined {
  const grounds = groundsForPuttingBack(entry, situation.now);
  if (grounds.length === 0) {
    const mayChange = livingGrants(entry, situation.now).some((grant) =>
      mayBeConfirmed(grant, situation.now),
    );
    return {
      reason: `CloudTrail's event history does not confirm${mayChange ? ' (yet)' : ''} that a trusted actor added it`,
      mayChange,
    };
  }
  const [violation] = violationsOf(
    entry.rule,
    entry,
    grounds.map((grant) =>
      ANSWERS_TRAFFIC.includes(grant.cause) ? grant : { cause: 'trusted-actor' },
    ),
    situation,
  ).filter(({ response }) => response !== 'notifyOnly');
  return (
    violation && { reason: `it violates a baseline itself: ${violation.reason}`, mayChange: false }
  );
}

/**
 * What the complete history does not confirm, such as a rule that somebody else has put there
 * again, it never will.
 */
function mayBeConfirmed(grant: Grant, now: Date): boolean {
  return (
    grant.cause === 'trusted-actor' &&
    grant.confirmed === undefined &&
    !isHistoryComplete(grant, now)
  );
}

/** Grants by which somebody decided on the very traffic. */
const ANSWERS_TRAFFIC: readonly Grant['cause'][] = ['operator', 'approval-request'];

/** A call that only an event tells of, and a request that nobody has approved yet. */
const NEEDS_CONFIRMATION: readonly Grant['cause'][] = ['trusted-actor', 'approval-request'];

function groundsForPuttingBack(entry: LedgerEntry, now: Date): readonly Grant[] {
  return livingGrants(entry, now).filter(
    ({ cause, confirmed }) => !NEEDS_CONFIRMATION.includes(cause) || confirmed,
  );
}

function restoresRemoved(entry: LedgerEntry, { policies, now }: Situation): boolean {
  return policies.some(
    (policy) =>
      policy.baseline.kind === 'locked' &&
      policy.baseline.restoreRemoved &&
      isReverting(responseTo(policy, entry, now).response),
  );
}

/**
 * Rules that might have to be put back, but rest on nothing except events that nobody has
 * confirmed.
 */
export function entriesToConfirm(situation: Situation): LedgerEntry[] {
  const { hints } = situation;
  if (hints.byTrustedActor) return [];
  const ids = new Set(situation.group.rules.map(({ id }) => id));
  return missingEntries(situation)
    .filter((entry) => groundsForPuttingBack(entry, situation.now).length === 0)
    .filter(
      (entry) =>
        ids.has(entry.rule.id) ||
        !hints.complete ||
        (namesMissing(hints, entry.rule) && restoresRemoved(entry, situation)),
    );
}
