import type { GroupView } from './group-view';
import { NO_RULES } from '../changes/named-rules';
import { exceptForExcluding } from '../judging/exclusions';
import { isRestoredLater } from '../judging/grounds';
import { judge } from '../judging/judge';
import type { Judgement } from '../judging/judgement';
import type { Situation } from '../judging/situation';
import { hangsOnDoubt, peersThatDecide } from '../judging/violations';
import { beginningOfWait, isDue, waitingSince } from '../learning/waiting';
import {
  entryOf,
  type GroupLedger,
  isSuspended,
  type LedgerEntry,
  livingGrants,
} from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import { peersInDoubt } from '../policies/peers-in-doubt';
import { type Rule, ruleKey } from '../rules/rule';

/** The differences that reconcile finds in one group. */
export interface GroupSurvey {
  /** Differences that no event has explained for longer than `settleTime`. */
  readonly due: readonly Rule[];
  /** Whether others wait for their event, and are due once `settleTime` is over. */
  readonly waits: boolean;
  /** Changes to remember until the next run. */
  readonly changes: readonly LedgerChange[];
}

/**
 * Compares the group with the ledger: what differs waits for its event, and is due when none has
 * come.
 */
export function surveyGroup(view: GroupView, now: Date): GroupSurvey {
  const { group, ledger, configuration } = view;
  const situation = situationIn(view, now);
  const waiting = judge(situation).filter(({ verdict }) => verdict === 'wait');
  const untold = waiting.filter((one) =>
    one.present ? !isLeft(one, view) : !isPostponed(one, situation),
  );
  const unmarked = untold.filter((one) => !isMarked(one, ledger));
  const isDueNow = (one: Judgement) =>
    isDue(sinceWhen(one, ledger), now, configuration.settleMilliseconds);
  const expired = unmarked.filter(
    ({ rule, present }) => present && (entryOf(rule, ledger)?.grants.length ?? 0) > 0,
  );
  const kept = [...waiting.map(({ rule }) => rule), ...rulesInDoubt(situation)];
  const standing = new Map(group.rules.map((rule) => [ruleKey(rule), rule]));
  return {
    due: [...untold.filter(isDueNow), ...expired].map(({ rule }) => rule),
    waits: untold.some((one) => !isDueNow(one) && !expired.includes(one)),
    changes: onePerRule([
      ...leftToExclusions(situation),
      ...unmarked.map((one): LedgerChange => ({ kind: 'put', entry: markedEntry(one, situation) })),
      ...settled(ledger, { waiting: keysOf(kept), standing }, now),
    ]),
  };
}

/** No event says who changed anything. */
function situationIn(
  { details, group, ledger, prefixLists, configuration: { policies } }: GroupView,
  now: Date,
): Situation {
  const hints = { ...NO_RULES, byTrustedActor: false };
  return { groupId: details.id, group, ledger, policies, prefixLists, now, hints };
}

/** What was found before its list, or a VPC, could not be read any more is not right by that. */
function rulesInDoubt(situation: Situation): Rule[] {
  const { group, policies } = situation;
  const peersAreKnown = peersInDoubt(policies).length === 0;
  return group.rules.filter(
    (rule) =>
      hangsOnDoubt(rule, situation) ||
      (!peersAreKnown && peersThatDecide(rule, situation).length > 0),
  );
}

/** What is left in place is told once; what would be reverted is no thing to be left. */
function isLeft(
  { rule, violations }: Judgement,
  { ledger, configuration: { mode } }: GroupView,
): boolean {
  return (
    entryOf(rule, ledger)?.toldAt !== undefined &&
    (mode === 'OBSERVE' || violations.every(({ response }) => response === 'notifyOnly'))
  );
}

function isPostponed({ rule }: Judgement, situation: Situation): boolean {
  const entry = entryOf(rule, situation.ledger);
  return entry !== undefined && isRestoredLater(entry, situation);
}

function isMarked({ rule, present }: Judgement, ledger: GroupLedger): boolean {
  const entry = entryOf(rule, ledger);
  return (present ? entry?.unexplainedSince : entry?.missingSince) !== undefined;
}

function sinceWhen({ rule, present }: Judgement, ledger: GroupLedger): Date | undefined {
  return present ? waitingSince(rule, ledger) : entryOf(rule, ledger)?.missingSince;
}

function onePerRule(changes: readonly LedgerChange[]): LedgerChange[] {
  return [...new Map(changes.map((change) => [ruleKey(change.entry.rule), change])).values()];
}

/**
 * What was adopted before its exclusion came is not adopted for that policy any more: once the
 * exclusion is over, or a deployment takes it out, the policy answers.
 */
function leftToExclusions(situation: Situation): LedgerChange[] {
  const { group, ledger } = situation;
  return group.rules.flatMap((rule): LedgerChange[] => {
    const entry = entryOf(rule, ledger);
    if (!entry) return [];
    const grants = exceptForExcluding(entry.grants, rule, situation);
    const exceptions = (some: LedgerEntry['grants']) =>
      some.flatMap((grant) => grant.exceptFor ?? []);
    return exceptions(grants).length === exceptions(entry.grants).length
      ? []
      : [{ kind: 'put', entry: { ...entry, grants } }];
  });
}

function keysOf(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(rules.map(ruleKey));
}

/** A grant that has ended is no event that could be on its way: the rule is due at once. */
function markedEntry({ rule, present }: Judgement, situation: Situation): LedgerEntry {
  const { group, ledger, now } = situation;
  const entry = entryOf(rule, ledger);
  const since = (present ? beginningOfWait(rule, group, ledger) : undefined) ?? now;
  if (!present && entry) return { ...entry, missingSince: since };
  // An ended request says that no one is to be asked again; an adoption with exceptions speaks to
  // the other policies as before.
  const ended = exceptForExcluding(entry?.grants ?? [], rule, situation).filter(
    ({ cause, exceptFor }) => cause === 'approval-request' || exceptFor !== undefined,
  );
  return {
    revision: 0,
    ...entry,
    grants: ended,
    rule,
    unexplainedSince: entry && entry.grants.length > 0 ? new Date(0) : since,
  };
}

/**
 * A difference that has come right by itself is not waited for any more. What was put there again
 * has another id: by it, calls are known that take it away. An entry that nothing
 * speaks for is forgotten with its rule.
 */
function settled(
  { entries }: GroupLedger,
  keys: { waiting: ReadonlySet<string>; standing: ReadonlyMap<string, Rule> },
  now: Date,
): LedgerChange[] {
  return [...entries]
    .filter(([key]) => !keys.waiting.has(key))
    .flatMap(([key, entry]): LedgerChange[] => {
      const isAwaited = entry.unexplainedSince !== undefined || entry.missingSince !== undefined;
      if (livingGrants(entry, now).length > 0) {
        const id = keys.standing.get(key)?.id ?? entry.rule.id;
        const rule = { ...entry.rule, id };
        return isAwaited || id !== entry.rule.id
          ? [
              {
                kind: 'put',
                entry: { ...entry, rule, unexplainedSince: undefined, missingSince: undefined },
              },
            ]
          : [];
      }
      // Gone, but asked about.
      if (isSuspended(entry, now)) return [];
      return isAwaited || !keys.standing.has(key) ? [{ kind: 'remove', entry }] : [];
    });
}
