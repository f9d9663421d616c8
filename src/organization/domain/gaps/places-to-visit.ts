import type { CoverageMemory, KnownPlace } from './coverage-store';
import { TRIED_AFTER_SECONDS } from './coverage-times';
import type { Look } from './place-state';
import type { AccountSelection } from '../member-accounts';
import { isSamePlace, type Place } from '../place';
import type { SourceKind } from '../sources';
import { isWatched } from '../watched-place';

export interface HubPlaces {
  readonly selection: AccountSelection;
  /** Undefined: all that an account has enabled. */
  readonly regions: readonly string[] | undefined;
  /** That of the sentry's stack, which it watches by itself. */
  readonly own: Place;
  /** By which the hub learns of changes. */
  readonly sources: readonly SourceKind[];
}

/** The places in which the hub may look, as it found when it looked last. */
export function placesToReconcile(memory: CoverageMemory, hub: HubPlaces): Place[] {
  return reachable(memory, hub).map(({ place }) => place);
}

/**
 * The places in which a heartbeat would show whether a source brings anything. Where there is no
 * group, there is nothing to try it on.
 */
export function placesToTry(memory: CoverageMemory, hub: HubPlaces, now: Date): Place[] {
  const longAgo = now.getTime() - TRIED_AFTER_SECONDS * 1_000;
  return reachable(memory, hub)
    .filter(({ look }) => look?.kind === 'seen' && look.hasGroups && canBeHeard(look, hub.sources))
    .filter(({ sightings }) => sightings.every(({ lastAt }) => lastAt.getTime() <= longAgo))
    .map(({ place }) => place);
}

/** Where the rule is not as it was made, that is known to be why no event is forwarded. */
function canBeHeard(
  { rule }: Extract<Look, { kind: 'seen' }>,
  sources: readonly SourceKind[],
): boolean {
  return sources.some((source) => source !== 'forwarded-events' || rule === 'as-made');
}

function reachable({ list, places }: CoverageMemory, hub: HubPlaces): KnownPlace[] {
  const { selection, regions, own } = hub;
  return places
    .filter(({ look }) => look?.kind === 'seen' || look?.kind === 'failed')
    .filter(({ place }) => !isSamePlace(place, own))
    .filter(({ place }) => isWatched(place, { selection, list, regions }));
}
