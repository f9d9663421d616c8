import {
  AssociateVpcCidrBlockCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DescribeManagedPrefixListsCommand,
  DisassociateVpcCidrBlockCommand,
  EC2Client,
  EC2ServiceException,
  ModifyManagedPrefixListCommand,
} from '@aws-sdk/client-ec2';
import type { Emulator } from '../../../sandbox/emulator/emulator';
import { ACCOUNT_ID, emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { Ec2SecurityGroups } from '../../../src/security-group/adapters/ec2-security-groups';
import { Ec2Vpcs } from '../../../src/security-group/adapters/ec2-vpcs';
import type { MonitoredGroups } from '../../../src/security-group/domain/groups/monitored-groups';
import type {
  ActAnswer,
  GroupFilter,
} from '../../../src/security-group/domain/groups/security-groups';
import { heartbeatGroup } from '../../../src/security-group/domain/heartbeat';
import { parseIpRange } from '../../../src/security-group/domain/rules/ip-range';
import type { Rule } from '../../../src/security-group/domain/rules/rule';
import { loseFirstAnswers } from '../../support/aws/lost-answers';
import { startedEmulator } from '../emulated/emulated-ledger';
import { configurationOf } from '../samples/changes';
import { rule } from '../samples/rules';

const GONE = 'sg-0123456789abcdef0';
const TAGS = [
  { key: 'owner', value: 'ann' },
  { key: 'empty', value: '' },
];

let emulator: Emulator;
let client: EC2Client;
let groups: Ec2SecurityGroups;
let vpcId: string;
let groupId: string;
let count = 0;

beforeAll(async () => {
  emulator = await startedEmulator();
  client = new EC2Client(emulatorAccess(emulator.endpoint));
  groups = new Ec2SecurityGroups(client, ACCOUNT_ID);
  vpcId = (await client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc!.VpcId!;
}, 300_000);
afterAll(async () => emulator.stop());
beforeEach(async () => {
  groupId = await newGroup();
});

async function newGroup(
  name = `group-${(count += 1)}`,
  tags: { Key: string; Value: string }[] = [],
): Promise<string> {
  const { GroupId } = await client.send(
    new CreateSecurityGroupCommand({
      GroupName: name,
      Description: 'd',
      VpcId: vpcId,
      ...(tags.length > 0 && {
        TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }],
      }),
    }),
  );
  return GroupId!;
}

async function newList(...cidrs: string[]): Promise<string> {
  const { PrefixList } = await client.send(
    new CreateManagedPrefixListCommand({
      PrefixListName: 'list',
      AddressFamily: 'IPv4',
      MaxEntries: 200,
      Entries: cidrs.map((Cidr) => ({ Cidr })),
    }),
  );
  return PrefixList!.PrefixListId!;
}

/** But for the rule that lets everything out. */
async function ingress(): Promise<readonly Rule[]> {
  return (await groups.rulesOf(groupId)).rules.filter(({ direction }) => direction === 'ingress');
}

async function added(values: Rule): Promise<Rule> {
  expect(await groups.authorize(groupId, values)).toEqual({ kind: 'done' });
  return (await groups.rulesOf(groupId)).rules.at(-1)!;
}

/**
 * The emulator may name an own group's account besides: it does not say which account holds the
 * rule.
 */
function shown(values: Rule, id: string | undefined): object {
  return { ...values, id, peer: expect.objectContaining(values.peer) };
}

