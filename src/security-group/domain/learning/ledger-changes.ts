import { beginningOfWait, isWaiting } from './waiting';
import { asWritten, names, namesAsItStands, namesMissing } from '../changes/named-rules';
import type { GroupRules } from '../groups/security-groups';
import { isRestoredLater } from '../judging/grounds';
import type { Judgement, Violation } from '../judging/judgement';
import { isPointedTo, type Situation } from '../judging/situation';
import { violationsUnder } from '../judging/violations';
import { entryOf, type Grant, isAdopted, type LedgerEntry, livingGrants } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import { isDisabled, withoutDisabling } from '../policies/policy';
import type { Outcome, RuleOutcome } from '../reporting/outcome';
import { type Rule, ruleKey } from '../rules/rule';

/**
 * Changes to the ledger that follow from a change that was judged, and answered. Before the group
 * is adopted these are notes: of rules that are newer than the group's entrance.
 */
export function ledgerChanges(
  situation: Situation,
  judgements: readonly Judgement[],
  outcomes: readonly RuleOutcome[],
  after: GroupRules,
  acceptance: Grant,
): LedgerChange[] {
  if (!isAdopted(situation.ledger)) return notesOfWritten(situation, outcomes, after, acceptance);
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
  const waiting = waitingRules(situation, judgements, after);
  return onePerRule([
    ...(waiting.length > 0 ? marksOf(waiting, situation) : endedWaits(situation, after)),
    ...explainedWaits(situation, after),
    ...standing,
    ...gone,
    ...reverted,
    ...putAgain(situation, after, acceptance.since),
    ...replacedBefore(situation, after, acceptance),
  ]);
}

function notesOfWritten(
  situation: Situation,
  outcomes: readonly RuleOutcome[],
  { rules }: GroupRules,
  acceptance: Grant,
): LedgerChange[] {
  return rules
    .filter((rule) => namesAsItStands(situation.hints, rule))
    .map((rule): LedgerChange => {
      const note = isAccepted(rule, situation)
        ? acceptedEntry(rule, situation, acceptance)
        : untrustedNote(rule, situation, outcomes);
      return { kind: 'put', entry: writtenLast(note, acceptance.since) };
    });
}

/** What spoke for another rule with these values does not speak for this one. */
function untrustedNote(
  rule: Rule,
  situation: Situation,
  outcomes: readonly RuleOutcome[],
): LedgerEntry {
  const { ledger, now } = situation;
  const known = entryOf(rule, ledger);
  const told = outcomes.find(
    (outcome) => outcome.change !== 'removed' && ruleKey(outcome.rule) === ruleKey(rule),
  );
  const isLeft = told?.outcome.kind === 'kept' || told?.outcome.kind === 'would-revert';
  return {
    revision: known?.revision ?? 0,
    rule,
    grants: known?.rule.id === rule.id ? livingGrants(known, now) : [],
    ...(isLeft && !isPaused(told?.outcome) && { toldAt: now }),
  };
}

/** Events come in any order. */
export function writtenLast(entry: LedgerEntry, at: Date): LedgerEntry {
  return {
    ...entry,
    writtenAt: entry.writtenAt && entry.writtenAt > at ? entry.writtenAt : at,
  };
}

/**
 * A rule that a trusted actor took away and that someone has put there again, before the event of
 * that: it has another id. What spoke for it before the call does so no more. Where the call itself
 * put it there, by modifying another rule, the group has what it had.
 */
function putAgain(
  { hints, ledger, now }: Situation,
  { rules }: GroupRules,
  takenAt: Date,
): LedgerChange[] {
  if (!hints.byTrustedActor) return [];
  return rules.flatMap((rule): LedgerChange[] => {
    const entry = entryOf(rule, ledger);
    if (!entry || !isOtherRule(rule, entry.rule) || !namesMissing(hints, entry.rule)) return [];
    if (namesAsItStands(hints, rule)) return [];
    const grants = entry.grants.filter(({ since }) => since >= takenAt);
    if (grants.length === entry.grants.length) return [];
    const known = { ...entry, grants, rule: { ...entry.rule, id: rule.id } };
    return grants.length > 0
      ? [{ kind: 'put', entry: known }]
      : [{ kind: 'put', entry: { ...known, rule, toldAt: undefined, unexplainedSince: now } }];
  });
}

/**
 * A rule that a trusted actor modified, and that someone has given its earlier values again: it
 * has the same id, so the event alone is no ground to end what speaks for it. The event history is.
 */
function replacedBefore(
  { hints, ledger }: Situation,
  { rules }: GroupRules,
  { eventId, since: at }: Grant,
): LedgerChange[] {
  if (!hints.byTrustedActor || eventId === undefined) return [];
  return rules.flatMap((rule): LedgerChange[] => {
    const entry = entryOf(rule, ledger);
    const isModified = hints.modifiedIds.includes(rule.id ?? '') && !namesAsItStands(hints, rule);
    if (!entry || !isModified || entry.rule.id !== rule.id) return [];
    if (entry.grants.every(({ since }) => since >= at)) return [];
    return [{ kind: 'put', entry: { ...entry, replacedBy: { eventId, at } } }];
  });
}

function isOtherRule(standing: Rule, known: Rule): boolean {
  return standing.id !== undefined && known.id !== undefined && standing.id !== known.id;
}

