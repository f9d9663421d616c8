import { exceptForExcluding, policiesAgainst } from './exclusions';
import type { NotRestorable } from './judgement';
import { missingEntries, type Situation } from './situation';
import { responseTo, violationsOf } from './violations';
import { namesMissing } from '../changes/named-rules';
import { mayBeBelieved } from '../learning/absent-events';
import { type Grant, type LedgerEntry, livingGrants } from '../ledger/ledger';
import { isReverting, withoutDisabling } from '../policies/policy';
import { listOf, mayBeReadLater, type PrefixLists, takenAtWorst } from '../rules/prefix-list';

/**
 * Adding is held to more than leaving: what was merely found once is no ground to open what a
 * baseline forbids.
 */
export function whyNotPutBack(entry: LedgerEntry, situation: Situation): NotRestorable | undefined {
  const grounds = exceptForExcluding(
    groundsForPuttingBack(entry, situation.now),
    entry.rule,
    situation,
  );
  if (grounds.length === 0) {
    const mayChange = livingGrants(entry, situation.now).some((grant) =>
      mayBeConfirmed(grant, situation.now),
    );
    return {
      reason: `CloudTrail's event history does not confirm${mayChange ? ' (yet)' : ''} that a trusted actor added it`,
      mayChange,
    };
  }
  const violationWith = (prefixLists: PrefixLists) =>
    violationsOf(
      entry.rule,
      entry,
      grounds.map((grant) =>
        ANSWERS_TRAFFIC.includes(grant.cause) ? grant : { ...grant, cause: 'trusted-actor' },
      ),
      { ...situation, prefixLists },
    ).find(({ response }) => response !== 'notifyOnly');
  const violation = violationWith(situation.prefixLists);
  if (violation) {
    return { reason: `it violates a baseline itself: ${violation.reason}`, mayChange: false };
  }
  const list = listOf(entry.rule, situation.prefixLists);
  return list?.doubt && violationWith(takenAtWorst(entry.rule, situation.prefixLists))
    ? {
        reason: `what the prefix list ${list.id} lets through cannot be known: ${list.doubt.reason}`,
        mayChange: mayBeReadLater(list),
      }
    : undefined;
}

/** Such as one for a rule that someone else has put there again never will be. */
function mayBeConfirmed(grant: Grant, now: Date): boolean {
  return (
    grant.cause === 'trusted-actor' && grant.confirmed === undefined && mayBeBelieved(grant, now)
  );
}

/** Grants by which someone decided on the very traffic. */
const ANSWERS_TRAFFIC: readonly Grant['cause'][] = ['operator', 'approval-request'];

/** A call that only an event tells of, and a request that no one has approved yet. */
const NEEDS_CONFIRMATION: readonly Grant['cause'][] = ['trusted-actor', 'approval-request'];

function groundsForPuttingBack(entry: LedgerEntry, now: Date): readonly Grant[] {
  return livingGrants(entry, now).filter(
    ({ cause, confirmed }) => !NEEDS_CONFIRMATION.includes(cause) || confirmed,
  );
}

export function restoresRemoved(entry: LedgerEntry, situation: Situation): boolean {
  return policiesAgainst(entry.rule, situation).some(
    (policy) =>
      policy.baseline.kind === 'locked' &&
      policy.baseline.restoreRemoved &&
      isReverting(responseTo(policy, entry, situation.now).response),
  );
}

/** What a disabled policy would have put back is put back once it is in force again. */
export function isRestoredLater(entry: LedgerEntry, situation: Situation): boolean {
  const policies = situation.policies.map(withoutDisabling);
  return !restoresRemoved(entry, situation) && restoresRemoved(entry, { ...situation, policies });
}

/**
 * Rules that might have to be put back, but rest on nothing except events that no one has
 * confirmed.
 */
export function entriesToConfirm(situation: Situation): LedgerEntry[] {
  const { hints } = situation;
  if (hints.byTrustedActor || hints.notAsked !== undefined) return [];
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
