import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { GroupDetails } from '../../../../src/security-group/domain/groups/group';
import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import {
  type Entrance,
  NEW_PLACE,
  type PlaceRecord,
  type Sighting,
  sightingOf,
} from '../../../../src/security-group/domain/ledger/place-record';
import {
  type Arrival,
  type Arrivals,
  arrivalsOf,
  isNew,
  makingOf,
  writerOf,
} from '../../../../src/security-group/domain/reconciling/arrivals';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { HistoryInMemory } from '../../in-memory/history-in-memory';
import { added, changeOf } from '../../samples/changes';
import { groupView } from '../../samples/group-views';
import { LETS_ALL_OUT, rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = new Date('2026-01-02T00:00:00Z');
const before = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
const all: MonitoredGroups = { include: [{ kind: 'all' }], exclude: [] };
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const web: GroupDetails = { id: 'sg-1', name: 'web', vpcId: 'vpc-1' };
const created = { kind: 'group-created', group: { id: 'sg-1' } } as const;
const vpcCreated = { kind: 'vpc-created', vpcId: 'vpc-1' } as const;

/** The place was looked at two hours ago, and the group came into sight an hour ago. */
const LOOKED_AT = before(2 * HOUR);
const entered: Entrance = { groupId: 'sg-1', seenAt: before(HOUR), after: LOOKED_AT };
const SINCE = new Date(LOOKED_AT.getTime() - MINUTE);

class AskedHistory extends HistoryInMemory {
  readonly askedSince: Date[] = [];
  readonly askedFor: string[] = [];

  override async changesSince(since: Date) {
    this.askedSince.push(since);
    return super.changesSince(since);
  }

  override async changesOf(groupId: string, since: Date) {
    this.askedFor.push(groupId);
    this.askedSince.push(since);
    return super.changesOf(groupId, since);
  }
}

interface Looked {
  readonly entering?: readonly Entrance[];
  readonly sightings?: ReadonlyMap<string, Sighting>;
  readonly place?: Partial<PlaceRecord>;
  readonly groups?: readonly GroupDetails[];
  readonly now?: () => Date;
}

let history: AskedHistory;

beforeEach(() => {
  history = new AskedHistory();
});

async function arriving({
  entering = [],
  sightings = new Map(),
  place = { looks: [{ choice: 'all', at: LOOKED_AT }] },
  groups = [web],
  now = () => NOW,
}: Looked = {}): Promise<Arrivals> {
  const views = groups.map((details) => ({ ...groupView([], { rules: [ssh] }), details }));
  const ledger = { sighting: async (groupId: string) => sightings.get(groupId) };
  const ports = { history, ledger, clock: { now } };
  return arrivalsOf(views, { ...NEW_PLACE, ...place, entering }, all, ports, NOW);
}

function sighted(rules: readonly Rule[], at = before(HOUR), ...ids: string[]) {
  return new Map([...ids, 'sg-1'].map((id) => [id, sightingOf(rules, at)]));
}

describe('a group that comes into sight', () => {
  test('at first contact with its place may be adopted at once, as it stands', async () => {
    expect(await arriving({ place: NEW_PLACE })).toEqual({
      ready: new Map([['sg-1', { changes: [] }]]),
      entrances: [{ groupId: 'sg-1', seenAt: NOW }],
      sightings: new Map([['sg-1', sightingOf([ssh], NOW)]]),
    });
    expect(history.askedSince).toEqual([]);
  });

  test('at first contact, and was sighted then, is held against that', async () => {
    const entering = [{ groupId: 'sg-1', seenAt: before(1) }];
    const sightings = sighted([https], before(1));
    expect(await arriving({ place: NEW_PLACE, entering, sightings })).toEqual({
      ready: new Map([['sg-1', { changes: [], sighting: sightingOf([https], before(1)) }]]),
      entrances: entering,
      sightings: new Map(),
    });
  });

  test('later is sighted, and waits', async () => {
    expect(await arriving()).toEqual({
      ready: new Map(),
      entrances: [{ groupId: 'sg-1', seenAt: NOW, after: LOOKED_AT }],
      sightings: new Map([['sg-1', sightingOf([ssh], NOW)]]),
    });
    expect(history.askedSince).toEqual([]);
  });

  test('later is sighted again where no sighting was kept of it', async () => {
    const { ready, sightings } = await arriving({ entering: [entered] });
    expect([...ready.keys()]).toEqual([]);
    expect(sightings).toEqual(new Map([['sg-1', sightingOf([ssh], NOW)]]));
  });

  test('has no sighting of an earlier time that counts', async () => {
    const { ready, sightings } = await arriving({ sightings: sighted([ssh]) });
    expect([...ready.keys()]).toEqual([]);
    expect(sightings.size).toBe(1);
  });
});

describe('a group that was sighted', () => {
  const known = { entering: [entered], sightings: sighted([ssh]) };

  test('waits for half an hour from then on', async () => {
    const at = (milliseconds: number) =>
      arriving({ ...known, sightings: sighted([ssh], before(milliseconds)) });
    expect((await at(30 * MINUTE - 1)).ready.size).toBe(0);
    expect(history.askedSince).toEqual([]);
    expect((await at(30 * MINUTE)).ready.size).toBe(1);
    expect(history.askedSince).toEqual([SINCE]);
  });

  test('is adopted with the calls since the look before it that are about it', async () => {
    const at = (milliseconds: number, change: Change, eventId: string): Change => ({
      ...change,
      eventId,
      time: new Date(SINCE.getTime() + milliseconds),
    });
    const about = (group: { readonly id?: string; readonly name?: string }) =>
      changeOf({}, { subject: { kind: 'group', group } });
    history.changes.push(
      at(0, added(ssh), 'too early'),
      at(1, added(ssh), 'by id'),
      at(1, about({ id: 'sg-2', name: 'web' }), 'of another'),
      at(1, about({ name: 'web' }), 'by name'),
      at(1, about({ name: 'app' }), 'by another name'),
      at(1, changeOf({}, { errorCode: 'AccessDenied' }), 'failed'),
      at(1, changeOf({}, { subject: created }), 'creation'),
      at(1, changeOf({}, { subject: vpcCreated }), 'of its VPC'),
    );
    const { ready, ...rest } = await arriving(known);
    const { changes, ...arrival } = ready.get('sg-1')!;
    expect(changes.map(({ eventId }) => eventId)).toEqual(['by id', 'by name', 'creation']);
    expect(arrival).toEqual({ since: SINCE, sighting: sightingOf([ssh], before(HOUR)) });
    expect(rest).toEqual({ entrances: [entered], sightings: new Map() });
  });

  test('waits, by name, while the history cannot be asked; those of first contact do not', async () => {
    const first: GroupDetails = { id: 'sg-2' };
    history.changesSince = async () => Promise.reject(new Error('Throttled'));
    const entering = [entered, { groupId: 'sg-2', seenAt: before(HOUR) }];
    const { ready, notAdoptedYet, entrances } = await arriving({
      entering,
      sightings: sighted([ssh], before(HOUR), 'sg-2'),
      groups: [web, first],
    });
    expect([...ready.keys()]).toEqual(['sg-2']);
    expect(notAdoptedYet).toEqual({ groups: [web], reason: 'Throttled' });
    expect(entrances).toEqual(entering);
  });
});

describe('where the history has too many calls', () => {
  const groups = Array.from({ length: 61 }, (_, index): GroupDetails => ({ id: `sg-${index}` }));
  const entering = groups.map(({ id: groupId }) => ({ ...entered, groupId }));
  const sightings = new Map(groups.map(({ id }) => [id, sightingOf([ssh], before(HOUR))]));
  const many = { groups, entering, sightings };

  test('groups are asked for one by one, sixty in a run', async () => {
    history.tellsAll = false;
    const own = { ...added(ssh), time: before(MINUTE) };
    history.changes.push(own);
    const { ready } = await arriving(many);
    const firstSixty = groups.slice(0, 60).map(({ id }) => id);
    expect(history.askedFor).toEqual(firstSixty);
    expect(history.askedSince).toEqual(Array.from({ length: 61 }, () => SINCE));
    expect([...ready.keys()]).toEqual(firstSixty);
    expect(ready.get('sg-1')!.changes).toContain(own);
    expect(ready.get('sg-2')!.changes).toEqual([]);
  });

  test('what the history told of all counts beside that', async () => {
    const creation = { ...changeOf({}, { subject: created }), time: before(MINUTE) };
    history.changesSince = async () => ({ changes: [creation], areAll: false });
    const { ready } = await arriving(many);
    expect(ready.get('sg-1')!.changes).toEqual([creation]);
  });

  test('groups are asked for during two minutes, and the others by a later run', async () => {
    history.tellsAll = false;
    const clockThatTakes = (milliseconds: number) => {
      let time = NOW.getTime() - milliseconds;
      return () => new Date((time += milliseconds));
    };
    const asked = await arriving({ ...many, now: clockThatTakes(40_000) });
    expect([...asked.ready.keys()]).toEqual(['sg-0', 'sg-1']);
    expect(asked.notAdoptedYet).toBeUndefined();
  });

  test('all are asked for that are no more than sixty, where the history tells all', async () => {
    const { ready } = await arriving(many);
    expect(ready.size).toBe(61);
    expect(history.askedFor).toEqual([]);
  });

  test('the history is asked from the earliest look on', async () => {
    const earlier = { groupId: 'sg-2', seenAt: before(HOUR), after: before(5 * HOUR) };
    await arriving({
      groups: [web, { id: 'sg-2' }],
      entering: [entered, earlier],
      sightings: sighted([ssh], before(HOUR), 'sg-2'),
    });
    expect(history.askedSince).toEqual([new Date(before(5 * HOUR).getTime() - MINUTE)]);
  });
});

describe('the call that made a group', () => {
  const making = (change: Partial<Change>, group = web) =>
    makingOf({ changes: [changeOf({}, change)] }, group) !== undefined;

  test('is its own creation, and of a default group that of its VPC', () => {
    const byDefault = { ...web, name: 'default' };
    expect(making({ subject: created })).toBe(true);
    expect(making({ subject: { kind: 'group-created', group: { id: 'sg-2' } } })).toBe(false);
    expect(making({})).toBe(false);
    expect(making({ subject: vpcCreated })).toBe(false);
    expect(making({ subject: vpcCreated }, byDefault)).toBe(true);
    expect(making({}, { id: 'sg-1', name: 'default' })).toBe(false);
    expect(making({ subject: vpcCreated }, { ...byDefault, vpcId: 'vpc-2' })).toBe(false);
    expect(making({ subject: created }, { ...byDefault, id: 'sg-2' })).toBe(false);
  });

  test('wrote what a group is made with, unless a later call did', () => {
    const creation = changeOf({}, { eventId: 'creation', subject: created });
    const writer = (one: Rule, ...changes: Change[]) =>
      writerOf(one, web, { changes: [creation, ...changes] })?.eventId;
    expect(writer(LETS_ALL_OUT)).toBe('creation');
    expect(writer(ssh)).toBeUndefined();
    expect(writer(LETS_ALL_OUT, { ...added(LETS_ALL_OUT), eventId: 'adding' })).toBe('adding');
    expect(writer(ssh, { ...added(ssh), eventId: 'adding' })).toBe('adding');
  });
});

describe('a rule is newer than the last look', () => {
  const noted = (milliseconds: number) => ({
    rule: ssh,
    grants: [],
    revision: 1,
    writtenAt: new Date(SINCE.getTime() + milliseconds),
  });
  const arrival: Arrival = { since: SINCE, changes: [] };

  test('where an event was noted since', () => {
    expect(isNew(ssh, noted(1), web, arrival)).toBe(true);
    expect(isNew(ssh, noted(0), web, arrival)).toBe(false);
    expect(isNew(ssh, noted(0), web, { changes: [] })).toBe(true);
    expect(isNew(ssh, { rule: ssh, grants: [], revision: 1 }, web, { changes: [] })).toBe(false);
    expect(isNew(ssh, undefined, web, arrival)).toBe(false);
  });

  test('where it did not stand when its group came into sight', () => {
    const seen = (...rules: Rule[]) =>
      isNew(ssh, undefined, web, { ...arrival, sighting: sightingOf(rules, NOW) });
    expect(seen(https)).toBe(true);
    expect(seen(https, ssh)).toBe(false);
  });

  test('where the history has the call that wrote it, or made its group', () => {
    const since = (change: Change) => isNew(ssh, undefined, web, { ...arrival, changes: [change] });
    expect(since(added(ssh))).toBe(true);
    expect(since(added(https))).toBe(false);
    expect(since(changeOf({}, { subject: created }))).toBe(true);
  });
});