/** Rules that stand with values that no event has explained yet, though one points to them. */
function waitingRules(
  { hints }: Situation,
  judgements: readonly Judgement[],
  after: GroupRules,
): Rule[] {
  return judgements
    .filter(
      ({ present, verdict, violations }) => present && verdict === 'wait' && violations.length > 0,
    )
    .filter(({ rule }) => isPointedTo(rule, hints) && standsIn(after, rule))
    .map(({ rule }) => rule);
}

/** Their wait begins now, or has begun with other values. */
function marksOf(waiting: readonly Rule[], situation: Situation): LedgerChange[] {
  const { group, now } = situation;
  const explained = new Set(explainedEntries(situation));
  const entries = [...situation.ledger.entries].filter(([, entry]) => !explained.has(entry));
  const ledger = { ...situation.ledger, entries: new Map(entries) };
  return waiting
    .filter((rule) => {
      const entry = entryOf(rule, ledger);
      return !entry || (entry.grants.length === 0 && !entry.toldAt && !entry.unexplainedSince);
    })
    .map((rule) => ({
      kind: 'put',
      entry: {
        revision: 0,
        ...entryOf(rule, ledger),
        rule,
        grants: [],
        unexplainedSince: beginningOfWait(rule, group, ledger) ?? now,
      },
    }));
}

/** Values that a trusted actor turns out to have written wait no more, though they are gone. */
function explainedWaits(situation: Situation, after: GroupRules): LedgerChange[] {
  return explainedEntries(situation)
    .filter(({ rule }) => !standsIn(after, rule))
    .flatMap(forget);
}

function explainedEntries({ hints, ledger }: Situation): LedgerEntry[] {
  if (!hints.byTrustedActor) return [];
  return [...ledger.entries.values()].filter(
    (entry) => isWaiting(entry) && namesAsItStands(hints, entry.rule),
  );
}

/** A wait must not be inherited by what comes after all was well again. */
function endedWaits({ ledger, hints }: Situation, after: GroupRules): LedgerChange[] {
  if (hints.unexplainedIds || after.rules.some((rule) => entryOf(rule, ledger) === undefined)) {
    return [];
  }
  return [...ledger.entries.values()]
    .filter((entry) => isWaiting(entry) && !standsIn(after, entry.rule))
    .flatMap(forget);
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
  if (isPutBack) return [{ kind: 'put', entry: learnedEntry(rule, situation) }];
  return isDescribed ? [{ kind: 'put', entry: writtenEntry(rule, situation) }] : [];
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

/** As the call wrote it, whose grant it is: someone else may have described it otherwise since. */
function writtenEntry(rule: Rule, situation: Situation): LedgerEntry {
  return { ...learnedEntry(rule, situation), rule: asWritten(situation.hints, rule) };
}

/**
 * It violates, and is left in place: that is told once. An accepted rule stays in the ledger as it
 * was accepted.
 */
function learnOfLeft(rule: Rule, situation: Situation, acceptance: Grant): LedgerChange {
  const learned = learnedEntry(rule, situation);
  const known = entryOf(rule, situation.ledger);
  const grants = [...learned.grants, ...(isAccepted(rule, situation) ? [acceptance] : [])];
  const isAnsweredLater = grants.length === 0 && isLeftByDisabling(rule, situation);
  return {
    kind: 'put',
    entry: {
      ...learned,
      rule: known && learned.grants.length > 0 ? known.rule : rule,
      grants,
      toldAt: situation.now,
      // Other policies must not accept it meanwhile; once it is answered, its event is looked up.
      ...(isAnsweredLater && { unexplainedSince: acceptance.since }),
    },
  };
}

/** Whether it is left only while a policy is disabled. */
function isLeftByDisabling(rule: Rule, situation: Situation): boolean {
  const { policies, now } = situation;
  if (!policies.some((policy) => isDisabled(policy, now))) return false;
  const asDeployed = { ...situation, policies: policies.map(withoutDisabling) };
  return violationsUnder(rule, [], asDeployed).some(({ response }) => response !== 'notifyOnly');
}

function learnOfAccepted(rule: Rule, situation: Situation, acceptance: Grant): LedgerChange {
  return { kind: 'put', entry: acceptedEntry(rule, situation, acceptance) };
}

function acceptedEntry(rule: Rule, situation: Situation, acceptance: Grant): LedgerEntry {
  // What an untrusted call took away, a trusted one has put there again.
  const learned = { ...writtenEntry(rule, situation), suspension: undefined };
  const isKnown = learned.grants.some(({ eventId }) => eventId === acceptance.eventId);
  const version =
    rule.peer.kind === 'prefixList'
      ? situation.prefixLists.get(rule.peer.prefixListId)?.version
      : undefined;
  const grants = isKnown ? learned.grants : [...learned.grants, acceptance];
  return { ...learned, grants, ...(version !== undefined && { prefixListVersion: version }) };
}

/** A rule that is gone for good needs another grant to come back. */
function learnOfGone(
  judgement: Judgement,
  situation: Situation,
  outcomes: readonly RuleOutcome[],
  after: GroupRules,
): LedgerChange[] {
  const { rule, change, verdict, violations, notRestorable } = judgement;
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
  const entry = entryOf(rule, situation.ledger);
  if (isLeftForLater(violations, entry, situation)) return [];
  if (standsIn(after, rule) || isBeingReplaced(rule, situation, after)) return [];
  return forget(entry);
}

/** Taken away by someone who may not, while the policy that puts it back is disabled. */
function isLeftForLater(
  violations: readonly Violation[],
  entry: LedgerEntry | undefined,
  situation: Situation,
): boolean {
  return violations.length > 0 && entry !== undefined && isRestoredLater(entry, situation);
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
