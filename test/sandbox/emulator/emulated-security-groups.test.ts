import * as ec2 from '@aws-sdk/client-ec2';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';

/**
 * What the emulator's security groups and prefix lists were taught, to be as AWS documents them
 * (sandbox/emulator/server/security_groups.py, prefix_lists.py).
 */

const OTHER_ACCOUNT = '210987654321';

let emulator: Emulator;
let client: ec2.EC2Client;
let vpcId: string;
let groupId: string;
let groups = 0;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
  client = new ec2.EC2Client({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
  vpcId =
    (await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId ?? '';
});
afterAll(async () => {
  client.destroy();
  await emulator.stop();
});
beforeEach(async () => {
  groupId = await newGroup();
});

async function newGroup(tags: ec2.Tag[] = []): Promise<string> {
  groups += 1;
  const { GroupId = '' } = await client.send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: `group-${groups}`,
      Description: 'A group',
      VpcId: vpcId,
      ...(tags.length > 0 && {
        TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }],
      }),
    }),
  );
  return GroupId;
}

async function newPrefixList(...cidrs: string[]): Promise<string> {
  const { PrefixList } = await client.send(
    new ec2.CreateManagedPrefixListCommand({
      PrefixListName: 'list',
      AddressFamily: 'IPv4',
      MaxEntries: 10,
      Entries: cidrs.map((Cidr) => ({ Cidr })),
    }),
  );
  return PrefixList?.PrefixListId ?? '';
}

const tcp22 = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 };

async function open(...IpPermissions: ec2.IpPermission[]): Promise<ec2.SecurityGroupRule[]> {
  const { SecurityGroupRules = [] } = await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }),
  );
  return SecurityGroupRules;
}

async function rules(IsEgress = false): Promise<ec2.SecurityGroupRule[]> {
  const { SecurityGroupRules = [] } = await client.send(
    new ec2.DescribeSecurityGroupRulesCommand({
      Filters: [{ Name: 'group-id', Values: [groupId] }],
    }),
  );
  return SecurityGroupRules.filter((rule) => rule.IsEgress === IsEgress);
}

async function only(): Promise<ec2.SecurityGroupRule> {
  const [rule, ...others] = await rules();
  if (!rule || others.length > 0) throw new Error(`not one rule, but ${others.length}`);
  return rule;
}

function errorNamed(name: string) {
  return expect.objectContaining({ name });
}

async function modify(
  rule: ec2.SecurityGroupRule,
  to: ec2.SecurityGroupRuleRequest,
): Promise<void> {
  await client.send(
    new ec2.ModifySecurityGroupRulesCommand({
      GroupId: groupId,
      SecurityGroupRules: [
        { SecurityGroupRuleId: rule.SecurityGroupRuleId, SecurityGroupRule: to },
      ],
    }),
  );
}

/** A permission for each kind of peer, and the same peer as Modify names it. */
async function peers(): Promise<
  Record<string, { from: ec2.IpPermission; to: ec2.SecurityGroupRuleRequest }>
