import { KeptRule } from '../../../sandbox/cloudtrail/kept-rule';
import { responseElementsOf, SuccessfulCall } from '../../../sandbox/cloudtrail/response-elements';

const GROUP = 'sg-0123456789abcdef0';

function kept(rule: Partial<KeptRule>): KeptRule {
  return {
    id: 'sgr-1',
    groupId: GROUP,
    isEgress: false,
    protocol: 'tcp',
    fromPort: 22,
    toPort: 22,
    tags: [],
    ...rule,
  };
}

function answered(call: Partial<SuccessfulCall>): Record<string, unknown> {
  return responseElementsOf({
    action: 'AuthorizeSecurityGroupIngress',
    parameters: {},
    requestId: 'request-1',
    region: 'eu-west-1',
    account: '123456789012',
    ...call,
  });
}

const RECORDED = {
  groupOwnerId: '123456789012',
  groupId: GROUP,
  securityGroupRuleId: 'sgr-1',
  isEgress: false,
  ipProtocol: 'tcp',
  fromPort: 22,
  toPort: 22,
  securityGroupRuleArn: 'arn:aws:ec2:eu-west-1:123456789012:security-group-rule/sgr-1',
};
const WITHOUT_PORTS = { ipProtocol: '-1', fromPort: -1, toPort: -1 };

describe('authorize', () => {
  test.each<[string, Partial<KeptRule>, Record<string, unknown>]>([
    ['an IPv4 range, host bits masked', { cidrIpv4: '1.2.3.4/8' }, { cidrIpv4: '1.0.0.0/8' }],
    [
      'an IPv4 range that is everywhere',
      { cidrIpv4: '208.236.235.254/0' },
      { cidrIpv4: '0.0.0.0/0' },
    ],
    [
      'an IPv6 range, masked and in RFC 5952',
      { cidrIpv6: '2001:DB8:0:0::1/32' },
      { cidrIpv6: '2001:db8::/32' },
    ],
    [
      'an IPv4 range that EC2 would not read stays',
      { cidrIpv4: '010.1.2.3/8' },
      { cidrIpv4: '010.1.2.3/8' },
    ],
    [
      'an IPv6 range with a zone stays',
      { cidrIpv6: 'fe80::1%eth0/64' },
      { cidrIpv6: 'fe80::1%eth0/64' },
    ],
    ['a prefix list', { prefixListId: 'pl-1' }, { prefixListId: 'pl-1' }],
    [
      'a group',
      { referencedGroup: { groupId: 'sg-2' } },
      { referencedGroupInfo: { groupId: 'sg-2', userId: '123456789012' } },
    ],
    [
      'a group of another account',
      { referencedGroup: { groupId: 'sg-2', userId: '2' } },
      { referencedGroupInfo: { groupId: 'sg-2', userId: '2' } },
    ],
    ['all protocols', { protocol: '-1', fromPort: undefined, toPort: undefined }, WITHOUT_PORTS],
    [
      'all protocols, with ports sent',
      { protocol: '-1', fromPort: 0, toPort: 65535 },
      WITHOUT_PORTS,
    ],
    [
      'a protocol by number',
      { protocol: '58', fromPort: -1, toPort: -1 },
      { ipProtocol: 'icmpv6', fromPort: -1, toPort: -1 },
    ],
    [
      'a protocol without ports',
      { protocol: '50', fromPort: 1, toPort: 2 },
      { ipProtocol: '50', fromPort: -1, toPort: -1 },
    ],
    ['a protocol in capitals', { protocol: 'UDP' }, { ipProtocol: 'udp' }],
    [
      'tags',
      { tags: [{ key: 'team', value: 'blue' }] },
      { tagSet: { items: [{ key: 'team', value: 'blue' }] } },
    ],
    ['a description', { description: 'mine' }, { description: 'mine' }],
    ['an outbound rule', { isEgress: true }, { isEgress: true }],
  ])('%s', (_, rule, recorded) => {
    expect(answered({ added: [kept(rule)] })).toEqual({
      requestId: 'request-1',
      _return: true,
      securityGroupRuleSet: { items: [{ ...RECORDED, ...recorded }] },
    });
  });

  test('no one could look: no rule set, as in old records', () => {
    expect(answered({})).toEqual({ requestId: 'request-1', _return: true });
  });
});