describe('adding a rule', () => {
  test.each<[string, () => Promise<Rule>]>([
    [
      'an IPv4 range',
      async () => rule({ ipRange: '10.0.0.0/8', description: 'office', tags: TAGS }),
    ],
    ['an IPv6 range, without a description', async () => rule({ ipRange: '2001:db8::/32' })],
    ['all traffic', async () => rule({ protocol: '-1' })],
    ['an ICMP type', async () => rule({ protocol: 'icmp', fromPort: 8, toPort: -1 })],
    [
      'a prefix list',
      async () => rule({ prefixListId: await newList('10.0.0.0/8'), description: 'list' }),
    ],
    ['a group', async () => rule({ groupId: await newGroup(), description: 'peer' })],
    [
      "another account's group",
      async () => rule({ groupId: 'sg-00000000000000001', groupOwnerId: '222222222222' }),
    ],
    ['its own group', async () => rule({ groupId })],
  ])('of %s makes it as it is said, with description and tags', async (_, values) => {
    const wanted = await values();
    expect(await added(wanted)).toEqual(shown(wanted, expect.stringMatching(/^sgr-/)));
  });

  test('of the egress direction', async () => {
    const wanted = rule({ direction: 'egress', ipRange: '10.0.0.0/8' });
    expect(await added(wanted)).toMatchObject(wanted);
  });

  test('leaves out tags that only AWS may give', async () => {
    expect(
      (await added(rule({ tags: [{ key: 'aws:cloudformation:stack-name', value: 's' }, ...TAGS] })))
        .tags,
    ).toEqual(TAGS);
  });
});

describe('modifying a rule', () => {
  test('gives it all values, and it keeps its id and tags', async () => {
    const { id } = await added(rule({ ipRange: '0.0.0.0/0', tags: TAGS }));
    const wanted = rule({
      protocol: 'udp',
      fromPort: 53,
      toPort: 54,
      ipRange: '10.0.0.0/8',
      description: 'names',
    });
    expect(await groups.modify(groupId, id!, wanted)).toEqual({ kind: 'done' });
    expect(await ingress()).toEqual([{ ...wanted, id, tags: TAGS }]);
  });

  test('takes a description away that it shall not have', async () => {
    const { id } = await added(rule({ description: 'let me in' }));
    await groups.modify(groupId, id!, rule());
    expect(await ingress()).toEqual([{ ...rule(), id }]);
  });

  test.each<[string, () => Promise<[Rule, Rule]>]>([
    ['an IPv6 range', async () => [rule({ ipRange: '::/0' }), rule({ ipRange: '2001:db8::/32' })]],
    [
      'a prefix list',
      async () => [
        rule({ prefixListId: await newList() }),
        rule({ prefixListId: await newList() }),
      ],
    ],
    [
      'a group',
      async () => [rule({ groupId: await newGroup() }), rule({ groupId: await newGroup() })],
    ],
  ])('to %s', async (_, values) => {
    const [before, after] = await values();
    const { id } = await added(before);
    expect(await groups.modify(groupId, id!, after)).toEqual({ kind: 'done' });
    expect(await ingress()).toEqual([shown(after, id)]);
  });
});

