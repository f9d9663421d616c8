import { requestParametersOf } from '../../../sandbox/cloudtrail/request-parameters';

const GROUP = 'sg-0123456789abcdef0';

describe('authorize and revoke', () => {
  test('permissions: every kind of peer, empty lists as {}, ports as numbers, ranges as sent', () => {
    expect(
      requestParametersOf('AuthorizeSecurityGroupIngress', {
        Action: 'AuthorizeSecurityGroupIngress',
        Version: '2016-11-15',
        GroupId: GROUP,
        'IpPermissions.1.IpProtocol': 'tcp',
        'IpPermissions.1.FromPort': '22',
        'IpPermissions.1.ToPort': '23',
        'IpPermissions.1.IpRanges.1.CidrIp': '1.2.3.4/0',
        'IpPermissions.1.IpRanges.1.Description': 'everywhere',
        'IpPermissions.1.IpRanges.2.CidrIp': '10.0.0.0/8',
        'IpPermissions.1.Ipv6Ranges.1.CidrIpv6': '2001:DB8::1/32',
        'IpPermissions.2.IpProtocol': '-1',
        'IpPermissions.2.PrefixListIds.1.PrefixListId': 'pl-1',
        'IpPermissions.2.Groups.1.GroupId': 'sg-2',
        'IpPermissions.2.Groups.1.UserId': '210987654321',
        'IpPermissions.2.Groups.1.Description': 'theirs',
        'TagSpecification.1.ResourceType': 'security-group-rule',
        'TagSpecification.1.Tag.1.Key': 'team',
        'TagSpecification.1.Tag.1.Value': 'blue',
      }),
    ).toEqual({
      groupId: GROUP,
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 22,
            toPort: 23,
            groups: {},
            ipRanges: {
              items: [{ cidrIp: '1.2.3.4/0', description: 'everywhere' }, { cidrIp: '10.0.0.0/8' }],
            },
            ipv6Ranges: { items: [{ cidrIpv6: '2001:DB8::1/32' }] },
            prefixListIds: {},
          },
          {
            ipProtocol: '-1',
            groups: { items: [{ groupId: 'sg-2', userId: '210987654321', description: 'theirs' }] },
            ipRanges: {},
            ipv6Ranges: {},
            prefixListIds: { items: [{ prefixListId: 'pl-1' }] },
          },
        ],
      },
      tagSpecificationSet: {
        items: [{ resourceType: 'security-group-rule', tags: [{ key: 'team', value: 'blue' }] }],
      },
    });
  });

  test('ten permissions keep their order', () => {
    const sent = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [
        `IpPermissions.${index + 1}.FromPort`,
        String(index),
      ]).reverse(),
    );
    const { ipPermissions } = requestParametersOf('RevokeSecurityGroupEgress', {
      GroupId: GROUP,
      ...sent,
    });
    expect(ipPermissions).toEqual({
      items: Array.from({ length: 11 }, (_, fromPort) => expect.objectContaining({ fromPort })),
    });
  });

  test.each(['AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'] as const)(
    '%s, flat',
    (action) => {
      expect(
        requestParametersOf(action, {
          GroupId: GROUP,
          IpProtocol: 'tcp',
          FromPort: '22',
          ToPort: '22',
          CidrIp: '0.0.0.0/0',
        }),
      ).toEqual({
        groupId: GROUP,
        ipPermissions: {},
        ipProtocol: 'tcp',
        fromPort: 22,
        toPort: 22,
        cidrIp: '0.0.0.0/0',
      });
    },
  );

  test('revoke by rule id', () => {
    expect(
      requestParametersOf('RevokeSecurityGroupEgress', {
        GroupId: GROUP,
        'SecurityGroupRuleId.1': 'sgr-1',
        'SecurityGroupRuleId.2': 'sgr-2',
      }),
    ).toEqual({
      groupId: GROUP,
      ipPermissions: {},
      securityGroupRuleIds: {
        items: [{ securityGroupRuleId: 'sgr-1' }, { securityGroupRuleId: 'sgr-2' }],
      },
    });
  });

  test('a group given by name has no id', () => {
    const rendered = requestParametersOf('AuthorizeSecurityGroupEgress', {
      GroupName: 'default',
      IpProtocol: '-1',
      CidrIp: '0.0.0.0/0',
      DryRun: 'true',
    });
    expect(rendered).toEqual({
      groupName: 'default',
      ipPermissions: {},
      ipProtocol: '-1',
      cidrIp: '0.0.0.0/0',
    });
    expect(rendered).not.toHaveProperty('groupId');
  });
});

