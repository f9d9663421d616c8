import { restoresRemoved, whyNotPutBack } from './grounds';
import { type Judgement, type RuleChange, strongest, type Violation } from './judgement';
import { missingEntries, type Situation } from './situation';
import { grantsOf, responseTo, violationsOf } from './violations';
import { names, namesMissing, namesStanding } from '../changes/named-rules';
import { entryOf, type LedgerEntry, livingGrants } from '../ledger/ledger';
import { isAsking, isReverting, type Response } from '../policies/policy';
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

/** Anyone who may add a rule may give an accepted one a new description. */
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
                    'the group is locked: no rule may be given a new description but by a trusted actor',
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

/** Rules that the event added and that are gone: an earlier try, or someone else, was quicker. */
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

/** The rule as it was before someone modified it, where that may be restored. */
function earlierRule(rule: Rule, situation: IndexedSituation): Rule | undefined {
  return (situation.entriesById.get(rule.id ?? '') ?? [])
    .filter((entry) => entry.rule.direction === rule.direction && situation.missing.includes(entry))
    .find((entry) => !whyNotPutBack(entry, situation))?.rule;
}
