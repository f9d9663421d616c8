import type { MonitoredGroups } from '../../../src/security-group/domain/groups/monitored-groups';
import { heartbeatGroup } from '../../../src/security-group/domain/heartbeat';
import { GroupsInMemory } from '../in-memory/groups-in-memory';

const WATCHED = { key: 'watched', value: 'yes' };

async function groupFor(monitoredGroups: MonitoredGroups): Promise<string | undefined> {
  const groups = new GroupsInMemory();
  groups.create({ id: 'sg-1', name: 'one', vpcId: 'vpc-1' });
  groups.create({ id: 'sg-2', name: 'two', vpcId: 'vpc-1', tags: [WATCHED] });
  return heartbeatGroup({ monitoredGroups }, groups);
}

describe('the heartbeat is a dry run on', () => {
  test.each<[string, MonitoredGroups, string]>([
    ['the first group that is there', { include: [{ kind: 'all' }], exclude: [] }, 'sg-1'],
    [
      'one that is monitored, and not excluded',
      { include: [{ kind: 'all' }], exclude: [{ kind: 'ids', groupIds: ['sg-1'] }] },
      'sg-2',
    ],
    [
      'one that is chosen by another part',
      {
        include: [{ kind: 'ids', groupIds: ['sg-gone'] }],
        exclude: [],
        others: [{ include: [{ kind: 'tag', ...WATCHED }], exclude: [] }],
      },
      'sg-2',
    ],
  ])('%s', async (_, monitored, id) => {
    expect(await groupFor(monitored)).toBe(id);
  });

  test('none, where no monitored group exists', async () => {
    expect(
      await groupFor({ include: [{ kind: 'ids', groupIds: ['sg-gone'] }], exclude: [] }),
    ).toBeUndefined();
    expect(await groupFor({ include: [], exclude: [] })).toBeUndefined();
  });
});