describe('what cannot be done is told apart', () => {
  const impossible: ActAnswer = {
    kind: 'impossible',
    reason: expect.stringMatching(/^[A-Za-z.]+: ./),
  };

  test.each<[string, () => Promise<ActAnswer>, ActAnswer]>([
    [
      'a rule that is there already',
      async () => {
        await added(rule());
        return groups.authorize(groupId, rule());
      },
      { kind: 'already-present' },
    ],
    [
      'a rule that another one would become',
      async () => {
        const { id } = await added(rule({ fromPort: 23, toPort: 23 }));
        await added(rule());
        return groups.modify(groupId, id!, rule());
      },
      { kind: 'already-present' },
    ],
    [
      'a rule that is gone, modified',
      () => groups.modify(groupId, 'sgr-0123456789abcdef0', rule()),
      { kind: 'not-found' },
    ],
    [
      'a rule that is gone, revoked',
      () => groups.revoke(groupId, rule({ id: 'sgr-0123456789abcdef0' })),
      { kind: 'not-found' },
    ],
    ['a group that is gone, added to', () => groups.authorize(GONE, rule()), { kind: 'not-found' }],
    [
      'a group that is gone, revoked from',
      () => groups.revoke(GONE, rule({ id: 'sgr-0123456789abcdef0' })),
      { kind: 'not-found' },
    ],
    [
      'a peer that is gone, added',
      () => groups.authorize(groupId, rule({ groupId: GONE })),
      impossible,
    ],
    [
      'a peer that is gone, modified to',
      async () =>
        groups.modify(groupId, (await added(rule({ groupId }))).id!, rule({ groupId: GONE })),
      impossible,
    ],
    [
      'a peer of another kind',
      async () => groups.modify(groupId, (await added(rule())).id!, rule({ ipRange: '::/0' })),
      impossible,
    ],
    [
      'a rule without an id, revoked',
      () => groups.revoke(groupId, rule()),
      { kind: 'refused', reason: expect.stringContaining('without an id') },
    ],
  ])('%s', async (_, act, answer) => {
    expect(await act()).toEqual(answer);
  });

  test('a group that is full', async () => {
    const ranges = (octet: number) =>
      Array.from({ length: 30 }, (_, index) => ({ CidrIp: `10.${octet}.${index}.0/24` }));
    for (const octet of [1, 2]) {
      await client.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: groupId,
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, IpRanges: ranges(octet) }],
        }),
      );
    }
    expect(await groups.authorize(groupId, rule())).toEqual({
      kind: 'refused',
      reason: expect.stringContaining('RulesPerSecurityGroupLimitExceeded'),
    });
  });

  describe('after an attempt that worked, and whose answer was lost', () => {
    let losing: Ec2SecurityGroups;
    beforeEach(() => {
      const unlucky = new EC2Client(emulatorAccess(emulator.endpoint));
      loseFirstAnswers(unlucky);
      losing = new Ec2SecurityGroups(unlucky, ACCOUNT_ID);
    });

    test('a rule that was revoked is not found by the second', async () => {
      const doomed = await added(rule());
      expect(await losing.revoke(groupId, doomed)).toEqual({ kind: 'not-found', attempts: 2 });
      expect(await ingress()).toEqual([]);
    });

    test('a rule that was added stands already for the second', async () => {
      expect(await losing.authorize(groupId, rule())).toEqual({
        kind: 'already-present',
        attempts: 2,
      });
      expect(await ingress()).toHaveLength(1);
    });
  });

  test('EC2 that cannot be reached may do it later', async () => {
    const unreachable = new Ec2SecurityGroups(
      new EC2Client({ ...emulatorAccess('http://127.0.0.1:1'), maxAttempts: 1 }),
      ACCOUNT_ID,
    );
    expect((await unreachable.authorize(groupId, rule())).kind).toBe('unavailable');
    await expect(unreachable.rulesOf(groupId)).rejects.toThrow();
  });

  // Not the emulator: it cannot be made to answer these.
  test.each<[string, number, ActAnswer['kind']]>([
    ['RequestLimitExceeded', 503, 'unavailable'],
    ['Throttling', 400, 'unavailable'],
    ['EC2ThrottledException', 400, 'unavailable'],
    ['InternalError', 500, 'unavailable'],
    ['UnauthorizedOperation', 403, 'refused'],
    ['InvalidRequest', 400, 'refused'],
  ])('%s, with status %i, is %s', async (name, httpStatusCode, kind) => {
    const failing = new EC2Client({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
    failing.middlewareStack.add(
      () => async () => {
        throw new EC2ServiceException({
          name,
          message: 'made up',
          $fault: 'client',
          $metadata: { httpStatusCode },
        });
      },
      { step: 'initialize' },
    );
    expect(
      await new Ec2SecurityGroups(failing, ACCOUNT_ID).modify(groupId, 'sgr-1', rule()),
    ).toEqual({
      kind,
      reason: `${name}: made up`,
    });
  });
});

