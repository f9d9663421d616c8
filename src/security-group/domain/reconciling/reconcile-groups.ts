import { adopt, type Adoptable, type Adoption, adoptionCause } from './adoption';
import { type Arrivals, arrivalsOf } from './arrivals';
import { type ConfirmingPorts, lookUpGrants } from './confirm-grants';
import {
  doubtfulGroupIds,
  doubtfulLists,
  doubtfulPeers,
  type Doubts,
  NO_DOUBTS,
  type NotJudged,
  unreadableRules,
} from './doubts';
import { endingOf, untoldExclusionEnds } from './exclusion-ends';
import type { GroupView } from './group-view';
import { hasNews, lastingOf, newsIn } from './lasting-news';
import type { ReconcileReport } from './reconcile-report';
import { isReturned, mayBeThere, type ReleasedGroup, releasesIn, returned } from './releases';
import { type GroupSurvey, surveyGroup } from './survey-groups';
import type { ToldEnding, ToldEnds } from './told-ends';
import { type Candidates, candidates, isMonitored, viewsOf } from './view-groups';
import { ledgerWithoutTags } from './without-tags';
import type { DescribedPlace } from '../../../organization/domain/described-place';
import { reasonOf } from '../../../shared/domain/failure/failure';
import { isSelected } from '../groups/monitored-groups';
import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import { peersThatDecide } from '../judging/violations';
import type { GroupRecord } from '../ledger/ledger';
import { type Ledger, type LedgerChange, LedgerConflictError } from '../ledger/ledger-store';
import {
  afterLook,
  entranceOf,
  entrancesToKeep,
  NEW_PLACE,
  type PlaceRecord,
} from '../ledger/place-record';
import { againOnConflict } from '../ledger/rewrite';
import { peersInDoubt } from '../policies/peers-in-doubt';
import { type Disabling, isDisabled, isToldOf } from '../policies/policy';
import { isPaused, type SentryConfiguration } from '../policies/sentry-configuration';
import { listOf } from '../rules/prefix-list';
import { ruleKey } from '../rules/rule';
import { inTurns } from '../turns';

/** What operators have ordered for a while. */
export type Orders = Pick<
  SentryConfiguration,
  'pause' | 'refusedPause' | 'policies' | 'disablings'
>;

