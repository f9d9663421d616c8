import type { GroupRules } from '../groups/security-groups';
import { entryOf, type GroupLedger, type LedgerEntry } from '../ledger/ledger';
import type { Rule } from '../rules/rule';

/**
 * Since when the rule has waited for an event that explains it. The wait belongs to the rule's id,
 * and where rules come and go, to the group: who gives it other values again and again, or puts
 * another in its place, must not begin it anew.
 */
export function waitingSince(rule: Rule, group: GroupRules, ledger: GroupLedger): Date | undefined {
  const own = entryOf(rule, ledger)?.unexplainedSince;
  if (own) return own;
  const standingIds = new Set(group.rules.map(({ id }) => id));
  const inherited = [...ledger.entries.values()].filter(
    (entry) => isWaiting(entry) && (entry.rule.id === rule.id || !standingIds.has(entry.rule.id)),
  );
  return earliest(inherited.flatMap(({ unexplainedSince }) => unexplainedSince ?? []));
}

/** One that was found at adoption, or whose grant has ended, does not wait for an event. */
export function isWaiting({ unexplainedSince, grants }: LedgerEntry): boolean {
  return unexplainedSince !== undefined && unexplainedSince.getTime() > 0 && grants.length === 0;
}

function earliest(times: readonly Date[]): Date | undefined {
  return times.length === 0
    ? undefined
    : new Date(Math.min(...times.map((time) => time.getTime())));
}

/** Whether it has waited long enough. */
export function isDue(
  since: Date | undefined,
  now: Date,
  settleMilliseconds: number,
): since is Date {
  return since !== undefined && now.getTime() - since.getTime() >= settleMilliseconds;
}