describe('revoke', () => {
  test('tells the rules that are gone: the peer group flat, no tags, no owner', () => {
    const removed = [
      kept({
        referencedGroup: { groupId: 'sg-2', userId: '2' },
        tags: [{ key: 'team', value: 'blue' }],
        description: 'mine',
      }),
    ];
    expect(answered({ action: 'RevokeSecurityGroupIngress', removed })).toEqual({
      requestId: 'request-1',
      _return: true,
      revokedSecurityGroupRuleSet: {
        items: [
          {
            groupId: GROUP,
            securityGroupRuleId: 'sgr-1',
            isEgress: false,
            ipProtocol: 'tcp',
            fromPort: 22,
            toPort: 22,
            description: 'mine',
            referencedGroupId: 'sg-2',
          },
        ],
      },
    });
  });

  test('nothing gone: an empty list', () => {
    expect(answered({ action: 'RevokeSecurityGroupEgress', removed: [] })).toEqual({
      requestId: 'request-1',
      _return: true,
      revokedSecurityGroupRuleSet: {},
    });
  });
});

describe('calls whose answer names no rules', () => {
  test.each(['ModifyManagedPrefixList', 'RestoreManagedPrefixListVersion'] as const)(
    '%s: the list as answered, versions as numbers',
    (action) => {
      const list = {
        prefixListId: 'pl-1',
        prefixListName: 'offices',
        addressFamily: 'IPv4',
        state: 'modify-complete',
      };
      expect(answered({ action, answered: { ...list, version: '2', maxEntries: '5' } })).toEqual({
        [`${action}Response`]: {
          xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/',
          requestId: 'request-1',
          prefixList: { ...list, version: 2, maxEntries: 5 },
        },
      });
    },
  );

  test.each(['CreateVpc', 'CreateDefaultVpc'] as const)(
    '%s: the VPC, and nothing of the default group that comes with it',
    (action) => {
      const parameters = {
        'TagSpecification.1.ResourceType': 'vpc',
        'TagSpecification.1.Tag.1.Key': 'team',
        'TagSpecification.1.Tag.1.Value': 'blue',
      };
      expect(
        answered({
          action,
          parameters,
          answered: { vpcId: 'vpc-1', cidrBlock: '10.0.0.0/16', isDefault: 'false' },
        }),
      ).toEqual({
        requestId: 'request-1',
        vpc: {
          vpcId: 'vpc-1',
          cidrBlock: '10.0.0.0/16',
          isDefault: false,
          tagSet: { items: [{ key: 'team', value: 'blue' }] },
        },
      });
    },
  );

  test.each(['CreateTags', 'DeleteTags'] as const)('%s', (action) => {
    expect(answered({ action })).toEqual({ requestId: 'request-1', _return: true });
  });

  test.each([
    'ModifySecurityGroupRules',
    'UpdateSecurityGroupRuleDescriptionsIngress',
    'UpdateSecurityGroupRuleDescriptionsEgress',
  ] as const)('%s', (action) => {
    expect(answered({ action })).toEqual({
      [`${action}Response`]: {
        xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/',
        requestId: 'request-1',
        return: true,
      },
    });
  });

  test('create, with tags of the group only', () => {
    const parameters = {
      'TagSpecification.1.ResourceType': 'security-group',
      'TagSpecification.1.Tag.1.Key': 'team',
      'TagSpecification.1.Tag.1.Value': 'blue',
    };
    expect(answered({ action: 'CreateSecurityGroup', parameters, newGroupId: GROUP })).toEqual({
      requestId: 'request-1',
      _return: true,
      groupId: GROUP,
      tagSet: { items: [{ key: 'team', value: 'blue' }] },
    });
  });

  test('delete', () => {
    expect(answered({ action: 'DeleteSecurityGroup' })).toEqual({
      requestId: 'request-1',
      _return: true,
    });
  });
});
