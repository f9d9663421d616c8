import { coverageNews, type CoverageNews } from './coverage-news';
import type { CoverageStore, KnownPlace, LastRun, RememberedRun } from './coverage-store';
import { currentList } from './current-list';
import { type Expectation, findGaps, type Gap } from './find-gaps';
import { hubPause, type HubPause, isStillQuiet } from './hub-pause';
import type { MemberToAsk } from './member-to-ask';
import {
  type AccountList,
  type AccountSelection,
  memberIds,
  membershipOf,
} from '../member-accounts';

export interface WatchedOrganization {
  readonly selection: AccountSelection;
  readonly hubAccountId: string;
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
  const { list: known, lastRun, places, gaps: knownGaps } = await ports.store.read();
  const { list, listFailure } = await currentList(
    known,
    organization.hubAccountId,
    ports.readAccounts,
  );
  const ids = memberIds(organization.selection, list);
  const regions = regionsByAccount(places);
  await ports.lookAt(
    ids.map((accountId) => ({ accountId, knownRegions: regions.get(accountId) ?? [] })),
  );
  const members = new Set(ids);
  const left = places.map(({ place }) => place).filter(({ accountId }) => !members.has(accountId));
  const run = thisRun(lastRun, now);
  const gaps = places
    .filter(({ place }) => members.has(place.accountId))
    .flatMap((place) => gapsOf(place, { organization, list, run, now }));
  const news = coverageNews(knownGaps, gaps, now);
  const tellsAll = isDayOver(lastRun, now);
  return {
    ...news,
    ...(list && { list }),
    members: ids.length,
    left,
    tellsAll,
    run: { ...run, ...(tellsAll && { toldAllAt: now }) },
    ...(run.pause?.until.getTime() === now.getTime() && { pause: run.pause }),
    ...(listFailure !== undefined && { listFailure }),
  };
}

function regionsByAccount(places: readonly KnownPlace[]): ReadonlyMap<string, readonly string[]> {
  const regions = new Map<string, string[]>();
  for (const { accountId, region } of places.map(({ place }) => place)) {
    const ofAccount = regions.get(accountId);
    if (ofAccount) ofAccount.push(region);
    else regions.set(accountId, [region]);
  }
  return regions;
}

interface Judging {
  readonly organization: WatchedOrganization;
  readonly list: AccountList | undefined;
  readonly run: LastRun;
  readonly now: Date;
}

function gapsOf(known: KnownPlace, { organization, list, run, now }: Judging): Gap[] {
  const membership = membershipOf(known.place.accountId, organization.selection, list);
  const gaps = findGaps(
    {
      ...known,
      isSuspended: membership.kind === 'suspended',
      ...('account' in membership && membership.account && { account: membership.account }),
    },
    organization.expected,
    now,
  );
  return isStillQuiet(run.pause, now) ? gaps.filter(isNoSilence) : gaps;
}

function isNoSilence({ cause }: Gap): boolean {
  return cause !== 'SILENT' && cause !== 'NEVER_SEEN';
}

function thisRun(last: LastRun | undefined, now: Date): LastRun {
  const pause = hubPause(last?.at, now) ?? last?.pause;
  return {
    at: now,
    ...(pause && { pause }),
    ...(last?.toldAllAt && { toldAllAt: last.toldAllAt }),
  };
}

function isDayOver(last: LastRun | undefined, now: Date): boolean {
  return !last?.toldAllAt || now.getTime() - last.toldAllAt.getTime() >= DAY;
}
