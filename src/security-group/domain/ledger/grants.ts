import type { Grant, LedgerEntry } from './ledger';
import type { LedgerChange } from './ledger-store';
import type { PrefixLists } from '../rules/prefix-list';
import type { Rule } from '../rules/rule';

/** Once, however often. What suspended earlier grants ends: the rule is there again. */
export function withGrant(
  rule: Rule,
  entry: LedgerEntry | undefined,
  grant: Grant,
  lists: PrefixLists,
): LedgerEntry {
  const version =
    rule.peer.kind === 'prefixList' ? lists.get(rule.peer.prefixListId)?.version : undefined;
  const others = (entry?.grants ?? []).filter(({ requestId }) => requestId !== grant.requestId);
  return {
    revision: 0,
    ...entry,
    rule,
    grants: [...others, grant],
    suspension: undefined,
    unexplainedSince: undefined,
    missingSince: undefined,
    ...(version !== undefined && { prefixListVersion: version }),
  };
}

/**
 * Removes the entry of a rule that was modified for good. One modified for a time has its entry
 * suspended, since the rule is to be that again afterwards.
 */
export function replaced(entry: LedgerEntry, { requestId, until }: Grant): LedgerChange {
  return until && requestId !== undefined
    ? put({ ...entry, suspension: { requestId, until } })
    : { kind: 'remove', entry };
}

export function put(entry: LedgerEntry): LedgerChange {
  return { kind: 'put', entry };
}

/** As if no one had asked. */
export function withoutRequest(entry: LedgerEntry, requestId: string | undefined): LedgerEntry {
  const { suspension, ...rest } = entry;
  const grants = entry.grants.filter((grant) => grant.requestId !== requestId);
  return {
    ...rest,
    grants,
    ...(suspension && suspension.requestId !== requestId && { suspension }),
  };
}
