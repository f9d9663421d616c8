import { policiesAgainst } from './exclusions';
import { restoresRemoved, whyNotPutBack } from './grounds';
import { type Judgement, type RuleChange, strongest, type Violation } from './judgement';
import {
  type Hints,
  isChangedByList,
  isUnexplained,
  isWritten,
  missingEntries,
  type Situation,
} from './situation';
import { grantsOf, type Ground, reasonUnder, responseTo, violationsOf } from './violations';
import { names, namesAsItStands, namesMissing, writesDescription } from '../changes/named-rules';
import { entryOf, type LedgerEntry, livingGrants } from '../ledger/ledger';
import { isAsking, isDisabled, isReverting } from '../policies/policy';
import { isSameRule, type Rule, ruleKey } from '../rules/rule';

/**
 * State decides, the event only points: each rule that stands in the group is judged, each accepted
 * one that is missing, and all values that the event wrote and that are gone. An event is charged
 * with nothing that it did not write.
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
  return [...standing, ...gone, ...judgeWrittenAndGone(indexed)];
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
  const written = isWritten(rule, hints);
  const grants = grantsOf(rule, entry, situation);
  const violations = violationsOf(rule, entry, grants, situation);
  const judged = {
    rule,
    present: true,
    change: changeOf(rule, entry, situation),
    violations,
  } as const;
  if (violations.length === 0) {
    const named = namesAsItStands(hints, rule) || names(hints.described, rule);
    return entry && named && livingGrants(entry, now).length > 0
      ? judgeDescription(rule, entry, situation)
      : { ...judged, verdict: 'keep' };
  }

  if (isUnexplained(rule, hints)) return { ...judged, ...answerToUnexplained(judged, situation) };
  if (!written) return { ...judged, verdict: 'wait' };
  const answered = chargedWith(rule, grants, violations, hints);
  if (answered.length === 0) return { ...judged, verdict: 'wait' };
  const verdict = verdictOn(answered);
  return { ...judged, ...(verdict === 'restore' ? reversalOf(rule, situation) : { verdict }) };
}

/** `restore`: it is to be as it was before. */
function verdictOn(violations: readonly Violation[]): 'restore' | 'ask' | 'keep' {
  const decisive = strongest(violations);
  if (!decisive) return 'keep';
  if (isReverting(decisive.response)) return 'restore';
  return isAsking(decisive.response) ? 'ask' : 'keep';
}

/**
 * What a trusted actor's call does not accept, it is no ground to take from a locked group either:
 * another call, or the one that added the rule, is on its way. And who changes a list has not added
 * the rules that name it.
 */
function chargedWith(
  rule: Rule,
  grants: readonly Ground[],
  violations: readonly Violation[],
  hints: Hints,
): readonly Violation[] {
  const isByListAlone = !namesAsItStands(hints, rule) && isChangedByList(rule, hints);
  return mayBeTrusted(hints) || (isByListAlone && grants.length === 0)
    ? exceptLocked(violations)
    : violations;
}

type Answer = Pick<Judgement, 'verdict' | 'restored'>;

/** What may stand for a while can wait for the event that says whose it is. */
function answerToUnexplained(
  { rule, violations }: Pick<Judgement, 'rule' | 'violations'>,
  situation: IndexedSituation,
): Answer {
  return verdictOn(exceptLocked(violations)) === 'restore'
    ? reversalOf(rule, situation)
    : { verdict: 'wait' };
}

function exceptLocked(violations: readonly Violation[]): readonly Violation[] {
  return violations.filter(({ baseline }) => baseline !== 'locked');
}

function reversalOf(rule: Rule, situation: IndexedSituation): Answer {
  const restored = earlierRule(rule, situation);
  return restored ? { verdict: 'restore', restored } : { verdict: 'revoke' };
}

function mayBeTrusted({ byTrustedActor, notAsked }: Hints): boolean {
  return byTrustedActor || notAsked !== undefined;
}

function changeOf(
  rule: Rule,
  entry: LedgerEntry | undefined,
  { hints, entriesById }: IndexedSituation,
): RuleChange {
  const earlier = entriesById.get(rule.id ?? '')?.some((other) => other !== entry) ?? false;
  const isModified = earlier || hints.modifiedIds.includes(rule.id ?? '');
  return isModified || isUnexplained(rule, hints) ? 'modified' : 'added';
}

const DESCRIBED =
  'the group is locked: no rule may be given a new description but by a trusted actor';
const REMOVED = 'the group is locked: no rule may be removed from it but by a trusted actor';