> {
  const [group, list] = [await newGroup(), await newPrefixList('192.0.2.0/24')];
  return {
    IPv4: {
      from: { IpRanges: [{ CidrIp: '10.1.0.0/16', Description: 'old' }] },
      to: { CidrIpv4: '10.2.0.0/16' },
    },
    IPv6: {
      from: { Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32', Description: 'old' }] },
      to: { CidrIpv6: '2001:db9::/32' },
    },
    'prefix list': {
      from: { PrefixListIds: [{ PrefixListId: list, Description: 'old' }] },
      to: { PrefixListId: list },
    },
    group: {
      from: { UserIdGroupPairs: [{ GroupId: group, Description: 'old' }] },
      to: { ReferencedGroupId: group },
    },
  };
}
const KINDS = ['IPv4', 'IPv6', 'prefix list', 'group'];

test('a new VPC has a default group, which lets its members in and everything out', async () => {
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
  const { SecurityGroups } = await client.send(
    new ec2.DescribeSecurityGroupsCommand({
      Filters: [{ Name: 'vpc-id', Values: [Vpc?.VpcId ?? ''] }],
    }),
  );
  expect(SecurityGroups).toMatchObject([{ GroupName: 'default' }]);
  groupId = SecurityGroups?.[0]?.GroupId ?? '';
  expect(await rules()).toMatchObject([
    { IpProtocol: '-1', ReferencedGroupInfo: { GroupId: groupId } },
  ]);
  expect(await rules(true)).toMatchObject([{ IpProtocol: '-1', CidrIpv4: '0.0.0.0/0' }]);
});

describe('Authorize', () => {
  test('answers all rules of the call, in canonical form, each with its description', async () => {
    const list = await newPrefixList('192.0.2.0/24');
    const added = await open(
      {
        ...tcp22,
        IpRanges: [{ CidrIp: '1.2.3.4/0', Description: 'everywhere' }],
        Ipv6Ranges: [{ CidrIpv6: '2001:DB8:0::1/32' }],
      },
      {
        IpProtocol: '-1',
        FromPort: 0,
        ToPort: 65535,
        PrefixListIds: [{ PrefixListId: list, Description: 'a list' }],
      },
      {
        IpProtocol: '58',
        FromPort: 128,
        ToPort: -1,
        UserIdGroupPairs: [{ GroupId: groupId, Description: 'itself' }],
      },
      { IpProtocol: '50', IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
    );
    const expected = [
      expect.objectContaining({
        IpProtocol: 'tcp',
        FromPort: 22,
        ToPort: 22,
        CidrIpv4: '0.0.0.0/0',
        Description: 'everywhere',
      }),
      expect.objectContaining({ IpProtocol: 'tcp', CidrIpv6: '2001:db8::/32' }),
      expect.objectContaining({
        IpProtocol: '-1',
        FromPort: -1,
        ToPort: -1,
        PrefixListId: list,
        Description: 'a list',
      }),
      expect.objectContaining({
        IpProtocol: 'icmpv6',
        FromPort: 128,
        ToPort: -1,
        ReferencedGroupInfo: expect.objectContaining({ GroupId: groupId }),
        Description: 'itself',
      }),
      expect.objectContaining({
        IpProtocol: '50',
        FromPort: -1,
        ToPort: -1,
        CidrIpv4: '10.0.0.0/8',
      }),
    ];
    expect(added).toEqual(expected);
    expect(await rules()).toEqual(expected);
  });

  test('adds nothing where one rule is there already, by whatever text and description', async () => {
    await open({ ...tcp22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] });
    const again = open(
      { ...tcp22, FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
      { ...tcp22, IpProtocol: '6', IpRanges: [{ CidrIp: '10.1.2.3/8', Description: 'x' }] },
    );
    await expect(again).rejects.toThrow(errorNamed('InvalidPermission.Duplicate'));
    expect(await rules()).toHaveLength(1);
  });

  test('tags of a rule are shown, and rules are found by them', async () => {
    const Tags = [{ Key: 'team', Value: 'blue' }];
    await client.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [{ ...tcp22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
        TagSpecifications: [{ ResourceType: 'security-group-rule', Tags }],
      }),
    );
    const rule = await only();
    expect(rule.Tags).toEqual(Tags);
    await client.send(
      new ec2.CreateTagsCommand({
        Resources: [rule.SecurityGroupRuleId ?? ''],
        Tags: [{ Key: 'more', Value: '1' }],
      }),
    );
    expect((await only()).Tags).toHaveLength(2);
    const { SecurityGroupRules } = await client.send(
      new ec2.DescribeSecurityGroupRulesCommand({
        Filters: [{ Name: 'tag:team', Values: ['blue'] }],
      }),
    );
    expect(SecurityGroupRules).toHaveLength(1);
  });

  test('a group of another account is a peer, and one that is not there in the own account is none', async () => {
    await open({
      ...tcp22,
      UserIdGroupPairs: [{ GroupId: 'sg-0123456789abcdef0', UserId: OTHER_ACCOUNT }],
    });
    expect((await only()).ReferencedGroupInfo).toMatchObject({
      GroupId: 'sg-0123456789abcdef0',
      UserId: OTHER_ACCOUNT,
    });
    await expect(
      open({ ...tcp22, UserIdGroupPairs: [{ GroupId: 'sg-0123456789abcdef0' }] }),
    ).rejects.toThrow(errorNamed('InvalidGroup.NotFound'));
  });

  test('a group holds so many rules and no more', async () => {
    const ranges = Array.from({ length: 60 }, (_, index) => ({ CidrIp: `10.${index}.0.0/16` }));
    await open({ ...tcp22, IpRanges: ranges });
    await expect(open({ ...tcp22, IpRanges: [{ CidrIp: '10.99.0.0/16' }] })).rejects.toThrow(
      errorNamed('RulesPerSecurityGroupLimitExceeded'),
    );
  });

  test('TCP needs ports', async () => {
    await expect(open({ IpProtocol: 'tcp', IpRanges: [{ CidrIp: '10.0.0.0/8' }] })).rejects.toThrow(
      errorNamed('InvalidParameterValue'),
    );
  });
});

describe('Revoke', () => {
  test.each(KINDS)('%s: by rule id, and by values without the description', async (kind) => {
    const permission = { ...tcp22, ...(await peers())[kind]?.from };
    for (const byId of [true, false]) {
      const [rule] = await open(permission);
      const { Description: _, ...peer } =
        Object.values(permission).flatMap((value) => (Array.isArray(value) ? value : []))[0] ?? {};
      const list = Object.entries(permission).find(([, value]) => Array.isArray(value))?.[0] ?? '';
      const { RevokedSecurityGroupRules } = await client.send(
        new ec2.RevokeSecurityGroupIngressCommand({
          GroupId: groupId,
          ...(byId
            ? { SecurityGroupRuleIds: [rule?.SecurityGroupRuleId ?? ''] }
            : { IpPermissions: [{ ...tcp22, [list]: [peer] }] }),
        }),
      );
      expect(RevokedSecurityGroupRules).toEqual([
        expect.objectContaining({
          SecurityGroupRuleId: rule?.SecurityGroupRuleId,
          IpProtocol: 'tcp',
          FromPort: 22,
          Description: 'old',
        }),
      ]);
      expect(await rules()).toEqual([]);
    }
  });

  test('takes away nothing where one of the rules is unknown', async () => {
    await open({ ...tcp22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] });
    const { SecurityGroupRuleId = '' } = await only();
    const byId = client.send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: groupId,
        SecurityGroupRuleIds: [SecurityGroupRuleId, 'sgr-0123456789abcdef0'],
      }),
    );
    await expect(byId).rejects.toThrow(errorNamed('InvalidSecurityGroupRuleId.NotFound'));
    const byValues = client.send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [
          { ...tcp22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
          { ...tcp22, IpRanges: [{ CidrIp: '10.1.0.0/16' }] },
        ],
      }),
    );
    await expect(byValues).rejects.toThrow(errorNamed('InvalidPermission.NotFound'));
    expect(await rules()).toHaveLength(1);
  });
});

