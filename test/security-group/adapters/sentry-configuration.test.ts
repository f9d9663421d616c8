import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Emulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { MonitoredGroups } from '../../../src';
import { loadConfigurationOfRehearsal } from '../../../src/security-group/adapters/rehearsed-configuration';
import {
  loadedConfigurationAt,
  loadSentryConfiguration,
} from '../../../src/security-group/adapters/sentry-configuration';
import { SentryParameters } from '../../../src/security-group/constructs/sentry-parameters';
import type {
  MonitoredGroupsParameter,
  PauseParameter,
  PoliciesParameter,
} from '../../../src/security-group/contracts/sentry-parameters';
import { configurationFor } from '../../../src/security-group/domain/policies/configuration-for';
import { peersInDoubt, vpcIdsIn } from '../../../src/security-group/domain/policies/peers-in-doubt';
import { withVpcRanges } from '../../../src/security-group/domain/policies/vpcs';
import { startedEmulator } from '../emulated/emulated-ledger';
import { VpcsInMemory } from '../in-memory/vpcs-in-memory';

const POLICIES: PoliciesParameter = {
  version: 1,
  policies: [
    {
      baseline: {
        kind: 'forbid',
        patterns: [
          {
            name: 'SSH from the internet',
            direction: 'ingress',
            traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }],
            peers: [
              { kind: 'internet', ipv4Prefix: 8, ipv6Prefix: 16, excluding: ['104.0.0.0/7'] },
            ],
            undescribed: true,
          },
        ],
      },
      response: 'notifyOnly',
    },
    {
      baseline: {
        kind: 'allowOnly',
        patterns: [
          {
            name: 'ours',
            traffic: [{ kind: 'any' }, { kind: 'allTraffic' }],
            peers: [
              { kind: 'ipRange', cidr: '10.0.0.0/8' },
              { kind: 'prefixList', prefixListId: 'pl-1' },
              { kind: 'securityGroup', groupId: 'sg-1' },
            ],
          },
        ],
      },
      response: 'revert',
    },
    {
      baseline: { kind: 'locked', restoreRemoved: true },
      response: 'revertIfDenied',
      asking: { workflow: 'App/Approvals', whenUnanswered: 'accept' },
    },
  ],
  trustedActors: [
    { kind: 'role', roleArn: 'arn:r' },
    { kind: 'cloudFormation', executionRoleArn: 'arn:c' },
  ],
  emptyingRoleArns: ['arn:e'],
  mode: 'OBSERVE',
  existingViolations: 'RESPOND',
  settleSeconds: 900,
  repeatWindowSeconds: 3600,
  brake: 0.2,
  workflows: [
    {
      name: 'App/Approvals',
      expireSeconds: 86_400,
      asker: 'App/Sentry',
      queueUrl: 'https://queue',
      decisionKeyArn: 'arn:key',
      routeTags: [{ key: 'team', value: 'payments' }],
    },
  ],
  sensitiveTags: [{ key: 'pci', value: 'yes' }],
};
const GROUPS: MonitoredGroupsParameter = {
  version: 1,
  include: [
    { kind: 'ids', groupIds: ['sg-1'] },
    { kind: 'tag', key: 'team', value: 'a' },
  ],
  exclude: [{ kind: 'vpc', vpcId: 'vpc-1' }],
};
const PAUSE: PauseParameter = {
  version: 1,
  until: '2026-01-01T12:00:00.000Z',
  reason: 'maintenance',
  by: 'ann',
};

let emulator: Emulator;
let client: SSMClient;

beforeAll(async () => {
  emulator = await startedEmulator();
  client = new SSMClient(emulatorAccess(emulator.endpoint));
}, 300_000);
afterAll(async () => emulator.stop());
beforeEach(async () => emulator.reset());

function manyIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `sg-${String(index).padStart(8, '0')}`);
}

interface Parameters {
  readonly policies?: unknown;
  readonly groups?: readonly unknown[];
  readonly policyGroups?: readonly unknown[];
  readonly pause?: unknown;
  readonly disabled?: unknown;
}

