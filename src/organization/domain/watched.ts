import type { KnownMembers } from './admit-record';
import { membershipOf } from './member-accounts';
import type { Place } from './place';

/** Whether the hub watches the place as that of a member: by account, and by Region. */
export function isWatched(place: Place, { selection, list, regions }: KnownMembers): boolean {
  if (regions?.includes(place.region) === false) return false;
  return membershipOf(place.accountId, selection, list).kind === 'member';
}