describe('Modify', () => {
  test.each(KINDS)(
    '%s: replaces the rule whole, an omitted description too; id and tags stay',
    async (kind) => {
      const peer = (await peers())[kind];
      await client.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId: groupId,
          IpPermissions: [{ ...tcp22, ...peer?.from }],
          TagSpecifications: [
            { ResourceType: 'security-group-rule', Tags: [{ Key: 'a', Value: 'b' }] },
          ],
        }),
      );
      const before = await only();
      expect(before.Description).toBe('old');
      await modify(before, { ...peer?.to, IpProtocol: '17', FromPort: 53, ToPort: 54 });
      const after = await only();
      expect(after).toMatchObject({
        SecurityGroupRuleId: before.SecurityGroupRuleId,
        IpProtocol: 'udp',
        FromPort: 53,
        ToPort: 54,
        Tags: before.Tags,
      });
      expect(after.Description).toBeUndefined();
      expect(
        after.CidrIpv4 ??
          after.CidrIpv6 ??
          after.PrefixListId ??
          after.ReferencedGroupInfo?.GroupId,
      ).toBe(
        peer?.to.CidrIpv4 ??
          peer?.to.CidrIpv6 ??
          peer?.to.PrefixListId ??
          peer?.to.ReferencedGroupId,
      );
      await modify(after, { ...peer?.to, IpProtocol: '-1', Description: 'all' });
      expect(await only()).toMatchObject({
        IpProtocol: '-1',
        FromPort: -1,
        ToPort: -1,
        Description: 'all',
      });
    },
  );

  test.each(KINDS.flatMap((from) => KINDS.filter((to) => to !== from).map((to) => [from, to])))(
    'cannot make of %s a rule of kind %s',
    async (from, to) => {
      const known = await peers();
      await open({ ...tcp22, ...known[from]?.from });
      await expect(modify(await only(), { ...tcp22, ...known[to]?.to })).rejects.toThrow(
        /Invalid rule type for security group rule/,
      );
    },
  );

  test('outbound rules too, and their direction stays', async () => {
    const [everything] = await rules(true);
    if (!everything) throw new Error('no outbound rule');
    await modify(everything, {
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      CidrIpv4: '10.1.2.3/16',
    });
    expect(await rules(true)).toMatchObject([
      {
        SecurityGroupRuleId: everything.SecurityGroupRuleId,
        FromPort: 443,
        CidrIpv4: '10.1.0.0/16',
      },
    ]);
    expect(await rules()).toEqual([]);
  });

  test('changes nothing where a rule would be there twice, or is not known', async () => {
    await open({ ...tcp22, IpRanges: [{ CidrIp: '10.1.0.0/16' }, { CidrIp: '10.2.0.0/16' }] });
    const before = await rules();
    const [first] = before;
    if (!first) throw new Error('no rule');
    await expect(modify(first, { ...tcp22, CidrIpv4: '10.2.9.9/16' })).rejects.toThrow(
      errorNamed('InvalidPermission.Duplicate'),
    );
    const unknown = modify(
      { SecurityGroupRuleId: 'sgr-0123456789abcdef0' },
      { ...tcp22, CidrIpv4: '10.3.0.0/16' },
    );
    await expect(unknown).rejects.toThrow(errorNamed('InvalidSecurityGroupRuleId.NotFound'));
    expect(await rules()).toEqual(before);
  });
});

