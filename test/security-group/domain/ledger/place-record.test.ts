import type {
  GroupSelector,
  MonitoredGroups,
} from '../../../../src/security-group/domain/groups/monitored-groups';
import {
  afterLook,
  entranceOf,
  entrancesToKeep,
  isSighted,
  mayEnter,
  NEW_PLACE,
  type PlaceRecord,
  sightingOf,
  watchedFrom,
} from '../../../../src/security-group/domain/ledger/place-record';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = new Date('2026-01-01T12:00:00Z');
const before = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);

const byTag: GroupSelector = { kind: 'tag', key: 'team', value: 'web' };
const byVpc: GroupSelector = { kind: 'vpc', vpcId: 'vpc-1' };
const both: MonitoredGroups = { include: [byTag, byVpc], exclude: [] };
const onlyTag: MonitoredGroups = { include: [byTag], exclude: [] };

const looked: PlaceRecord = {
  lastLookAt: before(DAY),
  looks: [
    { choice: 'tag team=web', at: before(60 * MINUTE) },
    { choice: 'vpc-1', at: before(30 * MINUTE) },
  ],
  entering: [],
};

describe('a group that comes into sight', () => {
  const tagged = { id: 'sg-1', tags: [{ key: 'team', value: 'web' }] };

  test('was not there at the last look that would have shown it', () => {
    expect(entranceOf(tagged, looked, both, NOW)).toEqual({
      groupId: 'sg-1',
      seenAt: NOW,
      after: before(60 * MINUTE),
    });
  });

  test('that two choices mean was not there at the later look of both', () => {
    const inBoth = { ...tagged, vpcId: 'vpc-1' };
    expect(entranceOf(inBoth, looked, both, NOW).after).toEqual(before(30 * MINUTE));
  });

  test('by a choice that was never looked up was not there at the last look of the place', () => {
    const byOther = { ...looked, looks: [{ choice: 'vpc-1', at: before(30 * MINUTE) }] };
    expect(entranceOf(tagged, byOther, both, NOW).after).toEqual(before(30 * MINUTE));
    expect(entranceOf(tagged, { ...looked, looks: [] }, both, NOW).after).toEqual(before(DAY));
  });

  test('at first contact was there for no one knows how long', () => {
    expect(entranceOf(tagged, NEW_PLACE, both, NOW)).toEqual({ groupId: 'sg-1', seenAt: NOW });
  });

  test('came into sight when it was seen first', () => {
    const known = { groupId: 'sg-1', seenAt: before(DAY) };
    expect(entranceOf(tagged, { ...looked, entering: [known] }, both, NOW)).toEqual(known);
  });

  test('enters half an hour after it and its rules were seen: by then all is known of the time before', () => {
    const seen = (groupAgo: number, rulesAgo: number) =>
      mayEnter(
        { groupId: 'sg-1', seenAt: before(groupAgo) },
        { at: before(rulesAgo), rules: [] },
        NOW,
      );
    expect(seen(30 * MINUTE, 30 * MINUTE)).toBe(true);
    expect(seen(30 * MINUTE - 1, DAY)).toBe(false);
    expect(seen(DAY, 30 * MINUTE - 1)).toBe(false);
  });

  test('is watched from a minute before the look that lacked it', () => {
    expect(watchedFrom({ after: NOW })).toEqual(before(MINUTE));
    expect(watchedFrom({})).toBeUndefined();
  });
});

test('a rule was sighted only with the same id and the same values', () => {
  const ssh = rule({ id: 'sgr-1' });
  const sighting = sightingOf([ssh], NOW);
  expect(sighting.at).toEqual(NOW);
  expect(isSighted(ssh, sighting)).toBe(true);
  expect(isSighted({ ...ssh, id: 'sgr-2' }, sighting)).toBe(false);
  expect(isSighted(rule({ id: 'sgr-1', fromPort: 80, toPort: 80 }), sighting)).toBe(false);
});

describe('after a look', () => {
  test('each choice was looked up when it began', () => {
    expect(afterLook(looked, both, [], NOW)).toEqual({
      lastLookAt: NOW,
      looks: [
        { choice: 'tag team=web', at: NOW },
        { choice: 'vpc-1', at: NOW },
      ],
    });
  });

  test('a choice that could not be read keeps its time, and so does the place', () => {
    expect(afterLook(looked, both, [byVpc], NOW)).toEqual({
      lastLookAt: before(DAY),
      looks: [
        { choice: 'tag team=web', at: NOW },
        { choice: 'vpc-1', at: before(30 * MINUTE) },
      ],
    });
  });

  test('a new choice that could not be read goes by the last look of the place, or else this one', () => {
    const other = { ...looked, looks: [{ choice: 'vpc-1', at: before(MINUTE) }] };
    expect(afterLook(other, onlyTag, [byTag], NOW).looks[0]?.at).toEqual(before(MINUTE));
    expect(afterLook(NEW_PLACE, onlyTag, [byTag], NOW)).toEqual({
      looks: [{ choice: 'tag team=web', at: NOW }],
    });
  });

  test('nothing goes back to before a run that began later and ended earlier', () => {
    const later = { ...looked, lastLookAt: NOW, looks: [{ choice: 'tag team=web', at: NOW }] };
    expect(afterLook(later, onlyTag, [], before(MINUTE))).toEqual({
      lastLookAt: NOW,
      looks: [{ choice: 'tag team=web', at: NOW }],
    });
  });

  test('ids are one choice, whatever they are: they change with each deployment', () => {
    const ids = (...groupIds: string[]): GroupSelector => ({ kind: 'ids', groupIds });
    const byIds: MonitoredGroups = { include: [ids('sg-1'), ids('sg-2', 'sg-3')], exclude: [] };
    expect(afterLook(looked, byIds, [], NOW).looks).toEqual([{ choice: 'ids', at: NOW }]);
    expect(afterLook(looked, { include: [{ kind: 'all' }], exclude: [] }, [], NOW).looks).toEqual([
      { choice: 'all', at: NOW },
    ]);
  });

  test('a choice that no one makes any more is forgotten', () => {
    const { looks } = afterLook(looked, onlyTag, [], NOW);
    expect(looks.map(({ choice }) => choice)).toEqual(['tag team=web']);
  });
});

describe('of the groups that have not entered', () => {
  const entrance = (groupId: string, ago = 0) => ({ groupId, seenAt: before(ago) });
  const kept = (entering: PlaceRecord['entering'], adopted: readonly string[] = []) =>
    entrancesToKeep([entrance('sg-seen')], { ...looked, entering }, new Set(adopted), NOW).map(
      ({ groupId }) => groupId,
    );

  test('one that a look lacks is remembered for a week', () => {
    expect(kept([entrance('sg-lacked', 7 * DAY - 1)])).toEqual(['sg-seen', 'sg-lacked']);
    expect(kept([entrance('sg-lacked', 7 * DAY)])).toEqual(['sg-seen']);
  });

  test('one that was seen again, or adopted, does not stand there twice', () => {
    expect(kept([entrance('sg-seen', DAY), entrance('sg-in', DAY)], ['sg-in'])).toEqual([
      'sg-seen',
    ]);
  });

  test('no more than an item can hold are kept', () => {
    const many = Array.from({ length: 2_500 }, (_, index) => entrance(`sg-${index}`));
    expect(kept(many)).toHaveLength(2_000);
  });
});