async function load({
  policies = POLICIES,
  groups = [GROUPS],
  policyGroups = [],
  pause = { version: 1 },
  disabled = { version: 1, disablings: [] },
}: Parameters = {}) {
  const groupNames = groups.map((_, index) => `/groups/${index}`);
  const values: [string, unknown][] = [
    ['/policies', policies],
    ['/pause', pause],
    ['/disabled', disabled],
    ...groups.map((value, index): [string, unknown] => [`/groups/${index}`, value]),
    ...policyGroups.map((value, index): [string, unknown] => [`/for/${index}`, value]),
  ];
  await Promise.all(
    values.map(async ([Name, value]) =>
      client.send(
        new PutParameterCommand({
          Name,
          Type: 'String',
          Overwrite: true,
          Value: typeof value === 'string' ? value : JSON.stringify(value),
        }),
      ),
    ),
  );
  return loadSentryConfiguration(client, {
    POLICIES_PARAMETER: ['/policies', ...policyGroups.map((_, index) => `/for/${index}`)].join(),
    MONITORED_GROUPS_PARAMETERS: groupNames.join(','),
    PAUSE_PARAMETER: '/pause',
    DISABLED_POLICIES_PARAMETER: '/disabled',
  });
}

test('what the deployment writes comes back as it was', async () => {
  expect(await load()).toEqual({
    monitoredGroups: { include: GROUPS.include, exclude: GROUPS.exclude },
    policies: POLICIES.policies.map((policy) => ({
      ...policy,
      name: expect.stringMatching(new RegExp(`^${policy.baseline.kind}-[0-9a-f]{8}$`)),
      identity: expect.stringMatching(/^[0-9a-f]{16}$/),
    })),
    disablings: [],
    digests: {
      selection: expect.stringMatching(/^[0-9a-f]{64}$/),
      policies: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    digestOf: expect.any(Function),
    trustedActors: POLICIES.trustedActors,
    emptyingRoleArns: POLICIES.emptyingRoleArns,
    mode: 'OBSERVE',
    existingViolations: 'RESPOND',
    settleMilliseconds: 900_000,
    repeatWindowMilliseconds: 3_600_000,
    brake: 0.2,
    workflows: [
      {
        name: 'App/Approvals',
        expireMilliseconds: 86_400_000,
        asker: 'App/Sentry',
        queueUrl: 'https://queue',
        decisionKeyArn: 'arn:key',
        routeTags: [{ key: 'team', value: 'payments' }],
      },
    ],
    sensitiveTags: [{ key: 'pci', value: 'yes' }],
  });
});

test('parts of a union come back with their own exclusions, in whatever order', async () => {
  const union = MonitoredGroups.anyOf([
    MonitoredGroups.all().excluding(MonitoredGroups.ids(manyIds(160))),
    MonitoredGroups.ids(manyIds(3)),
    MonitoredGroups.taggedWith('team', 'a').excluding(MonitoredGroups.taggedWith('on', 'no')),
  ])._selection;
  const written = writtenFor(union);
  expect(written.length).toBeGreaterThan(3);
  const one = await load({ groups: written });
  expect(one.monitoredGroups).toEqual(union);
  const other = await load({ groups: [...written].reverse() });
  expect(other.digests).toEqual(one.digests);
  const { others: _, ...first } = union;
  expect((await load({ groups: [{ version: 1, ...first }] })).digests).not.toEqual(one.digests);
});

function writtenFor(monitoredGroups: MonitoredGroups['_selection']): string[] {
  const stack = new Stack();
  new SentryParameters(stack, 'Parameters', {
    monitoredGroups,
    policies: { ...POLICIES, policies: [] },
  });
  return Object.entries(Template.fromStack(stack).findResources('AWS::SSM::Parameter'))
    .filter(([id]) => id.includes('MonitoredGroups'))
    .map(([, { Properties }]) => Properties.Value as string);
}

describe('groups that are watched, while a deployment writes them over several parameters,', () => {
  const [ofTwo, ofTwoLater, ofThree] = [
    manyIds(200),
    [...manyIds(199), 'sg-0123456789abcdef0'],
    manyIds(301),
  ].map((ids) => writtenFor(MonitoredGroups.ids(ids)._selection)) as [string[], string[], string[]];
  const [ofOne] = writtenFor(MonitoredGroups.ids(manyIds(150))._selection) as [string];
  const unnamed = ofTwo.map((text) => {
    const { name: _, of: __, ...earlier } = JSON.parse(text) as Record<string, unknown>;
    return earlier;
  });

  test.each<[string, unknown[]]>([
    ['one of the same number is old', [ofTwoLater[0], ofTwo[1]]],
    ['the last is old', [ofTwo[0], ofTwoLater[1]]],
    ['one is to come', ofThree.slice(0, 2)],
    ['one is to go', [...ofTwo, ofThree[2]]],
    ['there is to be one alone', [ofOne, ofTwo[1]]],
    ['one was written by an earlier version', [ofTwo[0], unnamed[1]]],
  ])('are not guessed: %s', async (_, groups) => {
    await expect(load({ groups })).rejects.toThrow(
      'The SSM parameters do not hold all of the groups that the sentry watches. A deployment may be writing them',
    );
  });

  test('are known once all is written, as are those that an earlier version wrote', async () => {
    const ids = [{ kind: 'ids', groupIds: manyIds(200) }];
    expect((await load({ groups: ofTwo })).monitoredGroups.include).toEqual(ids);
    expect((await load({ groups: unnamed })).monitoredGroups.include).toEqual(ids);
  });

  test('are in one parameter, as before, where they fit into it', () => {
    expect(JSON.parse(ofOne)).toEqual({
      version: 1,
      include: [{ kind: 'ids', groupIds: manyIds(150) }],
      exclude: [],
    });
  });
});

describe('groups that a policy is for', () => {
  const [first, second] = POLICIES.policies;
  const web = { include: [{ kind: 'ids', groupIds: ['sg-2', 'sg-3'] }], exclude: [] };
  const policies = {
    ...POLICIES,
    policies: [{ ...first, appliesTo: { groups: 'web', accounts: ['111122223333'] } }, second],
  };
  const inParts = ['sg-2', 'sg-3'].map((id) => ({
    version: 1,
    selections: [{ name: 'web', include: [{ kind: 'ids', groupIds: [id] }], exclude: [] }],
  }));

  test('come from all parameters that hold some of them, beside its accounts', async () => {
    const read = await load({ policies, policyGroups: inParts });
    expect(read.policies[0]).toMatchObject({
      appliesTo: web,
      appliesIn: { accounts: ['111122223333'] },
    });
    expect(read.policies[1]).not.toHaveProperty('appliesTo');
    const everywhere = await load({ policies: { ...POLICIES, policies: [first, second] } });
    expect(read.digests).toEqual(everywhere.digests);
    expect(read.policies[0]!.name).not.toBe(everywhere.policies[0]!.name);
  });

  test('are not guessed while a deployment writes them', async () => {
    await expect(load({ policies })).rejects.toThrow(
      'The SSM parameters do not hold all of the groups web that a policy is for. A deployment may be writing them',
    );
    const [one, other] = inParts.map(({ selections: [part], ...rest }) => ({
      ...rest,
      selections: [{ ...part, of: 2 }],
    }));
    await expect(load({ policies, policyGroups: [one] })).rejects.toThrow('do not hold all of');
    await expect(load({ policies, policyGroups: [one, one] })).rejects.toThrow('not hold all of');
    const read = await load({ policies, policyGroups: [other, one] });
    expect(read.policies[0]?.appliesTo?.include).toMatchObject([{ groupIds: ['sg-3', 'sg-2'] }]);
  });
});

test('what was written before there were workflows is read as without any', async () => {
  const { workflows: _, ...earlier } = POLICIES;
  expect((await load({ policies: earlier })).workflows).toEqual([]);
});

test('a pause of more than seven days, by when SSM has it written, is none', async () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const tooLong = await load({ pause: { ...PAUSE, until: inDays(8) } });
  expect(tooLong.pause).toBeUndefined();
  expect(tooLong.refusedPause).toMatchObject({ by: 'ann', reason: 'maintenance' });
  const longest = await load({ pause: { ...PAUSE, until: inDays(7) } });
  expect(longest.pause).toMatchObject({ by: 'ann' });
  expect(longest.refusedPause).toBeUndefined();
});