test.each(KINDS)('descriptions of a rule of kind %s change, by values and by id', async (kind) => {
  const permission = { ...tcp22, ...(await peers())[kind]?.from };
  await open(permission);
  const described = JSON.parse(JSON.stringify(permission).replace('old', 'new'));
  await client.send(
    new ec2.UpdateSecurityGroupRuleDescriptionsIngressCommand({
      GroupId: groupId,
      IpPermissions: [described],
    }),
  );
  const { Description, SecurityGroupRuleId } = await only();
  expect(Description).toBe('new');
  await client.send(
    new ec2.UpdateSecurityGroupRuleDescriptionsIngressCommand({
      GroupId: groupId,
      SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: 'newer' }],
    }),
  );
  expect((await only()).Description).toBe('newer');
});

describe('finding groups', () => {
  async function idsBy(Name: string, value: string): Promise<(string | undefined)[]> {
    const { SecurityGroups = [] } = await client.send(
      new ec2.DescribeSecurityGroupsCommand({ Filters: [{ Name, Values: [value] }] }),
    );
    return SecurityGroups.map(({ GroupId }) => GroupId);
  }

  test('by the prefix lists of their rules, inbound and outbound', async () => {
    const list = await newPrefixList('192.0.2.0/24');
    await open({ ...tcp22, PrefixListIds: [{ PrefixListId: list }] });
    expect(await idsBy('ip-permission.prefix-list-id', list)).toEqual([groupId]);
    expect(await idsBy('egress.ip-permission.prefix-list-id', list)).toEqual([]);
    const permission = { ...tcp22, PrefixListIds: [{ PrefixListId: list }] };
    await client.send(
      new ec2.AuthorizeSecurityGroupEgressCommand({
        GroupId: groupId,
        IpPermissions: [permission],
      }),
    );
    expect(await idsBy('egress.ip-permission.prefix-list-id', list)).toEqual([groupId]);
  });

  test('by tag, VPC and name; tags are shown', async () => {
    const tagged = await newGroup([{ Key: 'watched', Value: 'yes' }]);
    expect(await idsBy('tag:watched', 'yes')).toEqual([tagged]);
    expect(await idsBy('tag:watched', 'no')).toEqual([]);
    expect(await idsBy('vpc-id', vpcId)).toEqual(expect.arrayContaining([groupId, tagged]));
    expect(await idsBy('group-name', `group-${groups}`)).toEqual([tagged]);
    const { SecurityGroups } = await client.send(
      new ec2.DescribeSecurityGroupsCommand({ GroupIds: [tagged] }),
    );
    expect(SecurityGroups).toMatchObject([{ Tags: [{ Key: 'watched', Value: 'yes' }] }]);
  });

  test('in pages', async () => {
    await newGroup();
    const pages: (string | undefined)[][] = [];
    const inVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
    for await (const { SecurityGroups = [] } of ec2.paginateDescribeSecurityGroups(
      { client, pageSize: 5 },
      inVpc,
    )) {
      pages.push(SecurityGroups.map(({ GroupId }) => GroupId));
    }
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(pages.flat()).size).toBe((await idsBy('vpc-id', vpcId)).length);
  });
});

