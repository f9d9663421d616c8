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
export function surveyGroup(
  { details, group, ledger, prefixLists, configuration }: GroupView,
  now: Date,
): GroupSurvey {
  const { policies, settleMilliseconds, mode } = configuration;
  const situation = {
    groupId: details.id,
    group,
    ledger,
    policies,
    prefixLists,
    now,
    hints: { ...NO_RULES, byTrustedActor: false },
  };
  const judgements = judge(situation);
  const waiting = judgements.filter(
    ({ verdict, present, violations }) => verdict === 'wait' && (!present || violations.length > 0),
  );
  const since = ({ present, rule }: { present: boolean; rule: Rule }) => {
    return present ? waitingSince(rule, ledger) : entryOf(rule, ledger)?.missingSince;
  };
  // What was found before its list, or a VPC, could not be read any more is not right by that.
  const peersAreKnown = peersInDoubt(policies).length === 0;
  const inDoubt = group.rules.filter(
    (rule) =>
      hangsOnDoubt(rule, situation) ||
      (!peersAreKnown && peersThatDecide(rule, situation).length > 0),
  );
  // What is left in place is told once; what would be reverted is no thing to be left.
  const isLeft = ({ rule, violations }: Judgement) =>
    entryOf(rule, ledger)?.toldAt !== undefined &&
    (mode === 'OBSERVE' || violations.every(({ response }) => response === 'notifyOnly'));
  const isPostponed = ({ rule }: Judgement) => {
    const entry = entryOf(rule, ledger);
    return entry !== undefined && isRestoredLater(entry, situation);
  };
  const untold = waiting.filter((judgement) =>
    judgement.present ? !isLeft(judgement) : !isPostponed(judgement),
  );
  const isMarked = ({ rule, present }: Judgement) => {
    const entry = entryOf(rule, ledger);
    return (present ? entry?.unexplainedSince : entry?.missingSince) !== undefined;
  };
  const unmarked = untold.filter((one) => !isMarked(one));
  const isDueNow = (one: Judgement) => isDue(since(one), now, settleMilliseconds);
  const expired = unmarked.filter(
    ({ rule, present }) => present && (entryOf(rule, ledger)?.grants.length ?? 0) > 0,
  );
  return {
    due: [...untold.filter(isDueNow), ...expired].map(({ rule }) => rule),
    waits: untold.some((one) => !isDueNow(one) && !expired.includes(one)),
    changes: onePerRule([
      ...leftToExclusions(situation),
      ...unmarked.map(({ rule, present }): LedgerChange => ({
        kind: 'put',
        entry: markedEntry(
          rule,
          present,
          situation,
          (present ? beginningOfWait(rule, group, ledger) : undefined) ?? now,
        ),
      })),
      ...settled(
        ledger,
        {
          waiting: keysOf([...waiting.map(({ rule }) => rule), ...inDoubt]),
          standing: new Map(group.rules.map((rule) => [ruleKey(rule), rule])),
        },
        now,
      ),
    ]),
  };
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
function markedEntry(rule: Rule, present: boolean, situation: Situation, since: Date): LedgerEntry {
  const entry = entryOf(rule, situation.ledger);
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
      const isMarked = entry.unexplainedSince !== undefined || entry.missingSince !== undefined;
      if (livingGrants(entry, now).length > 0) {
        const id = keys.standing.get(key)?.id ?? entry.rule.id;
        const rule = { ...entry.rule, id };
        return isMarked || id !== entry.rule.id
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
      return isMarked || !keys.standing.has(key) ? [{ kind: 'remove', entry }] : [];
    });
}
