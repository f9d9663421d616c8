import type { Gap } from './find-gaps';
import { placeKey } from '../place';

/** A gap that stands, as it is remembered. */
export interface StandingGap extends Gap {
  readonly since: Date;
}

/** The difference between what was known and what was found. */
export interface CoverageNews {
  readonly begun: readonly StandingGap[];
  /** Places that were covered and are not any more: told at once. */
  readonly wentDark: readonly StandingGap[];
  /** Gaps that are closed: told at once where the gap was told at once. */
  readonly ended: readonly StandingGap[];
  /** All gaps that stand now: told once a day. */
  readonly standing: readonly StandingGap[];
}

export function coverageNews(
  known: readonly StandingGap[],
  found: readonly Gap[],
  now: Date,
): CoverageNews {
  const knownByKey = new Map(known.map((gap) => [gapKey(gap), gap]));
  const foundKeys = new Set(found.map(gapKey));
  const standing = found.map((gap) => ({
    ...gap,
    since: knownByKey.get(gapKey(gap))?.since ?? now,
  }));
  const begun = standing.filter((gap) => !knownByKey.has(gapKey(gap)));
  return {
    begun,
    wentDark: begun.filter(({ lastCoveredAt }) => lastCoveredAt !== undefined),
    ended: known.filter((gap) => !foundKeys.has(gapKey(gap))),
    standing,
  };
}

/** A gap whose cause changes is another gap: something else has to be done about it. */
export function gapKey({ place, source, cause }: Gap): string {
  return `${placeKey(place)}#${source ?? 'all'}#${cause}`;
}
