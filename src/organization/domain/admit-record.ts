import type { AccountList, AccountSelection, OrganizationAccount } from './member-accounts';
import { accountIn, membershipOf } from './member-accounts';
import { isSamePlace, type Place } from './place';

/** A record, and the place that AWS says it comes from: by envelope, key of object, or column. */
export interface SourcedRecord {
  readonly place: Place;
  /** The record's own words, which prove nothing. */
  readonly says: { readonly recipientAccountId?: string; readonly region?: string };
  /** When the hub got it. */
  readonly receivedAt: Date;
}

export interface KnownMembers {
  readonly selection: AccountSelection;
  readonly list: AccountList | undefined;
  /** Undefined: all that the account has enabled. */
  readonly regions: readonly string[] | undefined;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly place: Place; readonly account?: OrganizationAccount }
  /** Perhaps an account that has joined since the list was read: a later list may have it. */
  | { readonly kind: 'unknown-account'; readonly accountId: string }
  /** AWS takes no calls there, so nothing can be done. Coverage names the account. */
  | { readonly kind: 'suspended'; readonly account: OrganizationAccount }
  /** Neither the hub nor its members have to do with it. */
  | { readonly kind: 'passed-over' }
  | { readonly kind: 'refused'; readonly reason: string };

/** AWS lists an account before anything can happen there; this is for clocks that differ. */
const LIST_LAGS_MILLISECONDS = 5 * 60_000;

/** The hub's own place needs no list to be known. */
export function admitToHub(record: SourcedRecord, members: KnownMembers, own: Place): Admission {
  if (!isSamePlace(record.place, own)) return admitRecord(record, members);
  const account = accountIn(members.list, own.accountId);
  return contradiction(record) ?? { kind: 'admitted', place: own, ...(account && { account }) };
}

/**
 * The place is believed where AWS vouches for it. A record that says otherwise is of no one knows
 * where, and nothing is done about it.
 */
export function admitRecord(record: SourcedRecord, members: KnownMembers): Admission {
  return contradiction(record) ?? admitMember(record, members);
}

function contradiction({ place, says }: SourcedRecord): Admission | undefined {
  const { accountId, region } = place;
  if (says.recipientAccountId !== undefined && says.recipientAccountId !== accountId) {
    return refused(
      `It came from account ${accountId}, and says that it is of ${says.recipientAccountId}.`,
    );
  }
  if (says.region !== undefined && says.region !== region) {
    return refused(`It came from ${region}, and says that it is of ${says.region}.`);
  }
  return undefined;
}

function admitMember(record: SourcedRecord, members: KnownMembers): Admission {
  const { place } = record;
  const membership = membershipOf(place.accountId, members.selection, members.list);
  if (membership.kind === 'unknown') return admitUnknown(record, members);
  if (membership.kind === 'left-out') return { kind: 'passed-over' };
  if (members.regions && !members.regions.includes(place.region)) return { kind: 'passed-over' };
  if (membership.kind === 'suspended') return membership;
  const { account } = membership;
  return { kind: 'admitted', place, ...(account && { account }) };
}

/** Where the accounts are named one by one, no other can join. A trail may record them as well. */
function admitUnknown(
  { place: { accountId }, receivedAt }: SourcedRecord,
  { selection, list }: KnownMembers,
): Admission {
  if (selection.kind === 'accounts') return { kind: 'passed-over' };
  const joinedBy = receivedAt.getTime() + LIST_LAGS_MILLISECONDS;
  if (!list || list.readAt.getTime() <= joinedBy) return { kind: 'unknown-account', accountId };
  return refused(
    `It came from account ${accountId}, which is not of the organization, by the list that was read at ${list.readAt.toISOString()}.`,
  );
}

function refused(reason: string): Admission {
  return { kind: 'refused', reason };
}
