import { names, namesAsItStands } from '../changes/named-rules';
import type { GroupRules } from '../groups/security-groups';
import type { Judgement } from '../judging/judgement';
import type { Situation } from '../judging/situation';
import { entryOf, type Grant, isAdopted, type LedgerEntry, livingGrants } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import type { Outcome, RuleOutcome } from '../reporting/outcome';
import { type Rule, ruleKey } from '../rules/rule';

/**
 * Changes to the ledger that follow from a change that was judged, and answered: none before the
 * group is adopted.
 */
export function ledgerChanges(
  situation: Situation,
  judgements: readonly Judgement[],
  outcomes: readonly RuleOutcome[],
  after: GroupRules,
  acceptance: Grant,
): LedgerChange[] {
  if (!isAdopted(situation.ledger)) return [];
  const standing = after.rules.flatMap((rule) =>
    learnOfStanding(rule, situation, outcomes, acceptance),
  );
  const gone = judgements
    .filter(({ present }) => !present)
    .flatMap((judgement) => learnOfGone(judgement, situation, outcomes, after));
  const reverted = outcomes
    .filter(
      ({ change, outcome }) =>
        (change === 'added' || change === 'modified') && outcome.kind === 'reverted',
    )
    .filter(({ rule }) => !standsIn(after, rule))
    .flatMap(({ rule }) => forget(entryOf(rule, situation.ledger)));
  return onePerRule([...standing, ...gone, ...reverted]);
}

function learnOfStanding(
  rule: Rule,
  situation: Situation,
  outcomes: readonly RuleOutcome[],
  acceptance: Grant,
): LedgerChange[] {
  const told = outcomes.find(
    (outcome) => outcome.change !== 'removed' && ruleKey(outcome.rule) === ruleKey(rule),
  );
  // What a pause leaves standing is answered after it.
  if (told?.outcome.kind === 'failed' || isPaused(told?.outcome)) return [];
  if (told?.outcome.kind === 'kept' || told?.outcome.kind === 'would-revert') {
    return [learnOfLeft(rule, situation, acceptance)];
  }
  if (isAccepted(rule, situation)) return [learnOfAccepted(rule, situation, acceptance)];
  const entry = entryOf(rule, situation.ledger);
  const isDescribed =
    entry && situation.hints.byTrustedActor && names(situation.hints.described, rule);
  // Put back, it has another id.
  const isPutBack = outcomes.some(
    ({ change, outcome, restored }) =>
      change === 'removed' &&
      outcome.kind === 'reverted' &&
      restored &&
      ruleKey(restored) === ruleKey(rule),
  );
  return isDescribed || isPutBack ? [{ kind: 'put', entry: learnedEntry(rule, situation) }] : [];
}

function isAccepted(rule: Rule, { hints }: Situation): boolean {
  return hints.byTrustedActor && namesAsItStands(hints, rule);
}

/** The rule as it stands now, explained. */
function learnedEntry(rule: Rule, { ledger, now }: Situation): LedgerEntry {
  const entry = entryOf(rule, ledger);
  return {
    revision: 0,
    ...entry,
    rule,
    grants: livingGrants(entry, now),
    missingSince: undefined,
    unexplainedSince: undefined,
  };
}

/**
 * It violates, and is left in place: that is told once. An accepted rule stays in the ledger as it
 * was accepted.
 */
function learnOfLeft(rule: Rule, situation: Situation, acceptance: Grant): LedgerChange {
  const learned = learnedEntry(rule, situation);
  const accepted = entryOf(rule, situation.ledger);
  return {
    kind: 'put',
    entry: {
      ...learned,
      rule: accepted && learned.grants.length > 0 ? accepted.rule : rule,
      grants: [...learned.grants, ...(isAccepted(rule, situation) ? [acceptance] : [])],
      toldAt: situation.now,
    },
  };
}

function learnOfAccepted(rule: Rule, situation: Situation, acceptance: Grant): LedgerChange {
  // What an untrusted call took away, a trusted one has put there again.
  const learned = { ...learnedEntry(rule, situation), suspension: undefined };
  const isKnown = learned.grants.some(({ eventId }) => eventId === acceptance.eventId);
  const version =
    rule.peer.kind === 'prefixList'
      ? situation.prefixLists.get(rule.peer.prefixListId)?.version
      : undefined;
  const grants = isKnown ? learned.grants : [...learned.grants, acceptance];
  return {
    kind: 'put',
    entry: { ...learned, grants, ...(version !== undefined && { prefixListVersion: version }) },
  };
}

/** A rule that is gone for good needs another grant to come back. */
function learnOfGone(
  judgement: Judgement,
  situation: Situation,
  outcomes: readonly RuleOutcome[],
  after: GroupRules,
): LedgerChange[] {
  const { rule, change, verdict, notRestorable } = judgement;
  if (change !== 'removed' || verdict === 'wait' || notRestorable?.mayChange) return [];
  const told = outcomes.find(
    (outcome) => outcome.change === 'removed' && ruleKey(outcome.rule) === ruleKey(rule),
  );
  if (
    told?.outcome.kind === 'reverted' ||
    told?.outcome.kind === 'failed' ||
    isPaused(told?.outcome)
  ) {
    return [];
  }
  if (standsIn(after, rule) || isBeingReplaced(rule, situation, after)) return [];
  return forget(entryOf(rule, situation.ledger));
}

/**
 * People approved what the rule was modified to, maybe for a time: the one who applies that says
 * what becomes of what it was.
 */
function isBeingReplaced({ id }: Rule, { ledger, now }: Situation, { rules }: GroupRules): boolean {
  const standing = id === undefined ? undefined : rules.find((other) => other.id === id);
  return (
    standing !== undefined &&
    livingGrants(entryOf(standing, ledger), now).some(({ cause }) => cause === 'approval-request')
  );
}

function isPaused(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'would-revert' && outcome.until !== undefined;
}

function standsIn({ rules }: GroupRules, rule: Rule): boolean {
  return rules.some((standing) => ruleKey(standing) === ruleKey(rule));
}

function forget(entry: LedgerEntry | undefined): LedgerChange[] {
  return entry ? [{ kind: 'remove', entry }] : [];
}

function onePerRule(changes: readonly LedgerChange[]): LedgerChange[] {
  return [...new Map(changes.map((change) => [ruleKey(change.entry.rule), change])).values()];
}