describe('prefix lists', () => {
  test('have a version, an owner and entries, also those of AWS', async () => {
    const list = await newPrefixList('192.0.2.0/24');
    const { PrefixLists } = await client.send(
      new ec2.DescribeManagedPrefixListsCommand({ PrefixListIds: [list] }),
    );
    expect(PrefixLists).toMatchObject([
      {
        PrefixListId: list,
        PrefixListName: 'list',
        Version: 1,
        OwnerId: '123456789012',
        AddressFamily: 'IPv4',
      },
    ]);
    const { PrefixLists: ofAws = [] } = await client.send(
      new ec2.DescribeManagedPrefixListsCommand({
        Filters: [{ Name: 'owner-id', Values: ['AWS'] }],
      }),
    );
    expect(ofAws.length).toBeGreaterThan(1);
    expect(ofAws[0]?.Version).toBeUndefined();
    const { Entries } = await client.send(
      new ec2.GetManagedPrefixListEntriesCommand({ PrefixListId: ofAws[0]?.PrefixListId }),
    );
    expect(Entries).toContainEqual(
      expect.objectContaining({ Cidr: expect.stringMatching(/\/\d+$/) }),
    );
  });

  test('change by versions, keep their name, and go back', async () => {
    const PrefixListId = await newPrefixList('192.0.2.0/24', '198.51.100.0/24');
    const cidrs = async (TargetVersion?: number) =>
      (
        await client.send(
          new ec2.GetManagedPrefixListEntriesCommand({ PrefixListId, TargetVersion }),
        )
      ).Entries?.map(({ Cidr }) => Cidr);
    const change = {
      PrefixListId,
      CurrentVersion: 1,
      AddEntries: [{ Cidr: '0.0.0.0/0' }],
      RemoveEntries: [{ Cidr: '192.0.2.0/24' }],
    };
    await client.send(new ec2.ModifyManagedPrefixListCommand(change));
    expect(await cidrs()).toEqual(['198.51.100.0/24', '0.0.0.0/0']);
    expect(await cidrs(1)).toEqual(['192.0.2.0/24', '198.51.100.0/24']);
    await expect(client.send(new ec2.ModifyManagedPrefixListCommand(change))).rejects.toThrow(
      errorNamed('PrefixListVersionMismatch'),
    );

    await client.send(
      new ec2.RestoreManagedPrefixListVersionCommand({
        PrefixListId,
        CurrentVersion: 2,
        PreviousVersion: 1,
      }),
    );
    expect(await cidrs()).toEqual(['192.0.2.0/24', '198.51.100.0/24']);
    const { PrefixLists } = await client.send(
      new ec2.DescribeManagedPrefixListsCommand({ PrefixListIds: [PrefixListId] }),
    );
    expect(PrefixLists).toMatchObject([{ PrefixListName: 'list', Version: 3 }]);
  });

  test('entries in pages', async () => {
    const PrefixListId = await newPrefixList('192.0.2.0/25', '192.0.2.128/25', '198.51.100.0/24');
    const pages: number[] = [];
    for await (const { Entries = [] } of ec2.paginateGetManagedPrefixListEntries(
      { client, pageSize: 2 },
      { PrefixListId },
    )) {
      pages.push(Entries.length);
    }
    expect(pages).toEqual([2, 1]);
  });

  test('one that is not there is an error, not a list without entries', async () => {
    const PrefixListId = 'pl-0123456789abcdef0';
    for (const call of [
      async () =>
        client.send(new ec2.DescribeManagedPrefixListsCommand({ PrefixListIds: [PrefixListId] })),
      async () => client.send(new ec2.GetManagedPrefixListEntriesCommand({ PrefixListId })),
      async () =>
        client.send(new ec2.ModifyManagedPrefixListCommand({ PrefixListId, PrefixListName: 'x' })),
    ]) {
      await expect(call()).rejects.toThrow(errorNamed('InvalidPrefixListID.NotFound'));
    }
  });
});

