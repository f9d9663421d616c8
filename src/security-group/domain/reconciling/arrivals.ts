import type { GroupView } from './group-view';
import type { Clock } from '../../../shared/domain/clock';
import { reasonOf } from '../../../shared/domain/failure/failure';
import type { Change } from '../changes/change';
import { earliest } from '../earliest';
import type { GroupDetails } from '../groups/group';
import { DEFAULT_GROUP, isMadeWithGroup } from '../groups/rules-of-new-group';
import { type EventHistory, explanationOf } from '../learning/event-history';
import type { LedgerEntry } from '../ledger/ledger';
import {
  type Entrance,
  entranceOf,
  mayEnter,
  type PlaceRecord,
  watchedFrom,
} from '../ledger/place-record';
import type { Rule } from '../rules/rule';

/** A group that is about to be adopted for the first time, or again after it was let go. */
export interface Arrival {
  /** What was written from then on is new: it was not there before the sentry looked. */
  readonly since?: Date;
  /** What the event history has of the group from then on. */
  readonly changes: readonly Change[];
}

export interface Arrivals {
  /** By group id, of those that may be adopted now. */
  readonly ready: ReadonlyMap<string, Arrival>;
  /** Of all that are not adopted yet. */
  readonly entrances: readonly Entrance[];
  /** Why no one knows what is new in these groups: they are adopted later. */
  readonly notAsked?: NotAsked;
}

export interface NotAsked {
  readonly groups: readonly GroupDetails[];
  readonly reason: string;
}

interface AskingPorts {
  readonly history: EventHistory;
  readonly clock: Pick<Clock, 'now'>;
}

interface Entering {
  readonly details: GroupDetails;
  readonly entrance: Entrance;
}

/** Where the history has too many calls to look them all up, it is asked group by group. */
const ASKED_ONE_BY_ONE = 60;

/** The others wait for a later run: what is due elsewhere must not wait for them. */
const ASKED_FOR_MILLISECONDS = 2 * 60_000;

/**
 * At first contact with the place, all are adopted as they stand. Those that enter later are
 * adopted once events and history have had time to show what in them is new.
 */
export async function arrivalsOf(
  views: readonly Pick<GroupView, 'details'>[],
  place: PlaceRecord,
  selection: string,
  ports: AskingPorts,
  now: Date,
): Promise<Arrivals> {
  const entering = views.map(({ details }) => ({
    details,
    entrance: entranceOf(details.id, place, now),
  }));
  const entrances = entering.map(({ entrance }) => entrance);
  const admitted = entering.filter(({ entrance }) => mayEnter(entrance, place, selection, now));
  const first = admitted.filter(({ entrance }) => watchedFrom(entrance) === undefined);
  const ready = first.map(({ details }): [string, Arrival] => [details.id, { changes: [] }]);
  const later = admitted.filter((one) => !first.includes(one));
  try {
    const known = await changesIn(later, ports);
    return { ready: new Map([...ready, ...known]), entrances };
  } catch (error) {
    const groups = later.map(({ details }) => details);
    return { ready: new Map(ready), entrances, notAsked: { groups, reason: reasonOf(error) } };
  }
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

function arrivalOf({ details, entrance }: Entering, changes: readonly Change[]): Arrival {
  const since = watchedFrom(entrance);
  return {
    ...(since && { since }),
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
  const { since } = arrival;
  const isNoted =
    entry?.writtenAt !== undefined && (since === undefined || entry.writtenAt > since);
  return (
    isNoted ||
    makingOf(arrival, group) !== undefined ||
    writerOf(rule, group, arrival) !== undefined
  );
}

/** The call that gave the rule its values, as far as the history has it. */
export function writerOf(rule: Rule, group: GroupDetails, arrival: Arrival): Change | undefined {
  const written = explanationOf(rule, true, arrival.changes);
  return written ?? (isMadeWithGroup(rule, group) ? makingOf(arrival, group) : undefined);
}