describe('the name of a policy', () => {
  const [first, second] = POLICIES.policies;
  const namesOf = async (policies: PoliciesParameter['policies']) =>
    (await load({ policies: { ...POLICIES, policies } })).policies.map(({ name }) => name);

  test('is made of what it says, wherever it stands', async () => {
    const names = await namesOf([first!, second!]);
    expect(await namesOf([second!, first!])).toEqual([...names].reverse());
    const [other] = await namesOf([{ ...first!, response: 'revert' }]);
    expect(names).not.toContain(other);
  });

  test('is the one that it was given, and another makes no other policies', async () => {
    const named = await load({
      policies: {
        ...POLICIES,
        policies: POLICIES.policies.map((policy) =>
          policy === first ? { ...policy, name: 'ten-only' } : policy,
        ),
      },
    });
    expect(named.policies[0]?.name).toBe('ten-only');
    expect(named.digests).toEqual((await load()).digests);
  });
});

describe('an exclusion of a rule', () => {
  const [first, ...others] = POLICIES.policies;
  const exclusion = {
    groupId: 'sg-1',
    rule: {
      direction: 'ingress',
      protocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      peer: { kind: 'ipv4', cidr: '203.0.113.7/32' },
    },
    reason: 'Partner VPN, ticket 4711',
    until: new Date('2027-02-01T00:00:00Z'),
  } as const;
  const excluding = async () =>
    load({
      policies: { ...POLICIES, policies: [{ ...first!, excluding: [exclusion] }, ...others] },
    });

  test('comes back as it was', async () => {
    expect((await excluding()).policies[0]?.excluding).toEqual([exclusion]);
  });

  test('makes no other policies, under no other name: nothing is adopted because it comes or goes', async () => {
    const [before, after] = [await load(), await excluding()];
    expect(after.digests).toEqual(before.digests);
    const who = before.policies.map(({ name, identity }) => ({ name, identity }));
    expect(after.policies.map(({ name, identity }) => ({ name, identity }))).toEqual(who);
    const there = { place: { accountId: '111122223333', region: 'eu-west-1' } };
    expect(loadedConfigurationAt(after, there).digests).toEqual(before.digests);
  });

  test('of a policy for some groups is none of one that asks the same of others', async () => {
    const { policies } = await load({
      policies: {
        ...POLICIES,
        policies: [
          { ...first!, appliesTo: { accounts: ['111111111111'] } },
          { ...first!, appliesTo: { accounts: ['222222222222'] } },
          first!,
        ],
      },
    });
    expect(new Set(policies.map(({ identity }) => identity)).size).toBe(3);
  });
});

