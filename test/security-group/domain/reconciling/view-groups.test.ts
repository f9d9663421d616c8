import type {
  GroupSelector,
  MonitoredGroups,
} from '../../../../src/security-group/domain/groups/monitored-groups';
import type { GroupFilter } from '../../../../src/security-group/domain/groups/security-groups';
import {
  candidates,
  isMonitored,
  viewsOf,
} from '../../../../src/security-group/domain/reconciling/view-groups';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { LedgerInMemory } from '../../in-memory/ledger-in-memory';
import { configurationOf, forbidSsh, locked } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const EARLIER = new Date('2026-01-01T00:00:00Z');
const TEAM = { key: 'team', value: 'a' };
const byTag: GroupSelector = { kind: 'tag', ...TEAM };
const byVpc: GroupSelector = { kind: 'vpc', vpcId: 'vpc-1' };
const everyGroup: GroupSelector = { kind: 'all' };
const chosenBy = (...include: GroupSelector[]): MonitoredGroups => ({ include, exclude: [] });
const recordOf = (groupId: string) => groupRecord(EARLIER, { groupId, name: groupId, vpcId: 'v' });

/** EC2 that says what it was asked, and fails where it is told to. */
class AskedGroups extends GroupsInMemory {
  readonly asked: GroupFilter[] = [];
  fails: (filter: GroupFilter) => boolean = () => false;

  override async find(filter: GroupFilter) {
    this.asked.push(filter);
    if (this.fails(filter)) throw new Error('Throttled');
    return super.find(filter);
  }
}

let groups: AskedGroups;
let ledger: LedgerInMemory;

beforeEach(() => {
  groups = new AskedGroups();
  ledger = new LedgerInMemory();
});

const found = async (watchedIds: readonly string[], ...include: GroupSelector[]) =>
  candidates(
    watchedIds.map(recordOf),
    configurationOf([], { monitoredGroups: chosenBy(...include) }),
    groups,
  );

describe('groups that may be watched', () => {
  test('are those that are chosen now, each once, and those that were adopted', async () => {
    groups.create({ id: 'sg-1', vpcId: 'vpc-1', tags: [TEAM] });
    groups.create({ id: 'sg-2' });
    groups.create({ id: 'sg-3' });
    const { existing, ...doubts } = await found(['sg-1', 'sg-2', 'sg-gone'], byTag, byVpc);
    expect(existing.map(({ id }) => id)).toEqual(['sg-1', 'sg-2']);
    expect(doubts).toEqual({ notFound: [], selections: [], unread: [] });
    expect(groups.asked).toEqual([byTag, byVpc, { kind: 'ids', groupIds: ['sg-2', 'sg-gone'] }]);
  });

  test('that were adopted are asked for 200 at a time, and a call that fails costs no others', async () => {
    const ids = Array.from({ length: 201 }, (_, index) => `sg-${index}`);
    for (const id of ids) groups.create({ id });
    groups.fails = (filter) => filter.kind === 'ids' && filter.groupIds.includes('sg-200');
    const { existing, notFound } = await found(ids, byTag);
    expect(existing).toEqual(ids.slice(0, 200).map((id) => ({ id })));
    expect(notFound).toEqual([
      { group: { id: 'sg-200', name: 'sg-200', vpcId: 'v' }, reason: 'Throttled' },
    ]);
  });

  test.each<[string, GroupSelector]>([
    ['groups with the tag team=a', byTag],
    ['groups of vpc-1', byVpc],
    ['the groups sg-1, sg-2', { kind: 'ids', groupIds: ['sg-1', 'sg-2'] }],
    ['all groups', everyGroup],
  ])('may be missed where %s cannot be looked up', async (selection, selector) => {
    groups.create({ id: 'sg-3', vpcId: 'vpc-3' });
    groups.fails = (filter) => filter === selector;
    const { existing, selections, unread } = await found(
      [],
      { kind: 'vpc', vpcId: 'vpc-3' },
      selector,
    );
    expect(existing).toEqual([{ id: 'sg-3', vpcId: 'vpc-3' }]);
    expect(selections).toEqual([{ selection, reason: 'Throttled' }]);
    expect(unread).toEqual([selector]);
  });
});

