import type { Gap } from './find-gaps';
import { type Place, placeKey } from '../place';
import { SOURCE_KINDS, type SourceKind } from '../sources';

/** A gap that a run has found. */
export interface FoundGap extends Gap {
  /** The place has had its time to become covered. */
  readonly isOverdue: boolean;
}

/** A gap that stands, as it is remembered. */
export interface StandingGap extends Gap {
  readonly since: Date;
  /** When it was told by itself. Absent too where an earlier version has told it. */
  readonly toldAt?: Date;
}

/** The difference between what was known and what was found. */
export interface CoverageNews {
  /** Gaps that are new, or told of for the first time: to be remembered. */
  readonly noted: readonly StandingGap[];
  /** Places that were covered and are not any more: told at once. */
  readonly wentDark: readonly StandingGap[];
  /** Places that have not been covered in the time that they had: told once. */
  readonly neverCovered: readonly StandingGap[];
  /** Gaps that are no more: to be forgotten. */
  readonly ended: readonly StandingGap[];
  /** Those of them that people know of, and in whose place nothing else is amiss: told at once. */
  readonly closed: readonly StandingGap[];
  /** All gaps that stand now: told once a day. */
  readonly standing: readonly StandingGap[];
}

/** What the run knows besides. */
export interface RunAtNews {
  readonly now: Date;
  /** When all gaps that stood were told last. */
  readonly toldAllAt: Date | undefined;
  /** Places that are watched no more: that is told by itself. */
  readonly left: readonly Place[];
}

export function coverageNews(
  known: readonly StandingGap[],
  found: readonly FoundGap[],
  run: RunAtNews,
): CoverageNews {
  const knownByKey = new Map(known.map((gap) => [gapKey(gap), gap]));
  const standing = found.map((gap) => standingGap(gap, knownByKey.get(gapKey(gap)), run));
  const told = standing.filter(({ toldAt }) => toldAt === run.now);
  const foundKeys = new Set(found.map(gapKey));
  const ended = known.filter((gap) => !foundKeys.has(gapKey(gap)));
  return {
    noted: standing.filter((gap) => gap.toldAt === run.now || !knownByKey.has(gapKey(gap))),
    wentDark: told.filter(({ lastCoveredAt }) => lastCoveredAt !== undefined),
    neverCovered: told.filter(({ lastCoveredAt }) => lastCoveredAt === undefined),
    ended,
    closed: closedOf(ended, standing, run),
    standing,
  };
}

function standingGap(
  { isOverdue, ...gap }: FoundGap,
  before: StandingGap | undefined,
  run: RunAtNews,
): StandingGap {
  const { since = run.now } = before ?? {};
  const wentDark = !before && gap.lastCoveredAt !== undefined;
  const isNews = wentDark || (isOverdue && !(before && wasTold(before, run)));
  const toldAt = before?.toldAt ?? (isNews ? run.now : undefined);
  return { ...gap, since, ...(toldAt && { toldAt }) };
}

function wasTold({ toldAt, lastCoveredAt, since }: StandingGap, { toldAllAt }: RunAtNews): boolean {
  return (
    toldAt !== undefined ||
    lastCoveredAt !== undefined ||
    (toldAllAt !== undefined && since <= toldAllAt)
  );
}

function closedOf(
  ended: readonly StandingGap[],
  standing: readonly StandingGap[],
  run: RunAtNews,
): StandingGap[] {
  const left = new Set(run.left.map(placeKey));
  const amiss = new Set(standing.flatMap(({ place, source }) => [...waysOf(place, source)]));
  return ended
    .filter((gap) => wasTold(gap, run) && !left.has(placeKey(gap.place)))
    .filter(({ place, source }) => !waysOf(place, source).some((one) => amiss.has(one)));
}

/** The ways of watching a place that a gap concerns: by one source, or by all. */
function waysOf(place: Place, source: SourceKind | undefined): string[] {
  const sources = source ? [source] : SOURCE_KINDS;
  return sources.map((one) => `${placeKey(place)}#${one}`);
}

/** A gap whose cause changes is another gap: something else has to be done about it. */
export function gapKey({ place, source, cause }: Gap): string {
  return `${placeKey(place)}#${source ?? 'all'}#${cause}`;
}
