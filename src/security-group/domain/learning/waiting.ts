import { earliest } from '../earliest';
import type { GroupRules } from '../groups/security-groups';
import { entryOf, type GroupLedger, type LedgerEntry } from '../ledger/ledger';
import type { Rule } from '../rules/rule';

/**
 * Since when the rule has waited for an event that explains it. The wait belongs to the rule's id:
 * the one who gives it other values over and over must not begin it again.
 */
export function waitingSince(rule: Rule, ledger: GroupLedger): Date | undefined {
  const own = entryOf(rule, ledger)?.unexplainedSince;
  return own ?? earliestWait(waitingEntries(ledger).filter((entry) => entry.rule.id === rule.id));
}

/**
 * Since when a rule that is seen for the first time counts as waiting. Where rules come and go, the
 * wait belongs to the group: the one who puts another in its place must not begin it again either.
 * But the rule is seen once before it is due, since its own event may be on its way.
 */
export function beginningOfWait(
  rule: Rule,
  group: GroupRules,
  ledger: GroupLedger,
): Date | undefined {
  const standingIds = new Set(group.rules.map(({ id }) => id));
  const gone = waitingEntries(ledger).filter((entry) => !standingIds.has(entry.rule.id));
  return waitingSince(rule, ledger) ?? earliestWait(gone);
}

function waitingEntries({ entries }: GroupLedger): readonly LedgerEntry[] {
  return [...entries.values()].filter(isWaiting);
}

/** One that was found at adoption, or whose grant has ended, does not wait for an event. */
export function isWaiting({ unexplainedSince, grants }: LedgerEntry): boolean {
  return unexplainedSince !== undefined && unexplainedSince.getTime() > 0 && grants.length === 0;
}

function earliestWait(entries: readonly LedgerEntry[]): Date | undefined {
  const times = entries.flatMap(({ unexplainedSince }) => unexplainedSince ?? []);
  return times.length === 0 ? undefined : earliest(times);
}

/** Whether it has waited long enough. */
export function isDue(
  since: Date | undefined,
  now: Date,
  settleMilliseconds: number,
): since is Date {
  return since !== undefined && now.getTime() - since.getTime() >= settleMilliseconds;
}
