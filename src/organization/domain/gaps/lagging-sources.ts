import { COMES_LATER_SECONDS } from './coverage-times';
import type { PlaceState } from './place-state';
import type { SourceKind } from '../sources';

type HeardPlace = Pick<PlaceState, 'sightings' | 'look'>;

/** A source that brings nothing, while another brings something of the same places. */
export interface LaggingSource {
  readonly source: SourceKind;
  /** When it brought something last. */
  readonly lastAt: Date;
  /** When another brought what it has yet to bring. */
  readonly othersAt: Date;
  /** When people were told; absent: it may only be late. */
  readonly toldAt?: Date;
}

export interface SourceNews {
  /** To be remembered: all that lag. */
  readonly lagging: readonly LaggingSource[];
  /** Those of them that are told now. */
  readonly fellBehind: readonly LaggingSource[];
  /** Told before, and bring records again. */
  readonly caughtUp: readonly SourceKind[];
}

/** By so much two records of one source may differ in how late they come. */
const SPREAD_SECONDS = 10 * 60;

/** So long, and as long as it is slow, a source may take. */
const AWAITED_SECONDS = 30 * 60;

/**
 * Silence of one source is no silence of the place. Where two are to bring the same, one tells
 * within the hour that the other is dead.
 */
export function sourceNews(
  sources: readonly SourceKind[],
  places: readonly HeardPlace[],
  { before, now }: { readonly before: readonly LaggingSource[]; readonly now: Date },
): SourceNews {
  const judged = sources.flatMap((source) => {
    const known = before.find((one) => one.source === source);
    return laggingSource(source, places, known) ?? [];
  });
  const lagging = judged.map((one) => (isToBeTold(one, now) ? { ...one, toldAt: now } : one));
  return {
    lagging,
    fellBehind: lagging.filter(({ toldAt }) => toldAt === now),
    caughtUp: before
      .filter((one) => one.toldAt && hasBroughtSince(one, places))
      .map(({ source }) => source),
  };
}

function hasBroughtSince(
  { source, lastAt }: LaggingSource,
  places: readonly HeardPlace[],
): boolean {
  return places
    .flatMap(({ sightings }) => sightings)
    .some((one) => one.source === source && one.lastAt > lastAt);
}

/** What was awaited first stays so until the source brings something. */
function laggingSource(
  source: SourceKind,
  places: readonly HeardPlace[],
  known: LaggingSource | undefined,
): LaggingSource | undefined {
  const found = awaitedFrom(source, places);
  if (!found || !known) return found;
  return found.lastAt > known.lastAt ? found : known;
}

function awaitedFrom(source: SourceKind, places: readonly HeardPlace[]): LaggingSource | undefined {
  const works = places.filter((place) => bringsOf(source, place));
  const sightings = works.flatMap((place) => place.sightings);
  const lastAt = latest(sightings.filter((one) => one.source === source));
  if (!lastAt) return undefined;
  const others = sightings
    .filter((one) => one.source !== source)
    .filter((one) => one.lastAt.getTime() - latenessOf(one.source) > lastAt.getTime());
  const othersAt = latest(others);
  return othersAt && { source, lastAt, othersAt };
}

/** Whether the source is known to bring records of the place, and nothing is known to bar it. */
function bringsOf(source: SourceKind, { sightings, look }: HeardPlace): boolean {
  if (source === 'forwarded-events' && look?.kind === 'seen' && look.rule !== 'as-made') {
    return false;
  }
  return sightings.some((one) => one.source === source);
}

/** Milliseconds by which a record may have come before it came by this source. */
function latenessOf(source: SourceKind): number {
  return (COMES_LATER_SECONDS[source] + SPREAD_SECONDS) * 1_000;
}

function isToBeTold({ source, othersAt, toldAt }: LaggingSource, now: Date): boolean {
  if (toldAt) return false;
  const patience = (COMES_LATER_SECONDS[source] + AWAITED_SECONDS) * 1_000;
  return now.getTime() - othersAt.getTime() > patience;
}

function latest(sightings: readonly { readonly lastAt: Date }[]): Date | undefined {
  if (sightings.length === 0) return undefined;
  return new Date(Math.max(...sightings.map(({ lastAt }) => lastAt.getTime())));
}