describe('modify', () => {
  const rule = (index: number) => ({
    [`SecurityGroupRule.${index}.SecurityGroupRuleId`]: `sgr-${index}`,
    [`SecurityGroupRule.${index}.SecurityGroupRule.IpProtocol`]: 'tcp',
    [`SecurityGroupRule.${index}.SecurityGroupRule.FromPort`]: '22',
    [`SecurityGroupRule.${index}.SecurityGroupRule.ToPort`]: '22',
    [`SecurityGroupRule.${index}.SecurityGroupRule.CidrIpv4`]: '0.0.0.0/0',
    [`SecurityGroupRule.${index}.SecurityGroupRule.Description`]: 'open',
  });
  const recorded = (index: number) => ({
    SecurityGroupRuleId: `sgr-${index}`,
    tag: index,
    SecurityGroupRule: {
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      CidrIpv4: '0.0.0.0/0',
      Description: 'open',
    },
  });

  test('one rule is an object', () => {
    expect(
      requestParametersOf('ModifySecurityGroupRules', {
        Action: 'ModifySecurityGroupRules',
        Version: '2016-11-15',
        GroupId: GROUP,
        ...rule(1),
      }),
    ).toEqual({
      ModifySecurityGroupRulesRequest: { GroupId: GROUP, SecurityGroupRule: recorded(1) },
    });
  });

  test('several rules are an array', () => {
    expect(
      requestParametersOf('ModifySecurityGroupRules', { GroupId: GROUP, ...rule(1), ...rule(2) }),
    ).toEqual({
      ModifySecurityGroupRulesRequest: {
        GroupId: GROUP,
        SecurityGroupRule: [recorded(1), recorded(2)],
      },
    });
  });
});

describe('descriptions', () => {
  const permission = {
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': '22',
    'IpPermissions.1.ToPort': '22',
  };
  const range = (index: number) => ({
    [`IpPermissions.1.IpRanges.${index}.CidrIp`]: `10.${index}.0.0/16`,
    [`IpPermissions.1.IpRanges.${index}.Description`]: 'new',
  });
  const recordedRange = (index: number) => ({
    CidrIp: `10.${index}.0.0/16`,
    Description: 'new',
    tag: index,
  });

  test('one permission with one range: objects', () => {
    expect(
      requestParametersOf('UpdateSecurityGroupRuleDescriptionsIngress', {
        GroupId: GROUP,
        ...permission,
        ...range(1),
      }),
    ).toEqual({
      UpdateSecurityGroupRuleDescriptionsIngressRequest: {
        GroupId: GROUP,
        IpPermissions: {
          IpProtocol: 'tcp',
          FromPort: 22,
          ToPort: 22,
          IpRanges: recordedRange(1),
          tag: 1,
        },
      },
    });
  });

  test('several ranges: an array', () => {
    expect(
      requestParametersOf('UpdateSecurityGroupRuleDescriptionsEgress', {
        GroupId: GROUP,
        ...permission,
        ...range(1),
        ...range(2),
      }),
    ).toMatchObject({
      UpdateSecurityGroupRuleDescriptionsEgressRequest: {
        IpPermissions: { IpRanges: [recordedRange(1), recordedRange(2)] },
      },
    });
  });

  test('by rule id', () => {
    expect(
      requestParametersOf('UpdateSecurityGroupRuleDescriptionsIngress', {
        GroupId: GROUP,
        'SecurityGroupRuleDescription.1.SecurityGroupRuleId': 'sgr-1',
        'SecurityGroupRuleDescription.1.Description': 'new',
      }),
    ).toEqual({
      UpdateSecurityGroupRuleDescriptionsIngressRequest: {
        GroupId: GROUP,
        SecurityGroupRuleDescription: { SecurityGroupRuleId: 'sgr-1', Description: 'new', tag: 1 },
      },
    });
  });
});