test('an order to disable a policy is part of it, and of the policy that it names', async () => {
  const order = { reason: 'incident', by: 'ann' };
  const stored = (policy: string) => ({
    policy,
    since: '2026-01-01T12:00:00.000Z',
    until: '2026-01-01T16:00:00.000Z',
    ...order,
  });
  const policies = POLICIES.policies.map((policy, index) => ({ ...policy, name: `p${index}` }));
  const configuration = await load({
    policies: { ...POLICIES, policies },
    disabled: { version: 1, disablings: [stored('p1'), stored('gone')] },
  });
  const read = (policy: string) => ({
    policy,
    since: new Date('2026-01-01T12:00:00Z'),
    until: new Date('2026-01-01T16:00:00Z'),
    ...order,
  });
  expect(configuration.disablings).toEqual([read('p1'), read('gone')]);
  expect(configuration.policies.map(({ disabling }) => disabling)).toEqual([undefined, read('p1')]);
});

test('a rehearsal takes the ranges that VPCs have today, in its own place', async () => {
  const peers = [{ kind: 'vpc', vpcId: 'vpc-1' }];
  const baseline = { kind: 'forbid', patterns: [{ name: 'the network', peers }] };
  await load({ policies: { ...POLICIES, policies: [{ baseline, response: 'revert' }] } });
  const names = {
    POLICIES_PARAMETER: '/policies',
    MONITORED_GROUPS_PARAMETERS: '/groups/0',
    PAUSE_PARAMETER: '/pause',
    DISABLED_POLICIES_PARAMETER: '/disabled',
  };
  const vpcs = new VpcsInMemory();
  vpcs.put('vpc-1', '10.1.0.0/16');
  const place = { accountId: '111122223333', region: 'eu-west-1' };
  const { policies } = await loadConfigurationOfRehearsal(client, names, place, vpcs);
  expect(vpcIdsIn(policies)).toEqual(['vpc-1']);
  expect(peersInDoubt(policies)).toEqual([]);
});