test('a rule is revoked by its id, and nothing else', async () => {
  const doomed = await added(rule());
  const kept = await added(rule({ fromPort: 20, toPort: 30 }));
  expect(await groups.revoke(groupId, doomed)).toEqual({ kind: 'done', isShown: true });
  expect(await ingress()).toEqual([kept]);
});

describe('rules', () => {
  test('of a group that does not exist are none', async () => {
    expect(await groups.rulesOf(GONE)).toEqual({ rules: [], unreadableRuleIds: [] });
  });

  test('of many groups come by group, and groups that have none are left out', async () => {
    const own = await added(rule());
    const other = await newGroup();
    const ids = [
      groupId,
      other,
      GONE,
      ...Array.from({ length: 250 }, (_, index) => `sg-${String(index).padStart(17, '0')}`),
    ];
    const byGroup = await groups.rulesOfAll(ids);
    expect([...byGroup.keys()].sort()).toEqual([groupId, other].sort());
    expect(byGroup.get(groupId)?.rules).toContainEqual(own);
    expect(byGroup.get(other)?.rules).toHaveLength(1);
    expect(await groups.rulesOfAll([])).toEqual(new Map());
  });
});

describe('finding groups', () => {
  const idsOf = async (...filter: Parameters<Ec2SecurityGroups['find']>) =>
    (await groups.find(...filter)).map(({ id }) => id);

  test('by ids gives those that exist, with name, VPC and tags', async () => {
    const tagged = await newGroup('tagged', [{ Key: 'team', Value: 'a' }]);
    expect(await groups.find({ kind: 'ids', groupIds: [tagged, GONE] })).toEqual([
      { id: tagged, name: 'tagged', vpcId, tags: [{ key: 'team', value: 'a' }] },
    ]);
    expect(await groups.find({ kind: 'ids', groupIds: [] })).toEqual([]);
  });

  test('by tag, name and VPC gives those that have just that', async () => {
    const one = await newGroup('web', [{ Key: 'tier', Value: 'front' }]);
    const other = await newGroup('web 2', [{ Key: 'tier', Value: 'fronts' }]);
    expect(await idsOf({ kind: 'tag', key: 'tier', value: 'front' })).toEqual([one]);
    expect(await idsOf({ kind: 'name', name: 'web' })).toEqual([one]);
    const inVpc = await idsOf({ kind: 'vpc', vpcId });
    expect(inVpc).toEqual(expect.arrayContaining([one, other]));
    expect((await idsOf({ kind: 'all' })).length).toBeGreaterThan(inVpc.length);
  });

  test('a name that would be a wildcard in a filter means no group but that', async () => {
    await newGroup('database');
    expect(await idsOf({ kind: 'name', name: 'data*' })).toEqual([]);
  });

  test('by a prefix list that a rule of either direction names', async () => {
    const prefixListId = await newList('10.0.0.0/8');
    await added(rule({ prefixListId }));
    await added(rule({ direction: 'egress', prefixListId }));
    const inbound = groupId;
    groupId = await newGroup();
    await added(rule({ direction: 'egress', prefixListId }));
    expect((await idsOf({ kind: 'prefix-list', prefixListId })).sort()).toEqual(
      [inbound, groupId].sort(),
    );
  });
});

