import { NO_RULES } from './change';
import { judge } from './judge';
import { entryOf, type GroupLedger, type LedgerEntry, livingGrants } from './ledger';
import type { LedgerChange } from './ledger-store';
import type { PrefixLists } from './prefix-list';
import { type Rule, ruleKey } from './rule';
import type { GroupRules } from './security-groups';
import type { SentryConfiguration } from './sentry-configuration';

/** What reconcile finds in one group. */
export interface GroupSurvey {
  /** Differences that no event has explained for longer than `settleTime`. */
  readonly due: readonly Rule[];
  /** What is to be remembered until the next run. */
  readonly changes: readonly LedgerChange[];
}

/** Compares the group with the ledger: what differs waits for its event, and is due when none has come. */
export function surveyGroup(
  group: GroupRules, ledger: GroupLedger, prefixLists: PrefixLists, { policies, settleMilliseconds }: SentryConfiguration, now: Date,
): GroupSurvey {
  const judgements = judge({ group, ledger, policies, prefixLists, now, hints: { ...NO_RULES, byTrustedActor: false } });
  const waiting = judgements.filter(({ verdict, present, violations }) => verdict === 'wait' && (!present || violations.length > 0));
  const since = ({ present, rule }: { present: boolean; rule: Rule }) => {
    const entry = entryOf(rule, ledger);
    return present ? entry?.unexplainedSince : entry?.missingSince;
  };
  const untold = waiting.filter(({ rule, present }) => !present || entryOf(rule, ledger)?.toldAt === undefined);
  return {
    due: untold.filter((one) => isDue(since(one), now, settleMilliseconds)).map(({ rule }) => rule),
    changes: [
      ...untold.filter((one) => since(one) === undefined).map(({ rule, present }): LedgerChange => ({ kind: 'put', entry: markedEntry(rule, present, ledger, now) })),
      ...settled(ledger, new Set(waiting.map(({ rule }) => ruleKey(rule))), now),
    ],
  };
}

function markedEntry(rule: Rule, present: boolean, ledger: GroupLedger, now: Date): LedgerEntry {
  const entry = entryOf(rule, ledger);
  if (!present && entry) return { ...entry, missingSince: now };
  return { revision: 0, grants: [], ...entry, rule, unexplainedSince: now };
}

/** What has come right by itself is not waited for any more. */
function settled({ entries }: GroupLedger, waiting: ReadonlySet<string>, now: Date): LedgerChange[] {
  return [...entries].filter(([key, entry]) => (entry.unexplainedSince || entry.missingSince) && !waiting.has(key)).map(([, entry]): LedgerChange =>
    (livingGrants(entry, now).length > 0 ? { kind: 'put', entry: { ...entry, unexplainedSince: undefined, missingSince: undefined } } : { kind: 'remove', entry }));
}

/** Whether reconcile has waited long enough, as the ledger, which only reconcile writes, has it. */
export function isDue(since: Date | undefined, now: Date, settleMilliseconds: number): since is Date {
  return since !== undefined && now.getTime() - since.getTime() >= settleMilliseconds;
}
