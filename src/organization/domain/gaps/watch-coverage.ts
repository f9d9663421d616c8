import { coverageNews, type CoverageNews, type FoundGap } from './coverage-news';
import type { CoverageStore, KnownPlace, LastRun, RememberedRun } from './coverage-store';
import { SILENT_AFTER_SECONDS } from './coverage-times';
import { currentList } from './current-list';
import { emptyUnits } from './empty-units';
import { expectedSources } from './expected-sources';
import { type Expectation, findGaps, type Gap } from './find-gaps';
import { hubPause, type HubPause, isStillQuiet } from './hub-pause';
import { type LaggingSource, sourceNews } from './lagging-sources';
import type { MemberToAsk } from './member-to-ask';
import { type LeftPlace, regionsByAccount, watchedPlaces } from './watched-places';
import {
  type AccountList,
  type AccountSelection,
  memberIds,
  membershipOf,
} from '../member-accounts';
import type { ExpectedSource, SourceKind } from '../sources';

export interface WatchedOrganization {
  readonly selection: AccountSelection;
  readonly hubAccountId: string;
  readonly hubRegion: string;
  /** Undefined: all that an account has enabled. */
  readonly regions: readonly string[] | undefined;
  readonly expected: Expectation;
}

export interface CoveragePorts {
  readonly store: Pick<CoverageStore, 'read'>;
  /** Undefined where the accounts are named one by one, and no organization lists them. */
  readonly readAccounts?: () => Promise<AccountList>;
  /** Has each account looked at, soon and one by one. */
  readonly lookAt: (members: readonly MemberToAsk[]) => Promise<void>;
}

/** What one run found: to be remembered once people know it. */
export interface CoverageReport extends CoverageNews, RememberedRun {
  readonly members: number;
  /** Places that are not watched any more, by choice and not by a gap. */
  readonly left: readonly LeftPlace[];
  /** Sources that bring nothing, though others do: told once. */
  readonly fellBehind: readonly LaggingSource[];
  /** Sources of which that was told, and that bring records again. */
  readonly caughtUp: readonly SourceKind[];
  /** Units that are named, and have no account: told at once, and with all gaps. */
  readonly emptyUnits: readonly string[];
  /** Of one of them no one was told yet. */
  readonly tellsUnits: boolean;
  /** The hub was away until now, and the silence in between says nothing. */
  readonly pause?: HubPause;
  /** Once a day: all gaps that stand. */
  readonly tellsAll: boolean;
  /** The list of accounts could not be read, or was none: the last one holds. */
  readonly listFailure?: unknown;
}

const DAY = 24 * 60 * 60_000;

/** One run: reads who is a member, judges what is known of each place, and has all looked at. */
export async function watchCoverage(
  organization: WatchedOrganization,
  ports: CoveragePorts,
  now: Date,
): Promise<CoverageReport> {
  const memory = await ports.store.read();
  const { selection, hubAccountId, expected } = organization;
  const { list, listFailure } = await currentList(memory.list, hubAccountId, ports.readAccounts);
  const ids = memberIds(selection, list);
  const places = watchedPlaces(memory.places, { ...organization, memberIds: ids });
  const { watched, left, replaced, missing } = places;
  const regions = regionsByAccount(watched);
  await ports.lookAt(
    ids.map((accountId) => ({ accountId, knownRegions: regions.get(accountId) ?? [] })),
  );
  const sources = expectedSources(memory, expected.sources, now);
  const run = thisRun(memory.lastRun, sources, now);
  const judging = { organization, list, run, sources, now };
  const leftPlaces = left.map(({ place }) => place);
  const news = coverageNews(
    memory.gaps,
    watched.flatMap((place) => gapsOf(place, judging)),
    { now, toldAllAt: memory.lastRun?.toldAllAt, left: leftPlaces },
  );
  const { lagging, ...sourcesTold } = sourceNews(expected.sources, watched, {
    before: memory.lastRun?.lagging ?? [],
    now,
  });
  const empty = emptyUnits(organization, list);
  const toldUnits = new Set(memory.lastRun?.emptyUnits);
  const tellsAll = isDayOver(memory.lastRun, now);
  return {
    ...news,
    ...(list && { list }),
    members: ids.length,
    left,
    ...sourcesTold,
    emptyUnits: empty,
    tellsUnits: empty.some((unit) => !toldUnits.has(unit)),
    missing,
    forgotten: [...leftPlaces, ...replaced],
    tellsAll,
    run: {
      ...run,
      ...(lagging.length > 0 && { lagging }),
      ...(empty.length > 0 && { emptyUnits: empty }),
      ...(tellsAll && { toldAllAt: now }),
    },
    ...(run.pause?.until.getTime() === now.getTime() && { pause: run.pause }),
    ...(listFailure !== undefined && { listFailure }),
  };
}

interface Judging {
  readonly organization: WatchedOrganization;
  readonly list: AccountList | undefined;
  readonly run: LastRun;
  readonly sources: readonly ExpectedSource[];
  readonly now: Date;
}

function gapsOf(known: KnownPlace, judging: Judging): FoundGap[] {
  const { organization, list, run, sources, now } = judging;
  const membership = membershipOf(known.place.accountId, organization.selection, list);
  const gaps = findGaps(
    { ...known, isSuspended: membership.kind === 'suspended' },
    { sources, rights: organization.expected.rights },
    now,
  );
  return gaps
    .filter((gap) => isNoSilence(gap) || !isStillQuiet(run.pause, now))
    .map((gap) => ({ ...gap, isOverdue: isOverdue(gap, known, judging) }));
}

/** Someone who deploys members has as much time for it as a place has to be heard of. */
function isOverdue({ source }: Gap, { expectedSince }: KnownPlace, judging: Judging): boolean {
  const addedAt = judging.sources.find((one) => one.source === source)?.since;
  const since = Math.max(expectedSince.getTime(), addedAt?.getTime() ?? 0);
  return judging.now.getTime() - since >= SILENT_AFTER_SECONDS * 1_000;
}

function isNoSilence({ cause }: Gap): boolean {
  return cause !== 'SILENT' && cause !== 'NEVER_SEEN';
}

function thisRun(
  last: LastRun | undefined,
  sources: readonly ExpectedSource[],
  now: Date,
): LastRun {
  const pause = hubPause(last?.at, now) ?? last?.pause;
  return {
    at: now,
    sources,
    ...(pause && { pause }),
    ...(last?.toldAllAt && { toldAllAt: last.toldAllAt }),
  };
}

function isDayOver(last: LastRun | undefined, now: Date): boolean {
  return !last?.toldAllAt || now.getTime() - last.toldAllAt.getTime() >= DAY;
}
