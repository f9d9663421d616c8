import type { KnownPlace } from './coverage-store';
import type { Place } from '../place';

/** Why a place is not watched any more, without being a gap. */
export const LEFT_CAUSES = ['NO_MEMBER', 'REGION_LEFT_OUT', 'REGION_OFF'] as const;

export type LeftCause = (typeof LEFT_CAUSES)[number];

export interface LeftPlace {
  readonly place: Place;
  readonly cause: LeftCause;
}

/** What a hub is to watch now. */
export interface Scope {
  readonly memberIds: readonly string[];
  /** Undefined: all that an account has enabled. */
  readonly regions: readonly string[] | undefined;
  readonly hubRegion: string;
}

export interface WatchedPlaces {
  readonly watched: readonly KnownPlace[];
  /** Told once, and forgotten. */
  readonly left: readonly LeftPlace[];
  /** Places that stood for an account before its Regions were known. */
  readonly replaced: readonly Place[];
  /** Those of which the hub knows nothing yet: they have their time from now. */
  readonly missing: readonly Place[];
}

export function watchedPlaces(known: readonly KnownPlace[], scope: Scope): WatchedPlaces {
  const members = new Set(scope.memberIds);
  const looked = new Set(known.flatMap(({ place, look }) => (look ? [place.accountId] : [])));
  const causeOf = ({ place, look }: KnownPlace): LeftCause | undefined => {
    if (!members.has(place.accountId)) return 'NO_MEMBER';
    if (scope.regions?.includes(place.region) === false) return 'REGION_LEFT_OUT';
    return look?.kind === 'off' ? 'REGION_OFF' : undefined;
  };
  const isReplaced = (one: KnownPlace) =>
    scope.regions === undefined && isUnknown(one) && looked.has(one.place.accountId);
  const staying = known.filter((one) => causeOf(one) === undefined);
  const watched = staying.filter((one) => !isReplaced(one));
  return {
    watched,
    left: known.flatMap((one) => {
      const cause = causeOf(one);
      return cause === undefined ? [] : [{ place: one.place, cause }];
    }),
    replaced: staying.filter(isReplaced).map(({ place }) => place),
    missing: missingPlaces(watched, scope),
  };
}

/** An account of which nothing is known stands for all of its Regions, until it is looked at. */
function missingPlaces(
  watched: readonly KnownPlace[],
  { memberIds, regions, hubRegion }: Scope,
): Place[] {
  const known = new Map<string, Set<string>>();
  for (const { place } of watched) {
    const seen = known.get(place.accountId);
    if (seen) seen.add(place.region);
    else known.set(place.accountId, new Set([place.region]));
  }
  return memberIds.flatMap((accountId) => {
    const seen = known.get(accountId);
    const expected = regions ?? (seen ? [] : [hubRegion]);
    return expected.filter((region) => !seen?.has(region)).map((region) => ({ accountId, region }));
  });
}

/** By account: the Regions in which it was looked at, or heard of. */
export function regionsByAccount(
  places: readonly KnownPlace[],
): ReadonlyMap<string, readonly string[]> {
  const regions = new Map<string, string[]>();
  for (const { accountId, region } of places.filter(isKnown).map(({ place }) => place)) {
    const ofAccount = regions.get(accountId);
    if (ofAccount) ofAccount.push(region);
    else regions.set(accountId, [region]);
  }
  return regions;
}

function isKnown(known: KnownPlace): boolean {
  return !isUnknown(known);
}

function isUnknown({ look, sightings }: KnownPlace): boolean {
  return !look && sightings.length === 0;
}