export interface ReconcilePorts extends ConfirmingPorts {
  readonly groups: SecurityGroups;
  readonly ledger: Ledger;
  readonly sentry: string;
  /** Where the groups are, as people are told of it; absent without a hub. */
  readonly place?: DescribedPlace;
  /**
   * In a hub, for the run of its own place: what holds in any place. That run tells of an order for
   * all of them, or each of a thousand members would.
   */
  readonly everywhere?: Orders;
  readonly toldEnds: ToldEnds;
  /**
   * Rules of many groups at once, by group id and without tags; a group without rules is not among
   * them.
   */
  rulesOfAll(groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupRules>>;
  tell(report: ReconcileReport): Promise<void>;
  /** Has the groups judged, one by one, by the function that acts. */
  pointTo(groupIds: readonly string[]): Promise<void>;
  /**
   * The same, once what waits in them is due. Absent where the next run may find that: it is for
   * runs after a call whose event says nothing, so that no event is on its way.
   */
  pointToLater?(groupIds: readonly string[], milliseconds: number): Promise<void>;
}

/** Compares all monitored groups with the ledger; acts upon none of them itself. */
export async function reconcileGroups(
  configuration: SentryConfiguration,
  given: ReconcilePorts,
): Promise<ReconcileReport> {
  const ledger = ledgerWithoutTags(given.ledger, given.groups, configuration.policies);
  const ports = { ...given, ledger };
  const look = await lookAtAll(configuration, ports);
  const surveys = surveysOf(look);
  const orders = ports.everywhere ?? configuration;
  const endedDisablings = await untoldEnds(orders, look.now, ports);
  const exclusionEnds = await untoldExclusionEnds(orders.policies, look.now, ports);
  const report = {
    ...(ports.place && { place: ports.place }),
    ...reportOf(look, surveys, configuration, ports),
    ...ordersIn(orders, look.now),
    endedDisablings,
    exclusionEnds,
  };
  // Told first: what is accepted without a word is accepted for no one.
  const told = isByClock(ports) ? report : newsIn(report, look.place.told);
  if (hasNews(told)) await ports.tell(told);
  const toldEnds = [...endedDisablings.map(endOfDisabling), ...exclusionEnds.map(endingOf)];
  for (const ending of toldEnds) await ports.toldEnds.add(ending);
  const failures = [
    ...(await remember(report, look, surveys, ports)),
    ...(await rememberLook(look, report, configuration, ports)),
  ];
  const { due, doubts } = report;
  const acts = !report.isBraked && !isPaused(configuration, look.now);
  if (due.length > 0 && acts) await ports.pointTo(due);
  if (acts) await pointLater(surveys, report, configuration, ports);
  const notConfirmed = await confirmGrantsOf(look.views, report, configuration, ports);
  if (failures.length > 0) {
    throw new AggregateError(
      failures,
      `Not all could be written to the ledger: ${failures.map(reasonOf).join(' ')}`,
    );
  }
  if (look.views.length === 0 && doubts.groups.length > 0) {
    throw new Error(`No group could be judged: ${doubts.groups[0]!.reason}`);
  }
  return {
    ...report,
    ...(notConfirmed !== undefined && { notConfirmed: reasonOf(notConfirmed) }),
  };
}

/** After a call, anyone who may make calls decides how often there is one: it tells only news. */
function isByClock({ pointToLater }: ReconcilePorts): boolean {
  return pointToLater === undefined;
}

async function pointLater(
  surveys: readonly Survey[],
  { groupCount }: ReconcileReport,
  configuration: SentryConfiguration,
  { pointToLater }: ReconcilePorts,
): Promise<void> {
  const waiting = surveys.filter(({ waits }) => waits).map(({ id }) => id);
  if (waiting.length === 0 || isTooMany(waiting.length, groupCount, configuration)) return;
  await pointToLater?.(waiting, configuration.settleMilliseconds);
}

/** All that one run has read. */
interface Look {
  readonly views: readonly GroupView[];
  readonly notJudged: readonly NotJudged[];
  readonly selections: Doubts['selections'];
  readonly unread: Candidates['unread'];
  readonly released: readonly ReleasedGroup[];
  /** Records of groups that were seen, or not seen, otherwise than before. */
  readonly changed: readonly GroupRecord[];
  readonly returned: readonly GroupRecord[];
  readonly watchedIds: ReadonlySet<string>;
  readonly place: PlaceRecord;
  readonly arrivals: Arrivals;
  readonly startedAt: Date;
  readonly now: Date;
}

async function lookAtAll(configuration: SentryConfiguration, ports: ReconcilePorts): Promise<Look> {
  const { ledger, groups, clock } = ports;
  const startedAt = clock.now();
  const place = (await ledger.placeRecord()) ?? NEW_PLACE;
  const records = (await ledger.records()).filter((record) => mayBeThere(record, startedAt));
  const watched = records.filter(({ releasedAt }) => releasedAt === undefined);
  const found = await candidates(records, configuration, groups);
  const { released, changed } = releasesIn(watched, found, configuration, startedAt);
  const leaving = new Set(released.map(({ group }) => group.groupId));
  const monitored = found.existing.filter(
    (group) => !leaving.has(group.id) && isMonitored(group, records, configuration),
  );
  const read = await viewsOf(monitored, configuration, ports);
  const now = clock.now();
  const views = read.views.map(asWatched);
  const entering = views.filter(isEntering);
  return {
    views,
    notJudged: [...found.notFound, ...read.notJudged],
    selections: found.selections,
    unread: found.unread,
    released,
    changed,
    returned: read.views.flatMap(returnedRecord),
    watchedIds: new Set(watched.map(({ groupId }) => groupId)),
    place,
    arrivals: await arrivalsOf(entering, place, configuration.monitoredGroups, ports, now),
    startedAt,
    now,
  };
}

function returnedRecord({ ledger }: GroupView): GroupRecord[] {
  return ledger.record && isReturned(ledger) ? [returned(ledger.record)] : [];
}

/** Of a group that returned, the ledger counts as if it had never been let go. */
function asWatched(view: GroupView): GroupView {
  const [record] = returnedRecord(view);
  return record ? { ...view, ledger: { ...view.ledger, record } } : view;
}

function isEntering({ ledger, configuration }: GroupView): boolean {
  const cause = adoptionCause(ledger, configuration);
  return cause === 'first-contact' || cause === 'came-back';
}

interface Survey extends GroupSurvey {
  readonly id: string;
}

function surveysOf({ views, now }: Look): Survey[] {
  return views
    .filter(({ ledger, configuration }) => adoptionCause(ledger, configuration) === undefined)
    .map((view) => ({
      id: view.details.id,
      ...surveyGroup(view, now),
    }));
}

function reportOf(
  look: Look,
  surveys: readonly Survey[],
  configuration: SentryConfiguration,
  { sentry, place }: Pick<ReconcilePorts, 'sentry' | 'place'>,
): Omit<ReconcileReport, 'endedDisablings' | 'exclusionEnds' | keyof OrdersInForce> {
  const { views, notJudged, selections, released, arrivals, now } = look;
  const { adoptable, postponed } = adoptableOf(look);
  const adoptions = adoptable.map((one) => adopt(one, sentry, now));
  const found = surveys.filter((survey) => survey.due.length > 0).map(({ id }) => id);
  const due = [...found, ...adoptions.filter(respondsTo).map(({ group }) => group.id)];
  const peers = doubtfulPeers(views, configuration.policies, now);
  const doubts: Doubts = {
    lists: doubtfulLists(views, now),
    rules: unreadableRules(views),
    groups: [...notJudged, ...postponed],
    selections,
    // Of policies that hold in all of a thousand members, the own place tells.
    peers: place?.isMember ? peers.filter(({ rules }) => rules.length > 0) : peers,
  };
  const groupCount = views.length + notJudged.length;
  const isBraked =
    isTooMany(due.length, groupCount, configuration) ||
    isTooMany(doubtfulGroupIds(doubts).size, groupCount, configuration);
  return {
    at: now,
    groupCount,
    adoptions,
    released: released.filter(({ group }) => !group.isDeletionTold),
    returned: look.returned,
    ...(arrivals.notAdoptedYet && { notAdoptedYet: arrivals.notAdoptedYet }),
    due,
    isBraked,
    doubts,
    unconfirmed: [],
  };
}

type OrdersInForce = Pick<ReconcileReport, 'pause' | 'refusedPause' | 'disablings'>;

function ordersIn(orders: Orders, now: Date): OrdersInForce {
  return {
    ...(isPaused(orders, now) && { pause: orders.pause }),
    ...(isRefusedPauseOn(orders, now) && { refusedPause: orders.refusedPause }),
    disablings: orders.policies.flatMap((policy) =>
      policy.disabling && isDisabled(policy, now) ? [policy.disabling] : [],
    ),
  };
}

/** An end is told once, at the latest by the next run. */
async function untoldEnds(
  { disablings = [], policies }: Orders,
  now: Date,
  { place, toldEnds }: ReconcilePorts,
): Promise<readonly Disabling[]> {
  if (place?.isMember) return [];
  const deployed = new Set(policies.map(({ name }) => name));
  const ended = disablings.filter(
    (one) => deployed.has(one.policy) && one.until <= now && isToldOf(one, now),
  );
  const told = await Promise.all(ended.map(async (one) => toldEnds.has(endOfDisabling(one))));
  return ended.filter((_, index) => !told[index]);
}

function endOfDisabling({ policy, until }: Disabling): ToldEnding {
  return { of: policy, until };
}

function isRefusedPauseOn({ refusedPause }: Orders, now: Date): boolean {
  return refusedPause !== undefined && now < refusedPause.until;
}

interface Adoptables {
  readonly adoptable: readonly Adoptable[];
  readonly postponed: readonly NotJudged[];
}

/**
 * A grant is of the list's version: where not even that is known, the group is adopted in a later
 * run, or the rule would be judged again once it is.
 */
function adoptableOf({ views, arrivals, now }: Look): Adoptables {
  const adopting = views.flatMap((view) => {
    const cause = adoptionCause(view.ledger, view.configuration);
    const arrival = arrivals.ready.get(view.details.id);
    if (!cause || (isEntering(view) && !arrival)) return [];
    const unknown = undescribedList(view) ?? unreadPeer(view, now);
    return [{ view, cause, ...(arrival && { arrival }), unknown }];
  });
  return {
    adoptable: adopting.filter(({ unknown }) => unknown === undefined),
    postponed: adopting.flatMap(({ view, unknown }) =>
      unknown === undefined
        ? []
        : [
            {
              group: view.details,
              reason: `it is not adopted yet, as ${unknown.reason}`,
              ...(unknown.isForPeer && { isForPeer: true }),
            },
          ],
    ),
  };
}

/** Why it cannot be told yet which rules violate. */
interface Unknown {
  readonly reason: string;
  readonly isForPeer?: boolean;
}

function undescribedList({ group, prefixLists }: GroupView): Unknown | undefined {
  const undescribed = group.rules
    .map((rule) => listOf(rule, prefixLists))
    .find((list) => list?.doubt?.kind === 'not-described');
  return (
    undescribed && {
      reason: `the prefix list ${undescribed.id} that it names cannot be described: ${undescribed.doubt?.reason}`,
    }
  );
}

/** What violates is told, or answered, as the group is adopted: so it has to be known by then. */
function unreadPeer(
  { details, group, prefixLists, configuration }: GroupView,
  now: Date,
): Unknown | undefined {
  const { policies } = configuration;
  if (!peersInDoubt(policies).some(({ mayBeReadLater }) => mayBeReadLater)) return undefined;
  const unread = group.rules
    .flatMap((rule) => peersThatDecide(rule, { groupId: details.id, policies, prefixLists, now }))
    .find(({ mayBeReadLater }) => mayBeReadLater);
  return (
    unread && {
      reason: `the ranges of ${unread.peer} cannot be read: ${unread.reason}`,
      isForPeer: true,
    }
  );
}

/** Rules that violate, and that the user wants answered, are left without a grant. */
function respondsTo({ changes }: Adoption): boolean {
  return changes.some(
    (change) => change.kind === 'put' && change.entry.unexplainedSince !== undefined,
  );
}

/** A handful is never too many: of three groups, one is a third. */
const ALWAYS_ALLOWED = 3;

function isTooMany(count: number, monitored: number, { brake }: SentryConfiguration): boolean {
  return count > Math.max(ALWAYS_ALLOWED, brake * monitored);
}

const WRITTEN_AT_ONCE = 20;

/** Gives the reasons for which something could not be written. */
async function remember(
  { adoptions, at }: ReconcileReport,
  { released, changed, returned: back, views }: Look,
  surveys: readonly Survey[],
  ports: ReconcilePorts,
): Promise<unknown[]> {
  const { ledger } = ports;
  const works = [
    ...surveys
      .filter(({ changes }) => changes.length > 0)
      .map(
        ({ id, changes }) =>
          async () =>
            leftToNextRun(ledger.write(id, changes)),
      ),
    ...adoptions.map(
      ({ group, changes, record }) =>
        async () =>
          leftToNextRun(remembered(group.id, changes, record, ports)),
    ),
    ...released.map(
      ({ group, reason }) =>
        async () =>
          leftToNextRun(ledger.writeRecord({ ...group, releasedAt: at, releasedFor: reason })),
    ),
    ...[...changed, ...back, ...recounted(views)].map(
      (record) => async () => leftToNextRun(ledger.writeRecord(record)),
    ),
  ];
  return failuresOf(works);
}

/**
 * Records of groups whose tags count otherwise than before, for which fewer policies hold, or that
 * another selection chooses by now: nothing in them is adopted for that.
 */
function recounted(views: readonly GroupView[]): GroupRecord[] {
  return views.flatMap(({ details, ledger: { record }, configuration, tags }) => {
    if (!record || adoptionCause({ record }, configuration) !== undefined) return [];
    const { policies, each } = configuration.digests;
    // A tag that is taken off after this look does not take it from under the sentry's eyes.
    const isChosen = isSelected(details, configuration.monitoredGroups);
    const selection = isChosen ? configuration.digests.selection : record.selection;
    // A record of the version before does not say which they are.
    const isSaid = !each || record.holds !== undefined;
    const isSame = record.policies === policies && record.selection === selection;
    if (isSaid && isSame && record.tags === tags) return [];
    return [
      { ...record, policies, selection, ...(each && { holds: each }), ...(tags && { tags }) },
    ];
  });
}

async function failuresOf(works: readonly (() => Promise<void>)[]): Promise<unknown[]> {
  const failures = await inTurns(works, WRITTEN_AT_ONCE, async (work) =>
    work().then(
      () => [],
      (error: unknown) => [error],
    ),
  );
  return failures.flat();
}

/** Gives the reasons for which that could not be written. */
async function rememberLook(
  { place, arrivals, notJudged, unread, startedAt, watchedIds, now }: Look,
  report: ReconcileReport,
  { monitoredGroups }: SentryConfiguration,
  { ledger }: ReconcilePorts,
): Promise<unknown[]> {
  // A group that could not be judged is incomplete alone.
  const unjudged = notJudged
    .filter(({ group }) => !watchedIds.has(group.id))
    .map(({ group }) => entranceOf(group, place, monitoredGroups, now));
  const seen = [...arrivals.entrances, ...unjudged];
  const adopted = new Set(report.adoptions.map(({ group }) => group.id));
  const works = [
    ...[...arrivals.sightings]
      .filter(([groupId]) => !adopted.has(groupId))
      .map(
        ([groupId, sighting]) =>
          async () =>
            ledger.writeSighting(groupId, sighting),
      ),
    async () =>
      againOnConflict(async () => {
        const known = (await ledger.placeRecord()) ?? NEW_PLACE;
        await ledger.writePlaceRecord({
          ...known,
          ...afterLook(known, monitoredGroups, unread, startedAt),
          entering: entrancesToKeep(seen, known, watchedIds, now),
          told: lastingOf(report),
        });
      }),
  ];
  return failuresOf(works);
}

/**
 * A rule that was reverted while the group was being adopted must not stay in the ledger as
 * accepted.
 */
async function remembered(
  groupId: string,
  changes: readonly LedgerChange[],
  record: GroupRecord,
  { ledger, groups }: ReconcilePorts,
): Promise<void> {
  await ledger.write(groupId, changes);
  await ledger.writeRecord(record);
  const [{ rules }, { entries }] = await Promise.all([
    groups.rulesOf(groupId),
    ledger.read(groupId),
  ]);
  const standing = new Set(rules.map(ruleKey));
  const adopted = changes.filter(
    ({ kind, entry }) => kind === 'put' && !standing.has(ruleKey(entry.rule)),
  );
  await ledger.write(
    groupId,
    adopted.flatMap(({ entry }): LedgerChange[] => {
      const gone = entries.get(ruleKey(entry.rule));
      return gone ? [{ kind: 'remove', entry: gone }] : [];
    }),
  );
}

/** While reconcile looked, an event was handled: the group is looked at again in the next run. */
async function leftToNextRun(writing: Promise<void>): Promise<void> {
  return writing.catch((error: unknown) => {
    if (!(error instanceof LedgerConflictError)) throw error;
  });
}

/**
 * Grants that end with the next look are reported before. Gives why the history could not be asked,
 * where that is so: it confirms nothing, for now.
 */
async function confirmGrantsOf(
  views: readonly GroupView[],
  report: ReconcileReport,
  configuration: SentryConfiguration,
  ports: ReconcilePorts,
): Promise<unknown> {
  const { entries, failure } = await lookUpGrants(views, configuration, ports);
  const unconfirmed = entries.filter((one) => one.unconfirmed.length > 0);
  if (unconfirmed.length > 0) {
    await ports.tell({
      ...report,
      adoptions: [],
      released: [],
      returned: [],
      notAdoptedYet: undefined,
      due: [],
      isBraked: false,
      doubts: NO_DOUBTS,
      pause: undefined,
      refusedPause: undefined,
      disablings: [],
      endedDisablings: [],
      exclusionEnds: [],
      unconfirmed,
    });
  }
  for (const { group, entry } of entries) {
    await leftToNextRun(ports.ledger.write(group.id, [{ kind: 'put', entry }]));
  }
  return failure;
}
