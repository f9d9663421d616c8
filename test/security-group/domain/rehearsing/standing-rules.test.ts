import type { GroupDetails } from '../../../../src/security-group/domain/groups/group';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  readStandingRules,
  withLists,
} from '../../../../src/security-group/domain/rehearsing/standing-rules';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { allowHttpsOnly, forbidSsh, locked } from '../../samples/changes';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-01T12:00:00Z');
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const listed = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
const OPEN: PrefixList = { id: 'pl-1', isAwsManaged: false, cidrs: ['0.0.0.0/0'] };

let askedGroups: (readonly string[])[];
let askedLists: (readonly string[])[];
beforeEach(() => {
  askedGroups = [];
  askedLists = [];
});

function portsOf(
  rules: Readonly<Record<string, readonly Rule[]>>,
  lists: readonly PrefixList[] = [OPEN],
) {
  return {
    groups: {
      prefixLists: async (ids: readonly string[]) => {
        askedLists.push(ids);
        return new Map(lists.filter(({ id }) => ids.includes(id)).map((list) => [list.id, list]));
      },
    },
    rulesOfAll: async (ids: readonly string[]) => {
      askedGroups.push(ids);
      return new Map(
        ids.flatMap((id) =>
          rules[id] ? [[id, { rules: rules[id], unreadableRuleIds: [] }] as const] : [],
        ),
      );
    },
  };
}

function group(id: string, tier?: string): GroupDetails {
  return { id, ...(tier && { tags: [{ key: 'tier', value: tier }] }) };
}

async function read(
  groups: readonly GroupDetails[],
  policies: readonly Policy[],
  ports: ReturnType<typeof portsOf>,
  isKept = (_group: GroupDetails, _rules: readonly Rule[]) => false,
) {
  return readStandingRules(groups, { policies, now: NOW }, isKept, ports);
}

test('rules and groups that violate are counted for each policy, with some of them', async () => {
  const ports = portsOf({ 'sg-1': [ssh, https], 'sg-2': [https] });
  const groups = [group('sg-1'), group('sg-2'), group('sg-empty')];
  const named = { ...forbidSsh, name: 'no-ssh' };
  const { violations } = await read(groups, [named, locked, allowHttpsOnly], ports);
  const examples = [{ group: groups[0], rule: ssh }];
  expect(violations).toEqual([
    { policy: 'no-ssh', baseline: 'forbid', response: 'revert', rules: 1, groups: 1, examples },
    { policy: 'locked', baseline: 'locked', response: 'revert', rules: 0, groups: 0, examples: [] },
    {
      policy: 'allowOnly',
      baseline: 'allowOnly',
      response: 'revert',
      rules: 1,
      groups: 1,
      examples,
    },
  ]);
});

test('a policy is held against the groups that it is for', async () => {
  const appliesTo = { include: [{ kind: 'tag' as const, key: 'tier', value: 'db' }], exclude: [] };
  const ports = portsOf({ 'sg-1': [ssh], 'sg-2': [ssh] });
  const groups = [group('sg-1', 'web'), group('sg-2', 'db')];
  const { violations } = await read(groups, [{ ...forbidSsh, appliesTo }, forbidSsh], ports);
  expect(violations.map(({ rules }) => rules)).toEqual([1, 2]);
  expect(violations[0]?.examples.map(({ group: { id } }) => id)).toEqual(['sg-2']);
});

test('ten examples are told, and all are counted, of groups that are read two hundred at a time', async () => {
  const groups = Array.from({ length: 201 }, (_, index) => group(`sg-${index}`));
  const ports = portsOf(
    Object.fromEntries(groups.map(({ id }) => [id, [ssh, { ...ssh, toPort: 23 }]])),
  );
  const { violations } = await read(groups, [forbidSsh], ports);
  expect(violations).toMatchObject([{ rules: 402, groups: 201 }]);
  expect(violations[0]?.examples.map(({ group: { id } }) => id)).toEqual(
    ['sg-0', 'sg-1', 'sg-2', 'sg-3', 'sg-4'].flatMap((id) => [id, id]),
  );
  expect(askedGroups.map(({ length }) => length)).toEqual([200, 1]);
});

test('what the changes need is kept', async () => {
  const ports = portsOf({ 'sg-1': [ssh], 'sg-2': [https] });
  const groups = [group('sg-1'), group('sg-2'), group('sg-3')];
  const { kept } = await read(
    groups,
    [forbidSsh],
    ports,
    ({ id }, rules) => rules.includes(https) || id === 'sg-3',
  );
  expect([...kept]).toEqual([
    ['sg-2', [https]],
    ['sg-3', []],
  ]);
});

test('the lists that rules name are looked into, each read once', async () => {
  const ports = portsOf({ 'sg-1': [listed, https], 'sg-2': [listed] });
  const { violations, prefixLists, inDoubt } = await read(
    [group('sg-1'), group('sg-2')],
    [forbidSsh],
    ports,
  );
  expect(violations).toMatchObject([{ rules: 2, groups: 2 }]);
  expect([[...prefixLists.keys()], inDoubt, askedLists]).toEqual([['pl-1'], 0, [['pl-1']]]);
  expect(await withLists(prefixLists, [listed, ssh], ports)).toBe(prefixLists);
  expect(askedLists).toHaveLength(1);
});

test('rules that hang on what is not known are counted', async () => {
  const vpc: Policy = {
    ...forbidSsh,
    baseline: {
      kind: 'forbid',
      patterns: [{ name: 'the VPC', peers: [{ kind: 'vpc', vpcId: 'vpc-1' }] }],
    },
  };
  const near = rule({ id: 'sgr-near', ipRange: '10.0.0.0/16' });
  const byList = await read([group('sg-1')], [forbidSsh], portsOf({ 'sg-1': [listed, https] }, []));
  expect(byList.inDoubt).toBe(1);
  const byVpc = await read([group('sg-1')], [vpc], portsOf({ 'sg-1': [near] }));
  expect(byVpc.inDoubt).toBe(1);
});