/** Anyone who may add a rule may give an accepted one a new description. */
function judgeDescription(rule: Rule, entry: LedgerEntry, situation: Situation): Judgement {
  const { hints, now } = situation;
  const restored = { ...rule, description: entry.rule.description };
  const unchanged = (rule.description ?? '') === (entry.rule.description ?? '');
  const violations =
    unchanged || hints.byTrustedActor || !writesDescription(hints, rule)
      ? []
      : policiesAgainst(rule, situation).flatMap((policy): Violation[] =>
          policy.baseline.kind === 'locked'
            ? [
                {
                  baseline: policy.baseline.kind,
                  response: isDisabled(policy, now) ? 'notifyOnly' : policy.response,
                  reason: reasonUnder(policy, DESCRIBED, now),
                  ...(!isDisabled(policy, now) &&
                    policy.asking &&
                    isAsking(policy.response) && { asking: policy.asking }),
                },
              ]
            : [],
        );
  const verdict = verdictOn(violations);
  return {
    rule,
    change: unchanged ? 'added' : 'described',
    present: true,
    verdict,
    violations,
    ...(verdict === 'restore' && { restored }),
  };
}

function judgeMissing(entry: LedgerEntry, situation: Situation): Judgement {
  const { hints, group } = situation;
  const { rule } = entry;
  const modified = group.rules.find(({ id }) => id !== undefined && id === rule.id);
  const judged = { rule, present: false, change: 'removed', violations: [] } as const;
  if (!isMissingExplained(rule, modified, hints)) return { ...judged, verdict: 'wait' };
  if (hints.notAsked !== undefined) return { ...judged, verdict: 'wait' };
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

  const violations = policiesAgainst(rule, situation).flatMap((policy): Violation[] =>
    policy.baseline.kind === 'locked'
      ? [
          {
            baseline: policy.baseline.kind,
            reason: reasonUnder(policy, REMOVED, situation.now),
            ...(policy.baseline.restoreRemoved
              ? responseTo(policy, entry, situation.now)
              : { response: 'notifyOnly' }),
          },
        ]
      : [],
  );
  const verdict = verdictOn(violations);
  if (verdict !== 'restore') return { ...judged, violations, verdict };
  const notRestorable = whyNotPutBack(entry, situation);
  return notRestorable
    ? { ...judged, violations, verdict: 'keep', notRestorable }
    : { ...judged, violations, verdict, restored: rule };
}

function isMissingExplained(rule: Rule, modified: Rule | undefined, hints: Hints): boolean {
  // Whatever stands in its place, a trusted actor has replaced it.
  const isReplaced = hints.byTrustedActor && hints.modifiedIds.includes(rule.id ?? '');
  if (isReplaced || names(hints.absent, rule) || !hints.complete) return true;
  // What a rule was modified to in the end decides about what it was.
  return modified ? isWritten(modified, hints) : namesMissing(hints, rule);
}

/**
 * Values that the event wrote, and that no rule has any more: an earlier try, or someone else, was
 * quicker. A rule with other values by now must not be taken for them.
 */
function judgeWrittenAndGone(situation: IndexedSituation): Judgement[] {
  const { group, hints } = situation;
  const added = hints.present.map((rule) => ({ rule, change: 'added' }) as const);
  const modified = hints.modifiedTo.map(
    (values) => ({ rule: withDirection(values, situation), change: 'modified' }) as const,
  );
  return [...added, ...modified]
    .filter(({ rule }) => !group.rules.some((standing) => hasSameValues(rule, standing)))
    .map(({ rule, change }) => {
      const violations = violationsOfGone(rule, situation);
      const isOverwritten = group.rules.some(({ id }) => id !== undefined && id === rule.id);
      const isReverted = violations.some(({ response }) => isReverting(response));
      const verdict = isReverted && !isOverwritten ? 'revoke' : 'keep';
      return { rule, change, present: false, verdict, violations };
    });
}

function hasSameValues(rule: Rule, standing: Rule): boolean {
  return isSameRule(rule, standing) && ruleKey(rule) === ruleKey(standing);
}

function violationsOfGone(rule: Rule, situation: Situation): Violation[] {
  const entry = entryOf(rule, situation.ledger);
  return violationsOf(rule, entry, grantsOf(rule, entry, situation), situation);
}

/** Of a rule that no one remembers, the record of a Modify is judged in the worse direction. */
function withDirection(values: Rule, situation: IndexedSituation): Rule {
  const standing = situation.group.rules.find(({ id }) => id !== undefined && id === values.id);
  const [remembered] = situation.entriesById.get(values.id ?? '') ?? [];
  const known = standing?.direction ?? remembered?.rule.direction;
  if (known) return { ...values, direction: known };
  const ingress: Rule = { ...values, direction: 'ingress' };
  const isHarmless = violationsOfGone(ingress, situation).length === 0;
  return isHarmless ? { ...values, direction: 'egress' } : ingress;
}

/** The rule as it was before someone modified it, where that may be restored. */
function earlierRule(rule: Rule, situation: IndexedSituation): Rule | undefined {
  return (situation.entriesById.get(rule.id ?? '') ?? [])
    .filter((entry) => entry.rule.direction === rule.direction && situation.missing.includes(entry))
    .find((entry) => !whyNotPutBack(entry, situation))?.rule;
}
