import { OperatorError } from './operator-error';
import { type AccountScope, isNarrow } from '../../organization/domain/account-scope';
import type { KnownMembers } from '../../organization/domain/admit-record';
import { isBelow, membershipOf } from '../../organization/domain/member-accounts';
import { isSamePlace, type Place } from '../../organization/domain/place';

/** Where an order is for. What is left out is that of the operator function itself. */
export interface InPlace {
  readonly account?: string;
  readonly region?: string;
}

/** The places that operators may name. */
export interface OrderablePlaces {
  readonly own: Place;
  /** Absent where the sentry has no hub, and so only its own place. */
  readonly members?: KnownMembers;
}

/** The place that an order is for. Throws an OperatorError for one that is not watched. */
export function orderedPlace(
  { account, region }: InPlace,
  { own, members }: OrderablePlaces,
): Place {
  const place = { accountId: account ?? own.accountId, region: region ?? own.region };
  if (isSamePlace(place, own)) return place;
  if (!members) {
    throw new OperatorError(
      `The sentry has no hub, so it watches account ${own.accountId} in ${own.region} alone: leave "account" and "region" out, or give the order to the sentry of ${place.accountId} in ${place.region}.`,
    );
  }
  refuseNoMember(place.accountId, members);
  if (members.regions && !members.regions.includes(place.region)) {
    throw new OperatorError(
      `The hub does not watch ${place.region}: it watches ${members.regions.join(', ')}.`,
    );
  }
  return place;
}

/** Throws an OperatorError where the order would silently reach no account. */
export function refuseUnknownScope(scope: AccountScope, { own, members }: OrderablePlaces): void {
  if (!isNarrow(scope)) return;
  if (!members) {
    throw new OperatorError(
      'The sentry has no hub, so it is paused as a whole: leave "accounts" and "units" out.',
    );
  }
  const { accounts = [], units = [] } = scope;
  for (const id of accounts) {
    if (id !== own.accountId) refuseNoMember(id, members);
  }
  units.forEach((unit) => refuseEmptyUnit(unit, members));
}

function refuseNoMember(accountId: string, { selection, list }: KnownMembers): void {
  const { kind } = membershipOf(accountId, selection, list);
  if (kind === 'unknown') {
    throw new OperatorError(
      `The hub knows no account ${accountId}: give the id of one that it watches. One that is new is known once the accounts were listed again.`,
    );
  }
  if (kind === 'left-out') {
    throw new OperatorError(`The hub leaves account ${accountId} out: give one that it watches.`);
  }
}

function refuseEmptyUnit(unit: string, { list }: KnownMembers): void {
  if (list?.accounts.some(({ path }) => isBelow(path, [unit]))) return;
  throw new OperatorError(
    `The hub knows no account in the unit ${unit}: give the id of a unit or root with accounts in it, or name the accounts.`,
  );
}
