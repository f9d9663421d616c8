import type { Change } from './change';
import { namesAsItStands, namesByValues, namesMissing } from './judge';
import type { Grant, LedgerEntry } from './ledger';
import { isTrusted, type TrustedActor } from '../actor/actor';

/** CloudTrail's own memory of calls, which nobody but CloudTrail can write to. It lags by minutes. */
export interface EventHistory {
  /** Undefined where it does not have the event (yet). */
  eventOf(eventId: string): Promise<Change | undefined>;
  /** Calls that concern the group, from the time on. */
  changesOf(groupId: string, since: Date): Promise<readonly Change[]>;
}

/**
 * Whether the event is what the grant says it is: a call of a trusted actor that named this rule with these values. Of a rule that was
 * modified only the id is known, which may have stood for other values before and after.
 */
export function confirms(change: Change | undefined, groupId: string, { rule }: Pick<LedgerEntry, 'rule'>, trustedActors: readonly TrustedActor[]): boolean {
  if (!change || change.errorCode || !isTrusted(change.actor, trustedActors)) return false;
  if (change.subject.kind !== 'group' || !namesByValues(change.rules, rule)) return false;
  const { id } = change.subject.group;
  // Another group may have the same name, but no rule has the same id.
  return id === undefined ? rule.id !== undefined && change.rules.present.some((named) => named.id === rule.id) : id === groupId;
}

/** The entry with those of its grants confirmed that the history confirms. */
export async function confirmGrants(
  entry: LedgerEntry, groupId: string, history: EventHistory, trustedActors: readonly TrustedActor[],
): Promise<LedgerEntry> {
  const grants = await Promise.all(entry.grants.map(async (grant): Promise<Grant> => {
    if (grant.confirmed || grant.eventId === undefined) return grant;
    const isConfirmed = confirms(await history.eventOf(grant.eventId), groupId, entry, trustedActors);
    return isConfirmed ? { ...grant, confirmed: true } : grant;
  }));
  return { ...entry, grants };
}

/** The latest of the calls that can have made the rule what it is, or taken it away. */
export function explanationOf(rule: LedgerEntry['rule'], isPresent: boolean, changes: readonly Change[]): Change | undefined {
  return changes
    .filter(({ errorCode, rules }) => !errorCode && (isPresent ? namesAsItStands(rules, rule) : namesMissing(rules, rule)))
    .sort((a, b) => b.time.getTime() - a.time.getTime())[0];
}