describe('a group is watched', () => {
  const watched = (monitoredGroups: MonitoredGroups, ...records: string[]) =>
    isMonitored({ id: 'sg-1' }, records.map(recordOf), configurationOf([], { monitoredGroups }));

  test('by its id, by what it is, or as it was adopted', () => {
    expect(watched(chosenBy({ kind: 'ids', groupIds: ['sg-1'] }))).toBe(true);
    expect(watched(chosenBy(everyGroup))).toBe(true);
    expect(watched(chosenBy(byTag))).toBe(false);
    expect(watched(chosenBy(byTag), 'sg-2', 'sg-1')).toBe(true);
    expect(watched(chosenBy(byTag), 'sg-2')).toBe(false);
  });

  test('no more where a deployment names others by their ids', () => {
    expect(watched(chosenBy({ kind: 'ids', groupIds: ['sg-2'] }), 'sg-1')).toBe(false);
  });

  test('where it was not adopted, unless it is excluded', () => {
    const exclude: GroupSelector[] = [byVpc];
    const details = { id: 'sg-1', vpcId: 'vpc-1' };
    const configuration = configurationOf([], {
      monitoredGroups: { include: [everyGroup], exclude },
    });
    expect(isMonitored(details, [], configuration)).toBe(false);
    expect(isMonitored({ id: 'sg-1' }, [], configuration)).toBe(true);
  });
});

describe('a group is read', () => {
  const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
  const web = { id: 'sg-1', tags: [TEAM] };
  const rulesOfAll = async (ids: readonly string[]) =>
    new Map(ids.flatMap((id) => groups.all.get(id) ?? []).map((one) => [one.details.id, one]));
  const viewed = async (configuration = configurationOf([locked]), ...details: (typeof web)[]) =>
    viewsOf(details, configuration, { ledger, groups, rulesOfAll });

  test('with its rules, the lists that they name, and its ledger', async () => {
    const list = { id: 'pl-1', isAwsManaged: false, cidrs: [] };
    groups.create(web, viaList);
    groups.lists.set('pl-1', list);
    groups.lists.set('pl-2', { ...list, id: 'pl-2' });
    ledger.adopt('sg-1', [viaList]);
    const { views, notJudged } = await viewed(undefined, web, { ...web, id: 'sg-empty' });
    expect(notJudged).toEqual([]);
    expect(views).toMatchObject([
      { details: web, group: { rules: [viaList] }, ledger: { record: { groupId: 'sg-1' } } },
      { details: { id: 'sg-empty' }, group: { rules: [], unreadableRuleIds: [] } },
    ]);
    expect(views[0]!.ledger.entries.size).toBe(1);
    expect([...views[0]!.prefixLists.keys()]).toEqual(['pl-1']);
    expect(views[0]).not.toHaveProperty('tags');
  });

  test('with the policies that are for it, by the tags that count', async () => {
    const forTeam = { ...forbidSsh, appliesTo: chosenBy(byTag) };
    const configuration = configurationOf([locked, forTeam]);
    const [tagged, other] = (await viewed(configuration, web, { id: 'sg-2', tags: [] })).views;
    expect(tagged!.configuration.policies).toEqual([locked, forTeam]);
    expect(tagged!.tags).toEqual({ had: [TEAM], lacked: [] });
    expect(other!.configuration.policies).toEqual([locked]);
  });

  test('without the tags of before it was let go, and with those of before it was gone', async () => {
    const tags = { had: [TEAM], lacked: [] };
    const configuration = configurationOf([{ ...locked, appliesTo: chosenBy(byTag) }]);
    const policies = async (releasedFor?: 'deleted' | 'not-chosen') => {
      ledger.adopt('sg-1', [], { tags, ...(releasedFor && { releasedAt: EARLIER, releasedFor }) });
      const { views } = await viewed(configuration, { ...web, tags: [] });
      return views[0]!.configuration.policies.length;
    };
    expect(await policies()).toBe(1);
    expect(await policies('deleted')).toBe(1);
    expect(await policies('not-chosen')).toBe(0);
  });
});
