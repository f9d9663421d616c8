import type { Change, ChangeSubject } from '../../../../src/security-group/domain/changes/change';
import type { GroupDetails } from '../../../../src/security-group/domain/groups/group';
import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import type { GroupFilter } from '../../../../src/security-group/domain/groups/security-groups';
import {
  type ChangedGroups,
  monitoredToday,
  RehearsedGroups,
} from '../../../../src/security-group/domain/rehearsing/rehearsed-groups';
import { changeOf } from '../../samples/changes';

const PROD = { key: 'env', value: 'prod' };
const web: GroupDetails = { id: 'sg-web', name: 'web', vpcId: 'vpc-1', tags: [PROD] };
const own: GroupDetails = { id: 'sg-default', name: 'default', vpcId: 'vpc-1', tags: [PROD] };
const db: GroupDetails = { id: 'sg-db', name: 'db', vpcId: 'vpc-1' };
const all = [web, own, db];
const MONITORED = new Map([web, own].map((group) => [group.id, group]));

/** Those with the tag, and one by its id, which is gone; one is left out. */
const SELECTION: MonitoredGroups = {
  include: [
    { kind: 'tag', ...PROD },
    { kind: 'ids', groupIds: ['sg-gone'] },
  ],
  exclude: [{ kind: 'ids', groupIds: ['sg-out'] }],
};

let asked: GroupFilter[];
beforeEach(() => {
  asked = [];
});

const finder = {
  find: async (filter: GroupFilter): Promise<GroupDetails[]> => {
    asked.push(filter);
    if (filter.kind === 'ids') return all.filter(({ id }) => filter.groupIds.includes(id));
    if (filter.kind === 'name') return all.filter(({ name }) => name === filter.name);
    return filter.kind === 'tag' ? all.filter(({ tags }) => tags) : all;
  },
};

function to(subject: ChangeSubject): Change {
  return changeOf({}, { subject });
}

function toGroup(group: { id?: string; name?: string }): Change {
  return to({ kind: 'group', group });
}

async function changedBy(change: Change, naming: GroupDetails[] = []): Promise<ChangedGroups> {
  const groups = await RehearsedGroups.of([change], SELECTION, MONITORED, finder);
  return groups.changedBy(change, () => naming);
}

test('monitored are those that are found, but what is left out', async () => {
  const selection = {
    include: [{ kind: 'all' as const }],
    exclude: [{ kind: 'ids' as const, groupIds: ['sg-db'] }],
  };
  expect([...(await monitoredToday(selection, finder)).keys()]).toEqual(['sg-web', 'sg-default']);
});

describe('a change is about monitored groups', () => {
  test.each<[string, ChangeSubject, readonly string[]]>([
    ['by the id', { kind: 'group', group: { id: 'sg-web' } }, ['sg-web']],
    ['that it creates', { kind: 'group-created', group: { id: 'sg-web' } }, ['sg-web']],
    ['that it deletes', { kind: 'group-deleted', group: { id: 'sg-web' } }, ['sg-web']],
    ['by the name', { kind: 'group', group: { name: 'web' } }, ['sg-web']],
    ['the default group of a VPC', { kind: 'vpc-created', vpcId: 'vpc-1' }, ['sg-default']],
  ])('%s', async (_, subject, ids) => {
    const changed = await changedBy(to(subject));
    expect(changed).toMatchObject({ kind: 'monitored', groups: ids.map((id) => ({ id })) });
  });

  test('by a list that they name', async () => {
    const subject: ChangeSubject = { kind: 'prefix-list', prefixListId: 'pl-1' };
    expect(await changedBy(to(subject), [web])).toEqual({ kind: 'monitored', groups: [web] });
    expect(await changedBy(to(subject))).toEqual({ kind: 'elsewhere' });
  });
});

test('a group that is gone, and that the selection names by its id alone, was monitored', async () => {
  const byId: MonitoredGroups = { include: [{ kind: 'ids', groupIds: ['sg-gone'] }], exclude: [] };
  const change = toGroup({ id: 'sg-gone' });
  const groups = await RehearsedGroups.of([change], byId, new Map(), finder);
  expect(groups.changedBy(change, () => [])).toEqual({
    kind: 'monitored',
    groups: [{ id: 'sg-gone' }],
  });
  expect(asked).toEqual([]);
});

test.each<[string, ChangeSubject, ChangedGroups['kind']]>([
  ['another group that is there', { kind: 'group', group: { id: 'sg-db' } }, 'elsewhere'],
  ['another group by its name', { kind: 'group', group: { name: 'db' } }, 'elsewhere'],
  ['a group that is left out, and gone', { kind: 'group', group: { id: 'sg-out' } }, 'elsewhere'],
  ['a group that is gone', { kind: 'group', group: { id: 'sg-1' } }, 'gone'],
  ['a group that is gone, by its name', { kind: 'group', group: { name: 'x' } }, 'gone'],
  ['another VPC', { kind: 'vpc-created', vpcId: 'vpc-2' }, 'elsewhere'],
  ['tags', { kind: 'tags', groupIds: ['sg-web'], tagKeys: [] }, 'elsewhere'],
])('of %s, no rule is judged', async (_, subject, kind) => {
  expect(await changedBy(to(subject))).toEqual({ kind });
});

test('a group that is there says nothing of one that is gone', async () => {
  const [there, gone] = [toGroup({ id: 'sg-db' }), toGroup({ id: 'sg-1' })];
  const groups = await RehearsedGroups.of([there, gone], SELECTION, MONITORED, finder);
  expect([there, gone].map((change) => groups.changedBy(change, () => []).kind)).toEqual([
    'elsewhere',
    'gone',
  ]);
});

describe('groups are looked up', () => {
  async function look(...changes: Change[]): Promise<GroupFilter[]> {
    await RehearsedGroups.of(changes, SELECTION, MONITORED, finder);
    return asked;
  }

  test('once each, where it is not known without', async () => {
    const named = [
      { id: 'sg-db', name: 'db' },
      { id: 'sg-db' },
      { id: 'sg-web' },
      { id: 'sg-out' },
      { name: 'x' },
      { name: 'x' },
      {},
    ];
    const vpc = to({ kind: 'vpc-created', vpcId: 'vpc-1' });
    expect(await look(vpc, ...named.map(toGroup))).toEqual([
      { kind: 'ids', groupIds: ['sg-db'] },
      { kind: 'name', name: 'x' },
    ]);
  });

  test('two hundred at a time by ids, and fifty in all by names', async () => {
    const ids = Array.from({ length: 201 }, (_, index) => toGroup({ id: `sg-${index}` }));
    const names = Array.from({ length: 51 }, (_, index) => toGroup({ name: `n-${index}` }));
    const [first, second, ...others] = await look(...ids, ...names);
    expect([first, second]).toMatchObject([{ kind: 'ids' }, { kind: 'ids', groupIds: ['sg-200'] }]);
    expect(others).toHaveLength(50);
  });
});