describe('prefix lists', () => {
  test('come with version and canonical entries, over several pages; one that does not exist is left out', async () => {
    const cidrs = Array.from({ length: 150 }, (_, index) => `10.0.${index}.0/24`);
    const [one, other] = [await newList(...cidrs), await newList('203.0.113.7/24')];
    const lists = await groups.prefixLists([one, other, 'pl-0123456789abcdef0']);
    expect([...lists]).toEqual([
      [one, { id: one, isAwsManaged: false, version: 1, cidrs }],
      [other, { id: other, isAwsManaged: false, version: 1, cidrs: ['203.0.113.0/24'] }],
    ]);
  });

  test('that were changed come as they are now', async () => {
    const id = await newList('10.0.0.0/8');
    await client.send(
      new ModifyManagedPrefixListCommand({
        PrefixListId: id,
        CurrentVersion: 1,
        AddEntries: [{ Cidr: '0.0.0.0/1' }],
      }),
    );
    expect((await groups.prefixLists([id])).get(id)).toMatchObject({
      version: 2,
      cidrs: expect.arrayContaining(['10.0.0.0/8', '0.0.0.0/1']),
    });
  });

  test('of AWS are known as such', async () => {
    const { PrefixLists } = await client.send(
      new DescribeManagedPrefixListsCommand({ Filters: [{ Name: 'owner-id', Values: ['AWS'] }] }),
    );
    const id = PrefixLists![0]!.PrefixListId!;
    expect((await groups.prefixLists([id])).get(id)?.isAwsManaged).toBe(true);
  });

  // Not the emulator, whose lists are changed at once, and never refused.
  describe('of an EC2 that does not answer everything', () => {
    interface Listed {
      readonly Version?: number;
      readonly State?: string;
      /** What is answered for a version: entries, or an error. */
      readonly entries: Readonly<Record<number, readonly string[] | string>>;
    }

    function ec2With(lists: Readonly<Record<string, Listed>>): Ec2SecurityGroups {
      const answering = new EC2Client({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
      answering.middlewareStack.add(
        () => async (call) => {
          const input = call.input as {
            Filters?: { Values: string[] }[];
            PrefixListId?: string;
            TargetVersion?: number;
          };
          return { response: {}, output: { $metadata: {}, ...answerTo(input, lists) } };
        },
        { step: 'initialize' },
      );
      return new Ec2SecurityGroups(answering, ACCOUNT_ID);
    }

    function answerTo(
      input: { Filters?: { Values: string[] }[]; PrefixListId?: string; TargetVersion?: number },
      lists: Readonly<Record<string, Listed>>,
    ): object {
      const values = input.Filters?.[0]?.Values;
      if (values?.includes('pl-bad')) throw refusal('InvalidParameterValue');
      if (values?.includes('pl-throttled')) throw refusal('RequestLimitExceeded');
      if (values) {
        const known = values.filter((id) => lists[id]);
        return { PrefixLists: known.map((id) => ({ PrefixListId: id, ...lists[id] })) };
      }
      const answer = lists[input.PrefixListId!]!.entries[input.TargetVersion ?? 0];
      if (!Array.isArray(answer)) throw refusal(String(answer));
      return { Entries: answer.map((Cidr: string) => ({ Cidr })) };
    }

    function refusal(name: string): EC2ServiceException {
      return new EC2ServiceException({
        name,
        message: 'made up',
        $fault: 'client',
        $metadata: { httpStatusCode: name === 'RequestLimitExceeded' ? 503 : 400 },
      });
    }

    test.each([
      'create-in-progress',
      'modify-in-progress',
      'restore-in-progress',
      'delete-in-progress',
    ])('come with the version that is told while they are being changed: %s', async (State) => {
      const ec2 = ec2With({ 'pl-1': { State, Version: 2, entries: { 2: ['10.0.0.0/8'] } } });
      expect((await ec2.prefixLists(['pl-1'])).get('pl-1')).toEqual({
        id: 'pl-1',
        isAwsManaged: false,
        version: 2,
        cidrs: ['10.0.0.0/8'],
        isChanging: true,
      });
    });

    test.each(['modify-in-progress', 'restore-in-progress', 'modify-failed', 'restore-failed'])(
      'come with the version before where the one that is made is refused: %s',
      async (State) => {
        const ec2 = ec2With({
          'pl-1': {
            State,
            Version: 3,
            entries: { 3: 'IncorrectState', 2: ['10.0.0.0/8'] },
          },
        });
        expect((await ec2.prefixLists(['pl-1'])).get('pl-1')).toMatchObject({
          version: 2,
          cidrs: ['10.0.0.0/8'],
        });
      },
    );

    test.each<[string, Listed]>([
      ['being made', { State: 'create-in-progress', Version: 1, entries: { 1: 'IncorrectState' } }],
      ['denied', { State: 'modify-complete', Version: 4, entries: { 4: 'UnauthorizedOperation' } }],
      [
        'throttled',
        { State: 'modify-in-progress', Version: 4, entries: { 4: 'RequestLimitExceeded' } },
      ],
    ])('are in doubt alone where their entries are %s', async (_, listed) => {
      const ec2 = ec2With({
        'pl-1': listed,
        'pl-2': { Version: 1, entries: { 1: ['10.0.0.0/8'] } },
      });
      const lists = await ec2.prefixLists(['pl-1', 'pl-2']);
      expect(lists.get('pl-1')).toMatchObject({
        version: listed.Version,
        cidrs: [],
        doubt: { kind: 'not-read', reason: expect.stringContaining('made up') },
      });
      expect(lists.get('pl-2')!.doubt).toBeUndefined();
    });

    test('with an entry that is no range keep the others, and say which', async () => {
      const ec2 = ec2With({ 'pl-1': { Version: 1, entries: { 1: ['10.0.0.0/8', 'all'] } } });
      expect((await ec2.prefixLists(['pl-1'])).get('pl-1')).toMatchObject({
        cidrs: ['10.0.0.0/8'],
        doubt: { kind: 'not-understood', reason: expect.stringContaining('"all"') },
      });
    });

    test('are found beside an id that EC2 refuses in a filter', async () => {
      const ids = Array.from({ length: 20 }, (_, index) => `pl-${index}`);
      const ec2 = ec2With(
        Object.fromEntries(ids.map((id) => [id, { Version: 1, entries: { 1: [] } }])),
      );
      const lists = await ec2.prefixLists([...ids.slice(0, 7), 'pl-bad', ...ids.slice(7)]);
      expect(lists.size).toBe(21);
      expect([...lists.values()].filter(({ doubt }) => doubt).map(({ id }) => id)).toEqual([
        'pl-bad',
      ]);
      expect(lists.get('pl-bad')!.doubt!.kind).toBe('not-described');
    });

    test('that could not be asked for are in doubt, and not taken for gone', async () => {
      const lists = await ec2With({}).prefixLists(['pl-1', 'pl-throttled']);
      expect([...lists.values()].map(({ doubt }) => doubt!.kind)).toEqual([
        'not-described',
        'not-described',
      ]);
    });
  });

  test('are not asked for where there are none', async () => {
    const unreachable = new Ec2SecurityGroups(
      new EC2Client({ ...emulatorAccess('http://127.0.0.1:1'), maxAttempts: 1 }),
      ACCOUNT_ID,
    );
    expect(await unreachable.prefixLists([])).toEqual(new Map());
    expect((await unreachable.prefixLists(['pl-1'])).get('pl-1')!.doubt).toBeDefined();
  });
});

// Not the emulator: it has one account only.
describe('in a VPC that another account shares', () => {
  const [OWN_GROUP, FOREIGN_GROUP] = ['sg-0aaaabbbbccccdddd', 'sg-0f0f0f0f0f0f0f0f0'];
  const [OWNER, PARTICIPANT] = ['111122223333', '444455556666'];
  const SHARED_VPC = 'vpc-0aaaabbbbccccdddd';
  const monitoredGroups: MonitoredGroups = {
    include: [{ kind: 'vpc', vpcId: SHARED_VPC }],
    exclude: [],
  };

  function sharedVpc(): Ec2SecurityGroups {
    const answering = new EC2Client({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
    const group = (GroupId: string, OwnerId: string) => ({ GroupId, VpcId: SHARED_VPC, OwnerId });
    const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv4: '0.0.0.0/0' };
    const held = (GroupId: string, GroupOwnerId: string) => ({
      ...ssh,
      GroupId,
      GroupOwnerId,
      SecurityGroupRuleId: `sgr-in-${GroupId}`,
    });
    const answer = {
      SecurityGroups: [group(FOREIGN_GROUP, PARTICIPANT), group(OWN_GROUP, OWNER)],
      SecurityGroupRules: [held(FOREIGN_GROUP, PARTICIPANT), held(OWN_GROUP, OWNER)],
    };
    answering.middlewareStack.add(
      () => async () => ({ response: {}, output: { $metadata: {}, ...answer } }),
      { step: 'initialize' },
    );
    return new Ec2SecurityGroups(answering, OWNER);
  }

  test.each<GroupFilter>([
    { kind: 'vpc', vpcId: SHARED_VPC },
    { kind: 'all' },
    { kind: 'ids', groupIds: [OWN_GROUP, FOREIGN_GROUP] },
    { kind: 'name', name: 'web' },
    { kind: 'prefix-list', prefixListId: 'pl-1' },
  ])('a group of another owner is not found by $kind', async (filter) => {
    expect((await sharedVpc().find(filter)).map(({ id }) => id)).toEqual([OWN_GROUP]);
  });

  test('its rules are no one’s to judge or revert', async () => {
    const all = await sharedVpc().rulesOfAll([OWN_GROUP, FOREIGN_GROUP]);
    expect([...all.keys()]).toEqual([OWN_GROUP]);
  });

  test('the heartbeat goes to an own group', async () => {
    const configuration = configurationOf([], { monitoredGroups });
    expect(await heartbeatGroup(configuration, sharedVpc())).toBe(OWN_GROUP);
  });
});

test('a group that was deleted has no rules, and is not found', async () => {
  await client.send(new DeleteSecurityGroupCommand({ GroupId: groupId }));
  expect(await groups.rulesOf(groupId)).toEqual({ rules: [], unreadableRuleIds: [] });
  expect(await groups.find({ kind: 'ids', groupIds: [groupId] })).toEqual([]);
});

describe('the ranges of VPCs', () => {
  const missing = 'vpc-0fedcba9876543210';

  test('are those in use, secondary ones and IPv6 included; one that is gone is not among them', async () => {
    const { Vpc } = await client.send(
      new CreateVpcCommand({ CidrBlock: '10.20.0.0/16', AmazonProvidedIpv6CidrBlock: true }),
    );
    const id = Vpc!.VpcId!;
    // The emulator draws it by lot, and writes a group of it with leading zeros now and then.
    const ipv6 = parseIpRange(Vpc!.Ipv6CidrBlockAssociationSet![0]!.Ipv6CidrBlock!)!.cidr;
    const [second, third] = await Promise.all(
      ['10.21.0.0/16', '10.22.0.0/16'].map(async (CidrBlock) =>
        client.send(new AssociateVpcCidrBlockCommand({ VpcId: id, CidrBlock })),
      ),
    );
    expect(second).toBeDefined();
    const { AssociationId } = third!.CidrBlockAssociation!;
    await client.send(new DisassociateVpcCidrBlockCommand({ AssociationId }));
    const ranges = await new Ec2Vpcs(client).rangesOf([id, missing]);
    expect([...ranges.keys()]).toEqual([id]);
    expect([...ranges.get(id)!.cidrs].sort()).toEqual(
      ['10.20.0.0/16', '10.21.0.0/16', ipv6].sort(),
    );
    expect(ranges.get(id)!.doubt).toBeUndefined();
  });

  test('are in doubt where EC2 does not answer, and no one fails for it', async () => {
    const silent = new EC2Client({ ...emulatorAccess('http://127.0.0.1:9'), maxAttempts: 1 });
    const ranges = await new Ec2Vpcs(silent).rangesOf([missing]);
    expect(ranges.get(missing)).toMatchObject({ cidrs: [], doubt: { kind: 'not-read' } });
  });
});