test('a range that is added to a VPC is no new policy, nor one for a group alone', async () => {
  const peers = [{ kind: 'vpc', vpcId: 'vpc-1' }];
  const baseline = { kind: 'forbid', patterns: [{ name: 'the network', peers }] };
  const deployed = await load({
    policies: { ...POLICIES, policies: [{ baseline, response: 'revert' }] },
  });
  const appliesTo = { include: [{ kind: 'all' as const }], exclude: [] };
  const forAGroup = {
    ...deployed,
    policies: deployed.policies.map((policy) => ({ ...policy, appliesTo })),
  };
  const digestsWith = async (...cidrs: string[]) => {
    const vpcs = new VpcsInMemory();
    vpcs.put('vpc-1', ...cidrs);
    const { digests } = configurationFor(
      await withVpcRanges(forAGroup, vpcs),
      { id: 'sg-1' },
      undefined,
    );
    return digests;
  };
  const before = await digestsWith('10.1.0.0/16');
  expect(await digestsWith('10.1.0.0/16', '10.2.0.0/16')).toEqual(before);
});

test('a pause is part of it', async () => {
  expect((await load({ pause: PAUSE })).pause).toEqual({
    until: new Date('2026-01-01T12:00:00Z'),
    reason: 'maintenance',
    by: 'ann',
  });
});

describe('in a hub', () => {
  const PLACE = { accountId: '111122223333', region: 'eu-west-1' };
  const inAccount = { accounts: [PLACE.accountId] };
  const elsewhere = { accounts: ['222233334444'], units: ['ou-abcd-11111111'] };
  const account = {
    id: PLACE.accountId,
    name: 'payments',
    state: 'ACTIVE' as const,
    path: 'o-abc1234567/r-abcd/',
  };

  test('the scopes of policies, waves and pauses come back as they were', async () => {
    const policies = POLICIES.policies.map((policy) => ({ ...policy, appliesTo: elsewhere }));
    const read = await load({
      policies: { ...POLICIES, policies, observeIn: inAccount },
      pause: { ...PAUSE, ...elsewhere },
    });
    expect(read.policies.map(({ appliesIn }) => appliesIn)).toEqual([
      elsewhere,
      elsewhere,
      elsewhere,
    ]);
    expect(read.observeIn).toEqual(inAccount);
    expect(read.pause).toMatchObject(elsewhere);
  });

  test('one place has the digest that a sentry of its own would have, and so keeps its ledger', async () => {
    const [first, second, third] = POLICIES.policies;
    const alone = await load({ policies: { ...POLICIES, policies: [first, third] } });
    const hub = await load({
      policies: {
        ...POLICIES,
        policies: [
          { ...first, appliesTo: inAccount },
          { ...second, appliesTo: elsewhere },
          { ...third, name: 'no-additions' },
        ],
      },
    });
    const there = loadedConfigurationAt(hub, { place: PLACE, account });
    expect(there.digests).toEqual(alone.digests);
    expect(there.workflows).toEqual(alone.workflows);
    const whole = await load();
    expect(loadedConfigurationAt(whole, { place: PLACE }).digests).toEqual(whole.digests);
  });

  test('a policy that an operator has disabled has the same digest', async () => {
    const named = POLICIES.policies.map((policy, index) => ({ ...policy, name: `p${index}` }));
    const disabling = {
      policy: 'p1',
      since: PAUSE.until,
      until: PAUSE.until,
      by: 'ann',
      reason: 'r',
    };
    const hub = await load({
      policies: { ...POLICIES, policies: named },
      disabled: { version: 1, disablings: [disabling] },
    });
    expect(loadedConfigurationAt(hub, { place: PLACE }).digests).toEqual(hub.digests);
  });
});

test('ids that come in many parameters are one selector', async () => {
  const groups = Array.from({ length: 12 }, (_, index): MonitoredGroupsParameter => ({
    version: 1,
    include: [{ kind: 'ids', groupIds: [`sg-${index}`] }],
    exclude: index === 3 ? [{ kind: 'all' }] : [],
  }));
  expect((await load({ groups })).monitoredGroups).toEqual({
    include: [{ kind: 'ids', groupIds: Array.from({ length: 12 }, (_, index) => `sg-${index}`) }],
    exclude: [{ kind: 'all' }],
  });
});