test('a group that is put there as it is has the ids that were chosen, all of them or none', async () => {
  const group = (id: string) => ({
    id,
    name: 'placed',
    vpcId: 'vpc-0123456789abcdef0',
    rules: [
      {
        SecurityGroupRuleId: 'sgr-0123456789abcdef0',
        IsEgress: false,
        ...tcp22,
        CidrIpv4: '10.0.0.0/8',
        Tags: [{ Key: 'until', Value: 'tomorrow' }],
      },
    ],
  });
  await emulator.addGroups([group('sg-0123456789abcdef0')]);
  const twice = emulator.addGroups([group('sg-0123456789abcdef1'), group('sg-0123456789abcdef0')]);
  await expect(twice).rejects.toThrow('there already: sg-0123456789abcdef0');
  const { SecurityGroupRules } = await client.send(
    new ec2.DescribeSecurityGroupRulesCommand({
      Filters: [{ Name: 'group-id', Values: ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'] }],
    }),
  );
  expect(SecurityGroupRules).toMatchObject([
    { GroupId: 'sg-0123456789abcdef0', ...group('').rules[0] },
  ]);
});

test('what the emulator itself fails at is an error that says so', async () => {
  const failing = client.send(
    new ec2.DescribeSecurityGroupsCommand({ Filters: [{ Name: 'no-such-filter', Values: ['x'] }] }),
  );
  await expect(failing).rejects.toThrow('the emulator failed: KeyError');
});

test('a dry run answers that it would have been done, and does nothing', async () => {
  const dryRun = client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId: groupId,
      IpPermissions: [{ ...tcp22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
      DryRun: true,
    }),
  );
  await expect(dryRun).rejects.toThrow(errorNamed('DryRunOperation'));
  expect(await rules()).toEqual([]);
});