describe('groups', () => {
  test('create', () => {
    expect(
      requestParametersOf('CreateSecurityGroup', {
        GroupName: 'web',
        GroupDescription: 'Web servers',
        VpcId: 'vpc-1',
        'TagSpecification.1.ResourceType': 'security-group',
        'TagSpecification.1.Tag.1.Key': 'team',
        'TagSpecification.1.Tag.1.Value': 'blue',
      }),
    ).toEqual({
      groupName: 'web',
      groupDescription: 'Web servers',
      vpcId: 'vpc-1',
      tagSpecificationSet: {
        items: [{ resourceType: 'security-group', tags: [{ key: 'team', value: 'blue' }] }],
      },
    });
  });

  test('create without a VPC or tags', () => {
    expect(
      requestParametersOf('CreateSecurityGroup', {
        GroupName: 'web',
        GroupDescription: 'Web servers',
      }),
    ).toEqual({ groupName: 'web', groupDescription: 'Web servers' });
  });

  test('delete, by id and by name', () => {
    expect(requestParametersOf('DeleteSecurityGroup', { GroupId: GROUP })).toEqual({
      groupId: GROUP,
    });
    expect(requestParametersOf('DeleteSecurityGroup', { GroupName: 'web' })).toEqual({
      groupName: 'web',
    });
  });
});

describe('what decides about groups', () => {
  test.each(['CreateTags', 'DeleteTags'] as const)('%s', (action) => {
    expect(
      requestParametersOf(action, {
        'ResourceId.1': GROUP,
        'ResourceId.2': 'vpc-1',
        'Tag.1.Key': 'team',
        'Tag.1.Value': 'blue',
        'Tag.2.Key': 'watched',
      }),
    ).toEqual({
      resourcesSet: { items: [{ resourceId: GROUP }, { resourceId: 'vpc-1' }] },
      tagSet: { items: [{ key: 'team', value: 'blue' }, { key: 'watched' }] },
    });
  });

  test('a VPC, and a default one', () => {
    expect(
      requestParametersOf('CreateVpc', {
        CidrBlock: '10.0.0.0/16',
        'TagSpecification.1.ResourceType': 'vpc',
        'TagSpecification.1.Tag.1.Key': 'team',
        'TagSpecification.1.Tag.1.Value': 'blue',
      }),
    ).toEqual({
      cidrBlock: '10.0.0.0/16',
      instanceTenancy: 'default',
      amazonProvidedIpv6CidrBlock: false,
      tagSpecificationSet: {
        items: [{ resourceType: 'vpc', tags: [{ key: 'team', value: 'blue' }] }],
      },
    });
    expect(requestParametersOf('CreateDefaultVpc', { Version: '2016-11-15' })).toEqual({});
  });

  test('entries of a prefix list: one is an object, several are an array', () => {
    const entry = (index: number) => ({
      [`AddEntry.${index}.Cidr`]: `10.${index}.0.0/16`,
      [`AddEntry.${index}.Description`]: 'office',
    });
    const recorded = (index: number) => ({
      Cidr: `10.${index}.0.0/16`,
      Description: 'office',
      tag: index,
    });
    const list = { PrefixListId: 'pl-1', CurrentVersion: '3' };
    expect(
      requestParametersOf('ModifyManagedPrefixList', {
        ...list,
        ...entry(1),
        'RemoveEntry.1.Cidr': '0.0.0.0/0',
      }),
    ).toEqual({
      ModifyManagedPrefixListRequest: {
        PrefixListId: 'pl-1',
        CurrentVersion: 3,
        AddEntry: recorded(1),
        RemoveEntry: { Cidr: '0.0.0.0/0', tag: 1 },
      },
    });
    expect(
      requestParametersOf('ModifyManagedPrefixList', { ...list, ...entry(1), ...entry(2) }),
    ).toMatchObject({ ModifyManagedPrefixListRequest: { AddEntry: [recorded(1), recorded(2)] } });
  });

  test('a prefix list that goes back to an earlier version', () => {
    expect(
      requestParametersOf('RestoreManagedPrefixListVersion', {
        PrefixListId: 'pl-1',
        CurrentVersion: '3',
        PreviousVersion: '1',
      }),
    ).toEqual({
      RestoreManagedPrefixListVersionRequest: {
        PrefixListId: 'pl-1',
        CurrentVersion: 3,
        PreviousVersion: 1,
      },
    });
  });
});
