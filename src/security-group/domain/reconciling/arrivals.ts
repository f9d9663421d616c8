import type { GroupView } from './group-view';
import type { Clock } from '../../../shared/domain/clock';
import { reasonOf } from '../../../shared/domain/failure/failure';
import type { Change } from '../changes/change';
import { earliest } from '../earliest';
import type { GroupDetails } from '../groups/group';
import type { MonitoredGroups } from '../groups/monitored-groups';
import { DEFAULT_GROUP, isMadeWithGroup } from '../groups/rules-of-new-group';
import { type EventHistory, explanationOf } from '../learning/event-history';
import type { LedgerEntry } from '../ledger/ledger';
import type { Ledger } from '../ledger/ledger-store';
import {
  type Entrance,
  entranceOf,
  isSighted,
  knownEntrance,
  mayEnter,
  type PlaceRecord,
  type Sighting,
  sightingOf,
  watchedFrom,
} from '../ledger/place-record';
import type { Rule } from '../rules/rule';
import { inTurns } from '../turns';

/** A group that is about to be adopted for the first time, or again after it was let go. */
export interface Arrival {
  /** What was written from then on is new: it was not there before the sentry looked. */
  readonly since?: Date;
  /** How it came into sight: what is not among that is new as well. */
  readonly sighting?: Sighting;
  /** What the event history has of the group from then on. */
  readonly changes: readonly Change[];
}

export interface Arrivals {
  /** By group id, of those that may be adopted now. */
  readonly ready: ReadonlyMap<string, Arrival>;
  /** Of all that are not adopted yet. */
  readonly entrances: readonly Entrance[];
  /** Of those that came into sight by this look, by group id. */
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** Why no one knows what is new in these groups: they are adopted later. */
  readonly notAdoptedYet?: NotAdoptedYet;
}

export interface NotAdoptedYet {
  readonly groups: readonly GroupDetails[];
  readonly reason: string;
}

interface AskingPorts {
  readonly history: EventHistory;
  readonly ledger: Pick<Ledger, 'sighting'>;
  readonly clock: Pick<Clock, 'now'>;
}

type Seen = Pick<GroupView, 'details' | 'group'>;

interface Entering extends Seen {
  readonly entrance: Entrance;
  /** Absent where it comes into sight by this look. */
  readonly sighting?: Sighting;
}

/** Where the history has too many calls to look them all up, it is asked group by group. */
const ASKED_ONE_BY_ONE = 60;

/** The others wait for a later run: what is due elsewhere must not wait for them. */
const ASKED_FOR_MILLISECONDS = 2 * 60_000;

const SIGHTINGS_AT_ONCE = 20;

/**
 * At first contact with the place, all are adopted as they stand. Those that enter later are
 * adopted once events and history have had time to show what in them is new.
 */
export async function arrivalsOf(
  views: readonly Seen[],
  place: PlaceRecord,
  monitoredGroups: MonitoredGroups,
  ports: AskingPorts,
  now: Date,
): Promise<Arrivals> {
  const entering = await inTurns(views, SIGHTINGS_AT_ONCE, async (view) =>
    enteringOf(view, place, monitoredGroups, ports, now),
  );
  const first = entering.filter(({ entrance }) => watchedFrom(entrance) === undefined);
  const ready = first.map(({ details, sighting }): [string, Arrival] => [
    details.id,
    { changes: [], ...(sighting && { sighting }) },
  ]);
  const later = entering.filter((one) => !first.includes(one));
  const admitted = later.filter(
    ({ entrance, sighting }) => sighting && mayEnter(entrance, sighting, now),
  );
  const sighted = entering.filter(({ sighting }) => sighting === undefined);
  const known = {
    entrances: entering.map(({ entrance }) => entrance),
    sightings: new Map(
      sighted.map(({ details, group }) => [details.id, sightingOf(group.rules, now)]),
    ),
  };
  try {
    const asked = await changesIn(admitted, ports);
    return { ...known, ready: new Map([...ready, ...asked]) };
  } catch (error) {
    const groups = admitted.map(({ details }) => details);
    return { ...known, ready: new Map(ready), notAdoptedYet: { groups, reason: reasonOf(error) } };
  }
}

async function enteringOf(
  { details, group }: Seen,
  place: PlaceRecord,
  monitoredGroups: MonitoredGroups,
  { ledger }: AskingPorts,
  now: Date,
): Promise<Entering> {
  const entrance = entranceOf(details, place, monitoredGroups, now);
  const isKnown = knownEntrance(details.id, place) !== undefined;
  const sighting = isKnown ? await ledger.sighting(details.id) : undefined;
  return { details, group, entrance, ...(sighting && { sighting }) };
}

async function changesIn(
  entering: readonly Entering[],
  { history, clock }: AskingPorts,
): Promise<readonly [string, Arrival][]> {
  const until = clock.now().getTime() + ASKED_FOR_MILLISECONDS;
  const times = entering.flatMap(({ entrance }) => watchedFrom(entrance) ?? []);
  if (times.length === 0) return [];
  const { changes, areAll } = await history.changesSince(earliest(times));
  if (areAll) return entering.map((one) => [one.details.id, arrivalOf(one, changes)]);
  const arrivals: [string, Arrival][] = [];
  for (const one of entering.slice(0, ASKED_ONE_BY_ONE)) {
    if (clock.now().getTime() >= until) break;
    const since = watchedFrom(one.entrance) ?? new Date(0);
    const own = await history.changesOf(one.details.id, since);
    arrivals.push([one.details.id, arrivalOf(one, [...changes, ...own])]);
  }
  return arrivals;
}

function arrivalOf({ details, entrance, sighting }: Entering, changes: readonly Change[]): Arrival {
  const since = watchedFrom(entrance);
  return {
    ...(since && { since }),
    ...(sighting && { sighting }),
    changes: changes.filter(
      (change) =>
        !change.errorCode &&
        (since === undefined || change.time > since) &&
        (isAbout(change, details) || hasMade(change, details)),
    ),
  };
}

function isAbout({ subject }: Change, { id, name }: GroupDetails): boolean {
  if (subject.kind !== 'group') return false;
  return subject.group.id === undefined ? subject.group.name === name : subject.group.id === id;
}

function hasMade({ subject }: Change, { id, name, vpcId }: GroupDetails): boolean {
  return (
    (subject.kind === 'group-created' && subject.group.id === id) ||
    (subject.kind === 'vpc-created' && subject.vpcId === vpcId && name === DEFAULT_GROUP)
  );
}

/** The call that made the group, where that is new itself. */
export function makingOf({ changes }: Arrival, group: GroupDetails): Change | undefined {
  return changes.find((change) => hasMade(change, group));
}

/** Whether the rule was not there when the sentry looked at the place before. */
export function isNew(
  rule: Rule,
  entry: LedgerEntry | undefined,
  group: GroupDetails,
  arrival: Arrival,
): boolean {
  const { since, sighting } = arrival;
  const isNoted =
    entry?.writtenAt !== undefined && (since === undefined || entry.writtenAt > since);
  return (
    isNoted ||
    (sighting !== undefined && !isSighted(rule, sighting)) ||
    makingOf(arrival, group) !== undefined ||
    writerOf(rule, group, arrival) !== undefined
  );
}

/** The call that gave the rule its values, as far as the history has it. */
export function writerOf(rule: Rule, group: GroupDetails, arrival: Arrival): Change | undefined {
  const written = explanationOf(rule, true, arrival.changes);
  return written ?? (isMadeWithGroup(rule, group) ? makingOf(arrival, group) : undefined);
}
