import type { KnownMembers } from './admit-record';
import { membershipOf } from './member-accounts';
import type { Place } from './place';

/** Nothing is done in a place that the hub does not watch, whatever its roles would still allow. */
export class UnwatchedPlaceError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnwatchedPlaceError';
  }
}

type Choice = Pick<KnownMembers, 'selection' | 'list'>;
type Watch = Choice & Pick<KnownMembers, 'regions'>;

/** Whether the hub watches the place as that of a member: by account, and by Region. */
export function isWatched(place: Place, members: Watch): boolean {
  return whyUnwatched(place, members) === undefined;
}

/**
 * Throws an UnwatchedPlaceError. What waited for long, as a decision of people does, may be about
 * an account that has left: its roles let the hub in for as long as they are there, since they ask
 * for the hub's organization and not for their own.
 */
export function refuseUnwatched(place: Place, members: Watch): void {
  const reason = whyUnwatched(place, members);
  if (reason !== undefined) throw new UnwatchedPlaceError(reason);
}

function whyUnwatched(
  { accountId, region }: Place,
  { regions, ...choice }: Watch,
): string | undefined {
  const reason = whyNoMember(accountId, choice);
  if (reason !== undefined || regions?.includes(region) !== false) return reason;
  return `The hub does not watch ${region} any more.`;
}

/** The same of an account, where its Regions do not matter. Undefined: it is a member. */
export function whyNoMember(accountId: string, { selection, list }: Choice): string | undefined {
  switch (membershipOf(accountId, selection, list).kind) {
    case 'member':
      return undefined;
    case 'suspended':
      return `Account ${accountId} is suspended or closed.`;
    case 'left-out':
      return `The hub leaves account ${accountId} out.`;
    case 'unknown':
      return `Account ${accountId} is no member of the hub any more.`;
  }
}
