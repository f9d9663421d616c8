import type { GroupDetails } from '../../../../src/security-group/domain/groups/group';
import type {
  GroupSelector,
  MonitoredGroups,
} from '../../../../src/security-group/domain/groups/monitored-groups';
import {
  EMPTY_LEDGER,
  type GroupRecord,
} from '../../../../src/security-group/domain/ledger/ledger';
import {
  isReturned,
  mayBeThere,
  releasesIn,
  returned,
} from '../../../../src/security-group/domain/reconciling/releases';
import type { Candidates } from '../../../../src/security-group/domain/reconciling/view-groups';
import { configurationOf } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';

const DAY = 24 * 60 * 60_000;
const NOW = new Date('2026-01-02T00:00:00Z');
const BEFORE = new Date('2026-01-01T00:00:00Z');
const WEB = { key: 'tier', value: 'web' };
const APP = { key: 'tier', value: 'app' };
const byTag = (tag: typeof WEB): GroupSelector => ({ kind: 'tag', ...tag });
const byId = (...groupIds: string[]): GroupSelector => ({ kind: 'ids', groupIds });
const chosenBy = (...include: GroupSelector[]): MonitoredGroups => ({ include, exclude: [] });

const record = groupRecord(BEFORE);
const unseen: GroupRecord = { ...record, unseenSince: BEFORE, isDeletionTold: true };
const tagged: GroupDetails = { id: 'sg-1', tags: [WEB] };
const untagged: GroupDetails = { id: 'sg-1' };

interface Look extends Partial<Candidates> {
  readonly chosenBy?: MonitoredGroups;
  /** Whether a deployment has chosen others since the group was adopted. */
  readonly isOtherSelection?: boolean;
}

function looked(one: GroupRecord, look: Look = {}) {
  const { chosenBy: monitoredGroups = chosenBy(byTag(WEB)), isOtherSelection, ...seen } = look;
  const candidates = { existing: [], notFound: [], selections: [], unread: [], ...seen };
  const digests = { selection: isOtherSelection ? 'other' : 's', policies: 'p' };
  return releasesIn([one], candidates, configurationOf([], { monitoredGroups, digests }), NOW);
}

const NOTHING = { released: [], changed: [] };

describe('a group that a look lacks', () => {
  test('is kept in mind after the first look, and released after the second', () => {
    expect(looked(record)).toEqual({
      released: [],
      changed: [{ ...record, unseenSince: NOW }],
    });
    expect(looked(unseen)).toEqual({
      released: [{ group: unseen, reason: 'deleted' }],
      changed: [],
    });
  });

  test('is not released while some choice could not be looked up, nor where no one could ask for it', () => {
    const failed = { selection: 'all groups', reason: 'Throttled' };
    expect(looked(unseen, { selections: [failed] })).toEqual(NOTHING);
    expect(looked(unseen, { notFound: [{ group: untagged, reason: 'Throttled' }] })).toEqual(
      NOTHING,
    );
  });

  test('and that is there again was never gone', () => {
    expect(looked(unseen, { existing: [tagged] })).toEqual({ released: [], changed: [record] });
    expect(looked(record, { existing: [tagged] })).toEqual(NOTHING);
  });
});

describe('a group that a deployment names no more', () => {
  test('by its very id is released by the first look, be it there or not', () => {
    const others = { chosenBy: chosenBy(byId('sg-2')) };
    const release = { released: [{ group: record, reason: 'not-chosen' }], changed: [] };
    expect(looked(record, { ...others, existing: [untagged] })).toEqual(release);
    expect(looked(record, others)).toEqual(release);
    expect(looked(record, { chosenBy: chosenBy(byId('sg-1')), existing: [untagged] })).toEqual(
      NOTHING,
    );
  });

  test('by its tags is released by the second look', () => {
    const look = { existing: [untagged], isOtherSelection: true };
    expect(looked(record, look).changed).toEqual([{ ...record, unseenSince: NOW }]);
    expect(looked(unseen, look).released).toEqual([{ group: unseen, reason: 'not-chosen' }]);
  });

  test('is still watched where only its tags have changed, and not the selection', () => {
    expect(looked(record, { existing: [untagged] })).toEqual(NOTHING);
  });

  test('is still watched by a tag that it has had, where several choose groups', () => {
    const had = { ...record, tags: { had: [WEB], lacked: [] } };
    const look = { existing: [untagged], isOtherSelection: true };
    expect(looked(had, { ...look, chosenBy: chosenBy(byTag(WEB), byTag(APP)) })).toEqual(NOTHING);
    expect(looked(had, { ...look, chosenBy: chosenBy(byTag(WEB)) }).changed).toHaveLength(1);
  });
});

describe('a group that was released', () => {
  const gone = { ...unseen, releasedAt: BEFORE, releasedFor: 'deleted' } as const;

  test('as gone is looked for during a day, as any that is watched', () => {
    expect(mayBeThere(record, NOW)).toBe(true);
    expect(mayBeThere(gone, new Date(BEFORE.getTime() + DAY - 1))).toBe(true);
    expect(mayBeThere(gone, new Date(BEFORE.getTime() + DAY))).toBe(false);
    expect(mayBeThere({ ...gone, releasedFor: 'not-chosen' }, BEFORE)).toBe(false);
  });

  test('as gone, and is there, counts as before', () => {
    expect(isReturned({ ...EMPTY_LEDGER, record: gone })).toBe(true);
    expect(isReturned({ ...EMPTY_LEDGER, record: { ...gone, releasedFor: 'not-chosen' } })).toBe(
      false,
    );
    expect(isReturned({ ...EMPTY_LEDGER, record })).toBe(false);
    expect(isReturned(EMPTY_LEDGER)).toBe(false);
    expect(returned(gone)).toEqual(record);
  });
});
