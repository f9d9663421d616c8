import { mayBeBelieved } from './absent-events';
import { isTrusted, nameOf, type TrustedActor } from '../changes/actor';
import type { Change } from '../changes/change';
import {
  namesAsItStands,
  namesByNewValues,
  namesByValues,
  namesMissing,
} from '../changes/named-rules';
import { DEFAULT_GROUP, isMadeWithGroup } from '../groups/rules-of-new-group';
import type { Grant, LedgerEntry } from '../ledger/ledger';

/**
 * CloudTrail's own memory of calls, which no one but CloudTrail can write to. It lags by minutes.
 */
export interface EventHistory {
  /** Undefined where it does not have the event (yet). */
  eventOf(eventId: string): Promise<Change | undefined>;
  /** Calls that concern the group, from the time on. */
  changesOf(groupId: string, since: Date): Promise<readonly Change[]>;
  /** Calls that make groups or write rules, in all groups, from the time on. */
  changesSince(since: Date): Promise<RecentChanges>;
}

export interface RecentChanges {
  readonly changes: readonly Change[];
  /** False where there are too many to look all up. */
  readonly areAll: boolean;
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
  if (makesGroup(subject, groupId)) {
    return isMadeWithGroup(rule, { id: groupId, name: DEFAULT_GROUP });
  }
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

/** Of a VPC's default group, the record names the VPC alone. */
function makesGroup(subject: Change['subject'], groupId: string): boolean {
  return (
    subject.kind === 'vpc-created' ||
    (subject.kind === 'group-created' && subject.group.id === groupId)
  );
}

/**
 * The entry with what the history says of its grants. `ifAbsent` says what becomes of a grant whose
 * event is not there: nothing, since it may be late.
 */
export async function confirmGrants(
  entry: LedgerEntry,
  groupId: string,
  history: EventHistory,
  trustedActors: readonly TrustedActor[],
  ifAbsent: (grant: Grant) => Grant = (grant) => grant,
): Promise<LedgerEntry> {
  const grants = await Promise.all(
    entry.grants.map(async (grant): Promise<Grant> => {
      if (grant.confirmed || grant.eventId === undefined) return grant;
      const change = await history.eventOf(grant.eventId);
      if (!change) return ifAbsent(grant);
      if (confirms(change, groupId, entry, trustedActors)) return { ...grant, confirmed: true };
      return isRefuted(grant, change, trustedActors) ? { ...grant, confirmed: false } : grant;
    }),
  );
  return { ...entry, grants };
}

/** The entry without what spoke for it before a trusted actor's call replaced its values. */
export async function endReplaced(
  entry: LedgerEntry,
  history: EventHistory,
  trustedActors: readonly TrustedActor[],
  now: Date,
): Promise<LedgerEntry> {
  const { replacedBy, ...rest } = entry;
  if (!replacedBy) return entry;
  const change = await history.eventOf(replacedBy.eventId);
  if (!change) return mayBeBelieved({ since: replacedBy.at }, now) ? entry : rest;
  const isReplaced =
    !change.errorCode &&
    isTrusted(change.actor, trustedActors) &&
    change.rules.modifiedIds.includes(entry.rule.id ?? '');
  if (!isReplaced) return rest;
  const grants = rest.grants.map((grant) =>
    grant.since < change.time ? { ...grant, confirmed: false } : grant,
  );
  return { ...rest, grants };
}

/**
 * The event is another's than it said it was. A trusted actor's call whose values cannot be read,
 * or are others by now, is not forged: it is no ground to put anything back, and that is all.
 */
function isRefuted(
  { by }: Grant,
  { actor }: Change,
  trustedActors: readonly TrustedActor[],
): boolean {
  return !isTrusted(actor, trustedActors) && nameOf(actor) !== by;
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
