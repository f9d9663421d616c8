import type { AccountList, AccountSelection, OrganizationAccount } from './member-accounts';
import { membershipOf } from './member-accounts';
import type { Place } from './place';

/** A record, and the place that AWS says it comes from: by envelope, key of object, or column. */
export interface SourcedRecord {
  readonly place: Place;
  /** The record's own words, which prove nothing. */
  readonly says: { readonly recipientAccountId?: string; readonly region?: string };
}

export interface KnownMembers {
  readonly selection: AccountSelection;
  readonly list: AccountList | undefined;
  /** Undefined: all that the account has enabled. */
  readonly regions: readonly string[] | undefined;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly place: Place; readonly account?: OrganizationAccount }
  /** Perhaps an account that has joined since the list was read. */
  | { readonly kind: 'unknown-account'; readonly accountId: string }
  /** Neither the hub nor its members have to do with it. */
  | { readonly kind: 'passed-over' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The place is believed where AWS vouches for it. A record that says otherwise is of no one knows
 * where, and nothing is done about it.
 */
export function admitRecord({ place, says }: SourcedRecord, members: KnownMembers): Admission {
  const { accountId, region } = place;
  if (says.recipientAccountId !== undefined && says.recipientAccountId !== accountId) {
    return refused(
      `It came from account ${accountId}, and says that it is of ${says.recipientAccountId}.`,
    );
  }
  if (says.region !== undefined && says.region !== region) {
    return refused(`It came from ${region}, and says that it is of ${says.region}.`);
  }
  const membership = membershipOf(accountId, members.selection, members.list);
  if (membership.kind === 'unknown') return { kind: 'unknown-account', accountId };
  if (membership.kind === 'left-out') return { kind: 'passed-over' };
  if (members.regions && !members.regions.includes(region)) return { kind: 'passed-over' };
  const { account } = membership;
  return { kind: 'admitted', place, ...(account && { account }) };
}

function refused(reason: string): Admission {
  return { kind: 'refused', reason };
}
