import { isTrusted, type TrustedActor } from '../changes/actor';
import type { Change } from '../changes/change';
import {
  namesAsItStands,
  namesByNewValues,
  namesByValues,
  namesMissing,
} from '../changes/named-rules';
import { type Grant, isHistoryComplete, type LedgerEntry } from '../ledger/ledger';

/**
 * CloudTrail's own memory of calls, which no one but CloudTrail can write to. It lags by minutes.
 */
export interface EventHistory {
  /** Undefined where it does not have the event (yet). */
  eventOf(eventId: string): Promise<Change | undefined>;
  /** Calls that concern the group, from the time on. */
  changesOf(groupId: string, since: Date): Promise<readonly Change[]>;
}

/**
 * Whether the event is what the grant says it is: a call of a trusted actor that gave the rule
 * these values.
 */
export function confirms(
  change: Change | undefined,
  groupId: string,
  { rule }: Pick<LedgerEntry, 'rule'>,
  trustedActors: readonly TrustedActor[],
): boolean {
  if (!change || change.errorCode || !isTrusted(change.actor, trustedActors)) return false;
  const { subject, rules } = change;
  if (subject.kind !== 'group' || !(namesByValues(rules, rule) || namesByNewValues(rules, rule))) {
    return false;
  }
  const { id } = subject.group;
  // Another group may have the same name, but no rule has the same id.
  return id === undefined
    ? rule.id !== undefined &&
        [...rules.present, ...rules.modifiedTo].some((named) => named.id === rule.id)
    : id === groupId;
}

/** The entry with what the history says of its grants. */
export async function confirmGrants(
  entry: LedgerEntry,
  groupId: string,
  history: EventHistory,
  trustedActors: readonly TrustedActor[],
  now: Date,
): Promise<LedgerEntry> {
  const grants = await Promise.all(
    entry.grants.map(async (grant): Promise<Grant> => {
      if (grant.confirmed || grant.eventId === undefined) return grant;
      const change = await history.eventOf(grant.eventId);
      if (confirms(change, groupId, entry, trustedActors)) return { ...grant, confirmed: true };
      return isRefuted(grant, change, trustedActors, now) ? { ...grant, confirmed: false } : grant;
    }),
  );
  return { ...entry, grants };
}

/**
 * A trusted actor's call whose values cannot be read, or are others by now, is not forged: it is no
 * ground to put anything back, and that is all.
 */
function isRefuted(
  grant: Grant,
  change: Change | undefined,
  trustedActors: readonly TrustedActor[],
  now: Date,
): boolean {
  return (
    isHistoryComplete(grant, now) &&
    (change === undefined || !isTrusted(change.actor, trustedActors))
  );
}

/** The latest of the calls that can have made the rule what it is, or taken it away. */
export function explanationOf(
  rule: LedgerEntry['rule'],
  isPresent: boolean,
  changes: readonly Change[],
): Change | undefined {
  return changes
    .filter(
      ({ errorCode, rules }) =>
        !errorCode && (isPresent ? namesAsItStands(rules, rule) : namesMissing(rules, rule)),
    )
    .sort((a, b) => b.time.getTime() - a.time.getTime())[0];
}
