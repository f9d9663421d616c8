import type { CoverageMemory } from './coverage-store';
import type { ExpectedSource, SourceKind } from '../sources';

const EVER = new Date(0);

/** A source that a deployment adds has its time from the first run that knows it. */
export function expectedSources(
  memory: CoverageMemory,
  sources: readonly SourceKind[],
  now: Date,
): ExpectedSource[] {
  const known = memory.lastRun?.sources ?? [];
  return sources.map(
    (source) =>
      known.find((one) => one.source === source) ?? {
        source,
        since: isOfEarlierVersion(source, memory) ? EVER : now,
      },
  );
}

/** Runs of an earlier version noted no sources: one that was heard of, or missed, is not new. */
function isOfEarlierVersion(
  source: SourceKind,
  { lastRun, places, gaps }: CoverageMemory,
): boolean {
  if (!lastRun || lastRun.sources) return false;
  const sources = [...places.flatMap(({ sightings }) => sightings), ...gaps];
  return sources.some((one) => one.source === source);
}