describe('digests', () => {
  const idsIn = (...groupIds: string[]): MonitoredGroupsParameter => ({
    version: 1,
    include: [{ kind: 'ids', groupIds }],
    exclude: [],
  });

  test('are those that the last version computed: by others, all groups would be adopted again', async () => {
    expect((await load()).digests).toEqual({
      selection: 'ee0a6df82014fb594ebb5d38cd6fb1100d4952f29daeeec2e5e6fb8c61f780d4',
      policies: '2edf67c9f89deb881a54244eeeb9d89dd0ac49a5ea050f55ab5d75d3523c8265',
    });
  });

  test('stay where the same is written in another order, or spread otherwise', async () => {
    const policies = Object.fromEntries(Object.entries(POLICIES).reverse());
    const written = await load({ groups: [idsIn('sg-1', 'sg-2', 'sg-3')] });
    expect(
      (await load({ policies, groups: [idsIn('sg-3'), idsIn('sg-2', 'sg-1')] })).digests,
    ).toEqual(written.digests);
  });

  test.each([
    [
      'include',
      { ...GROUPS, include: [...GROUPS.include, { kind: 'tag', key: 'team', value: 'b' }] },
    ],
    ['exclude', { ...GROUPS, exclude: [] }],
  ])('of the selection change with what they %s, and only they', async (_, groups) => {
    const [before, after] = [await load(), await load({ groups: [groups] })];
    expect(after.digests.selection).not.toBe(before.digests.selection);
    expect(after.digests.policies).toBe(before.digests.policies);
  });

  test.each([
    ['baseline', [{ baseline: { kind: 'locked', restoreRemoved: false }, response: 'revert' }]],
    ['response', [{ baseline: { kind: 'locked', restoreRemoved: true }, response: 'notifyOnly' }]],
  ])('of the policies change with a %s, and only they', async (_, policies) => {
    const before = await load({ policies: { ...POLICIES, policies: [POLICIES.policies[2]] } });
    const after = await load({ policies: { ...POLICIES, policies } });
    expect(after.digests.policies).not.toBe(before.digests.policies);
    expect(after.digests.selection).toBe(before.digests.selection);
  });
});

test.each<[string, string, Parameters]>([
  ['policies of another version', '/policies', { policies: { ...POLICIES, version: 2 } }],
  [
    'an unknown baseline',
    '/policies',
    { policies: { ...POLICIES, policies: [{ baseline: { kind: 'open' }, response: 'revert' }] } },
  ],
  [
    'a policy for no account',
    '/policies',
    { policies: { ...POLICIES, policies: [{ ...POLICIES.policies[0], appliesTo: {} }] } },
  ],
  [
    'a policy for what this version does not know',
    '/policies',
    {
      policies: {
        ...POLICIES,
        policies: [{ ...POLICIES.policies[0], appliesTo: { units: ['r-abcd'], groups: [] } }],
      },
    },
  ],
  ['a pause of no account', '/pause', { pause: { ...PAUSE, accounts: [] } }],
  ['a brake of nothing', '/policies', { policies: { ...POLICIES, brake: 0 } }],
  ['a brake of more than all', '/policies', { policies: { ...POLICIES, brake: 1.5 } }],
  ['groups of another version', '/groups/1', { groups: [GROUPS, { ...GROUPS, version: 2 }] }],
  ['an unknown selector', '/groups/0', { groups: [{ ...GROUPS, include: [{ kind: 'subnet' }] }] }],
  ['a pause of another version', '/pause', { pause: { ...PAUSE, version: 2 } }],
  ['a pause without an end', '/pause', { pause: { ...PAUSE, until: undefined } }],
  [
    'an order to disable a policy for good',
    '/disabled',
    {
      disabled: {
        version: 1,
        disablings: [{ policy: 'p', since: PAUSE.until, ...PAUSE, until: 1 }],
      },
    },
  ],
  ['a pause without a reason', '/pause', { pause: { ...PAUSE, reason: undefined } }],
])('%s is refused, and the parameter named', async (_, name, parameters) => {
  await expect(load(parameters)).rejects.toThrow(
    `The SSM parameter ${name} is not of version 1 of this library`,
  );
});

test('so is what is no JSON, and what is missing', async () => {
  await expect(load({ pause: '{' })).rejects.toThrow('The SSM parameter /pause is no JSON');
  await expect(
    loadSentryConfiguration(client, {
      POLICIES_PARAMETER: '/none',
      MONITORED_GROUPS_PARAMETERS: '/groups/0',
      PAUSE_PARAMETER: '/pause',
      DISABLED_POLICIES_PARAMETER: '/disabled',
    }),
  ).rejects.toThrow('The SSM parameter /none does not exist or cannot be read');
});
