import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import type { GroupRecord } from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { Sentry } from '../../../../src/security-group/domain/responding/sentry';
import {
  sentryIn,
  sentryInGroup,
} from '../../../../src/security-group/domain/responding/sentry-in';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { configurationOf, forbidSsh, locked } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';

const WEB = { key: 'tier', value: 'web' };
const ADOPTED = new Date('2025-12-01T00:00:00Z');
const counted = { had: [WEB], lacked: [] };

const chosen = (...include: MonitoredGroups['include']): MonitoredGroups => ({
  include,
  exclude: [],
});
const forAll: Policy = { ...locked, name: 'for-all' };
const forOne: Policy = {
  ...forbidSsh,
  name: 'for-one',
  appliesTo: chosen({ kind: 'ids', groupIds: ['sg-1'] }),
};
const forWeb: Policy = {
  ...forbidSsh,
  name: 'for-web',
  appliesTo: chosen({ kind: 'tag', ...WEB }),
};
const forVpc: Policy = {
  ...forbidSsh,
  name: 'for-vpc',
  appliesTo: chosen({ kind: 'vpc', vpcId: 'vpc-9' }),
};

/** With how often the groups were looked for. */
function sentryWith(...policies: Policy[]) {
  const memory = new SentryInMemory(configurationOf(policies), SentryInMemory.newTo([]).groups);
  const find = jest.spyOn(memory.groups, 'find');
  const sentry: Sentry = { configuration: memory.configuration, ports: memory.ports(1) };
  return { memory, sentry, find };
}

function namesIn({ configuration }: Sentry): (string | undefined)[] {
  return configuration.policies.map(({ name }) => name);
}

function tag(memory: SentryInMemory): void {
  memory.groups.create({ id: 'sg-1', name: 'web', vpcId: 'vpc-1', tags: [WEB] });
}

describe('the sentry in a group goes by the policies that hold for it', () => {
  test('which are all where each is for all groups', async () => {
    const { memory, sentry, find } = sentryWith(forAll);
    const record = jest.spyOn(memory.ledger, 'record');
    expect(await sentryIn({ id: 'sg-1', ledger: {} }, sentry)).toBe(sentry);
    expect(await sentryInGroup('sg-1', sentry)).toBe(sentry);
    expect([find, record].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  test('by its id alone, without a look at it, where that tells', async () => {
    const { sentry, find } = sentryWith(forAll, forOne);
    expect(namesIn(await sentryIn({ id: 'sg-1', ledger: {} }, sentry))).toEqual([
      'for-all',
      'for-one',
    ]);
    expect(namesIn(await sentryIn({ id: 'sg-2', ledger: {} }, sentry))).toEqual(['for-all']);
    expect(find).not.toHaveBeenCalled();
  });

  test('by the tags that it has, as it is looked up', async () => {
    const { memory, sentry, find } = sentryWith(forAll, forWeb);
    expect(namesIn(await sentryIn({ id: 'sg-1', ledger: {} }, sentry))).toEqual(['for-all']);
    tag(memory);
    memory.groups.create({ id: 'sg-0' });
    expect(namesIn(await sentryIn({ id: 'sg-1', ledger: {} }, sentry))).toEqual([
      'for-all',
      'for-web',
    ]);
    expect(find).toHaveBeenCalledTimes(2);
  });

  test('by what is known of it already, without another look', async () => {
    const { sentry, find } = sentryWith(forWeb);
    const details = { id: 'sg-1', tags: [WEB] };
    expect(namesIn(await sentryIn({ id: 'sg-1', details, ledger: {} }, sentry))).toEqual([
      'for-web',
    ]);
    expect(find).not.toHaveBeenCalled();
  });

  test('by what the ledger remembers of it, where it is gone', async () => {
    const { sentry } = sentryWith(forVpc);
    const record = groupRecord(ADOPTED, { groupId: 'sg-9', vpcId: 'vpc-9' });
    expect(namesIn(await sentryIn({ id: 'sg-9', ledger: { record } }, sentry))).toEqual([
      'for-vpc',
    ]);
    expect(namesIn(await sentryIn({ id: 'sg-9', ledger: {} }, sentry))).toEqual([]);
  });

  test.each<[string, Partial<GroupRecord>, readonly string[]]>([
    ['as long as it is watched', {}, ['for-web']],
    ['and not once it was let go', { releasedAt: ADOPTED }, []],
  ])('by tags that it had before, %s', async (_, values, names) => {
    const { memory, sentry } = sentryWith(forWeb);
    memory.ledger.adopt('sg-1', [], { tags: counted, ...values });
    const record = memory.recordOf('sg-1')!;
    expect(namesIn(await sentryIn({ id: 'sg-1', ledger: { record } }, sentry))).toEqual(names);
    expect(namesIn(await sentryInGroup('sg-1', sentry))).toEqual(names);
  });

  test('also where the ledger does not know it', async () => {
    const { sentry } = sentryWith(forAll, forWeb);
    expect(namesIn(await sentryInGroup('sg-1', sentry))).toEqual(['for-all']);
  });
});
