import fc from 'fast-check';
import {
  parseChangeEvent,
  sourcedRecord,
  UnreadableEventError,
} from '../../../src/security-group/adapters/change-event';
import { isTrusted } from '../../../src/security-group/domain/changes/actor';
import { ruleText } from '../../../src/security-group/domain/rules/rule-text';
import { WATCHED_CALLS } from '../../../src/shared/contracts/watched-calls';
import {
  callsOnGroup,
  callsOnGroupNamed,
  callsThatMakeGroups,
  envelopeOf,
  permission,
  prefixListCalls,
  recordOf,
  type RecordValues,
  roleSession,
  taggingCalls,
  wrappedCall,
  wrappedCallsOnGroup,
} from '../samples/change-events';

const RECEIVED_AT = new Date('2026-01-01T00:01:00Z');

describe('which rules Authorize added', () => {
  test('one permission with ranges of both families, a prefix list and a group gives four rules', () => {
    const all = permission({
      ipRanges: { items: [{ cidrIp: '10.1.2.3/8', description: 'office' }] },
      ipv6Ranges: { items: [{ cidrIpv6: '2001:DB8::/32' }] },
      prefixListIds: { items: [{ prefixListId: 'pl-1' }] },
      groups: { items: [{ groupId: 'sg-9', userId: '222222222222' }] },
    });
    const change = parse({
      requestParameters: { groupId: 'sg-1', ipPermissions: { items: [all] } },
    });
    expect(change.rules.present.map(ruleText)).toEqual([
      'tcp 22 from 10.0.0.0/8',
      'tcp 22 from 2001:db8::/32',
      'tcp 22 from prefix list pl-1',
      'tcp 22 from group sg-9 of account 222222222222',
    ]);
    expect(change.rules.complete).toBe(true);
  });

  test('a peer group has an account only where it is another one', () => {
    const groups = {
      items: [
        { groupId: 'sg-8', userId: '111111111111' },
        { groupId: 'sg-9', userId: '222222222222' },
      ],
    };
    const change = parse({
      requestParameters: { groupId: 'sg-1', ipPermissions: { items: [permission({ groups })] } },
    });
    expect(change.rules.present.map(({ peer }) => peer)).toEqual([
      { kind: 'securityGroup', groupId: 'sg-8' },
      { kind: 'securityGroup', groupId: 'sg-9', ownerId: '222222222222' },
    ]);
    const own = answered({ referencedGroupInfo: { groupId: 'sg-8', userId: '111111111111' } });
    expect(
      parse({ responseElements: { securityGroupRuleSet: { items: [own] } } }).rules.present[0]
        ?.peer,
    ).toEqual({ kind: 'securityGroup', groupId: 'sg-8' });
  });

  test('the flat form is one rule', () => {
    const change = parse({
      requestParameters: {
        groupId: 'sg-1',
        ipPermissions: {},
        ipProtocol: 'tcp',
        fromPort: 22,
        toPort: 22,
        cidrIp: '1.2.3.4/0',
      },
    });
    expect(change.rules.present.map(ruleText)).toEqual(['tcp 22 from 0.0.0.0/0']);
    expect(change).toMatchObject({
      rules: { complete: true },
      subject: { kind: 'group', group: { id: 'sg-1' } },
    });
  });

  test('the answer gives their ids', () => {
    const change = parse({
      responseElements: {
        _return: true,
        securityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0' })] },
      },
    });
    expect(change.rules.present).toMatchObject([{ id: 'sgr-1', peer: { cidr: '0.0.0.0/0' } }]);
  });

  test('and is enough, since a call adds all its rules or none', () => {
    const change = parse({
      responseElements: { securityGroupRuleSet: { items: [answered({ cidrIpv6: '::/0' })] } },
    });
    expect(change.rules.present.map(({ id }) => id)).toStrictEqual(['sgr-1']);
  });

  test('what of the answer cannot be read is taken from the request', () => {
    const change = parse({
      responseElements: {
        securityGroupRuleSet: { items: [answered({ cidrIpv6: '::/0' }), answered({})] },
      },
    });
    expect(change.rules.present.map(({ id }) => id)).toStrictEqual(['sgr-1', undefined]);
    expect(change.rules.complete).toBe(true);
  });

  test('values that are null are not there', () => {
    const change = parse({
      responseElements: {
        securityGroupRuleSet: {
          items: [answered({ cidrIpv4: '0.0.0.0/0', cidrIpv6: null, description: null })],
        },
      },
    });
    expect(change.rules).toMatchObject({ present: [{ id: 'sgr-1' }], complete: true });
  });

  test('in requests and answers, of any kind', () => {
    const everything = { ipProtocol: '-1', fromPort: null, toPort: null };
    const ipPermissions = {
      items: [
        {
          ...everything,
          groups: null,
          ipRanges: { items: [{ cidrIp: '10.0.0.0/8', cidrIpv6: null }] },
        },
      ],
    };
    const requested = parse({
      requestParameters: { groupId: 'sg-1', ipPermissions, ipProtocol: null, cidrIp: null },
    });
    const change = parse({
      responseElements: {
        securityGroupRuleSet: { items: [answered({ ...everything, cidrIpv4: '10.0.0.0/8' })] },
      },
    });
    for (const { rules } of [requested, change]) {
      expect(rules.present.map(ruleText)).toEqual(['all traffic from 10.0.0.0/8']);
      expect(rules.complete).toBe(true);
    }
  });

  test('lists may be wrapped, bare, empty or missing; ports and protocols text or numbers', () => {
    const bare = {
      ipProtocol: 6,
      fromPort: '22',
      toPort: '22',
      ipRanges: [{ cidrIp: '10.0.0.0/8' }],
    };
    expect(
      parse({ requestParameters: { groupId: 'sg-1', ipPermissions: [bare] } }).rules.present.map(
        ruleText,
      ),
    ).toEqual(['tcp 22 from 10.0.0.0/8']);
  });

  test('protocol -1 comes without ports', () => {
    const everything = permission({
      ipProtocol: '-1',
      fromPort: undefined,
      toPort: undefined,
      ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
    });
    expect(
      parse({
        requestParameters: { groupId: 'sg-1', ipPermissions: { items: [everything] } },
      }).rules.present.map(ruleText),
    ).toEqual(['all traffic from 0.0.0.0/0']);
  });
});

test('the answer of Authorize tells the tags of its rules', () => {
  const tagSet = { items: [{ key: 'team', value: 'blue' }, { key: 'empty', value: '' }, '?'] };
  expect(
    parse({
      responseElements: {
        securityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0', tagSet })] },
      },
    }).rules.present,
  ).toMatchObject([
    {
      tags: [
        { key: 'team', value: 'blue' },
        { key: 'empty', value: '' },
      ],
    },
  ]);
});

describe('which rules Revoke took away', () => {
  const revoke = (requestParameters: unknown, responseElements: unknown = { _return: true }) =>
    parse({ eventName: 'RevokeSecurityGroupIngress', requestParameters, responseElements }).rules;
  const items = {
    groupId: 'sg-1',
    ipPermissions: { items: [permission({ ipRanges: { items: [{ cidrIp: '10.0.0.0/8' }] } })] },
  };

  test('those asked for, where the answer names none', () => {
    const { absent, complete, present } = revoke(items);
    expect(absent.map(({ id, rule }) => [id, rule && ruleText(rule)])).toStrictEqual([
      [undefined, 'tcp 22 from 10.0.0.0/8'],
    ]);
    expect({ complete, present }).toEqual({ complete: true, present: [] });
  });

  test('those of the answer, with their ids; a peer group stands there flat', () => {
    const gone = [
      answered({ cidrIpv4: '10.0.0.0/8' }),
      answered({ securityGroupRuleId: 'sgr-2', referencedGroupId: 'sg-9' }),
    ];
    const { absent, complete } = revoke(items, {
      _return: 'true',
      revokedSecurityGroupRuleSet: { items: gone },
    });
    expect(absent.map(({ id, rule }) => [id, rule && ruleText(rule)])).toStrictEqual([
      ['sgr-1', 'tcp 22 from 10.0.0.0/8'],
      ['sgr-2', 'tcp 22 from group sg-9'],
    ]);
    expect(complete).toBe(true);
  });

  test('an id is enough, where the answer holds values that cannot be read', () => {
    expect(revoke(items, { revokedSecurityGroupRuleSet: { items: [answered({})] } })).toMatchObject(
      { absent: [{ id: 'sgr-1' }], complete: true },
    );
  });

  test('what was asked for is not named twice, where the answer cannot be read in full', () => {
    const { absent, complete } = revoke(items, {
      revokedSecurityGroupRuleSet: { items: [answered({ cidrIpv4: '10.0.0.0/8' }), '?'] },
    });
    expect(absent.map(({ id }) => id)).toStrictEqual(['sgr-1']);
    expect(complete).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    [
      'items',
      {
        securityGroupRuleIds: {
          items: [{ securityGroupRuleId: 'sgr-1' }, { securityGroupRuleId: 'sgr-2' }],
        },
      },
    ],
    [
      'a set',
      {
        securityGroupRuleIdSet: {
          items: [{ securityGroupRuleId: 'sgr-1' }, { securityGroupRuleId: 'sgr-2' }],
        },
      },
    ],
    ['a bare array', { securityGroupRuleIds: ['sgr-1', 'sgr-2'] }],
    ['items that are bare', { securityGroupRuleIds: { items: ['sgr-1', 'sgr-2'] } }],
    [
      'as sent',
      {
        RevokeSecurityGroupIngressRequest: {
          GroupId: 'sg-1',
          SecurityGroupRuleId: [
            { content: 'sgr-1', tag: 1 },
            { content: 'sgr-2', tag: 2 },
          ],
        },
      },
    ],
  ])('by rule ids: %s', (_, ids) => {
    expect(revoke({ groupId: 'sg-1', ipPermissions: {}, ...ids })).toEqual({
      present: [],
      modifiedIds: [],
      modifiedTo: [],
      described: [],
      absent: [{ id: 'sgr-1' }, { id: 'sgr-2' }],
      complete: true,
    });
  });

  test('by one rule id', () => {
    expect(revoke({ groupId: 'sg-1', securityGroupRuleIds: 'sgr-1' }).absent).toEqual([
      { id: 'sgr-1' },
    ]);
  });
});

describe('which rules Modify changed', () => {
  const modified = (id: string) => ({
    SecurityGroupRuleId: id,
    tag: 1,
    SecurityGroupRule: { IpProtocol: 'tcp', CidrIpv4: '0.0.0.0/0' },
  });

  test.each([
    ['one rule is an object', modified('sgr-1'), ['sgr-1']],
    ['several are an array', [modified('sgr-1'), modified('sgr-2')], ['sgr-1', 'sgr-2']],
    ['or items', { items: [modified('sgr-1')] }, ['sgr-1']],
  ])('by their ids, since the record lacks the direction: %s', (_, SecurityGroupRule, ids) => {
    const change = parse({
      eventName: 'ModifySecurityGroupRules',
      requestParameters: {
        ModifySecurityGroupRulesRequest: { GroupId: 'sg-1', SecurityGroupRule },
      },
    });
    expect(change).toMatchObject({
      subject: { kind: 'group', group: { id: 'sg-1' } },
      rules: { present: [], modifiedIds: ids, described: [], absent: [], complete: true },
    });
    expect(change.rules.modifiedTo).toMatchObject(
      ids.map((id) => ({
        id,
        protocol: 'tcp',
        fromPort: 0,
        toPort: 65535,
        peer: { cidr: '0.0.0.0/0' },
      })),
    );
  });

  test('values that cannot be read leave the id', () => {
    const SecurityGroupRule = {
      SecurityGroupRuleId: 'sgr-1',
      SecurityGroupRule: { CidrIpv4: 'somewhere' },
    };
    const { rules } = parse({
      eventName: 'ModifySecurityGroupRules',
      requestParameters: {
        ModifySecurityGroupRulesRequest: { GroupId: 'sg-1', SecurityGroupRule },
      },
    });
    expect(rules).toMatchObject({ modifiedIds: ['sgr-1'], modifiedTo: [], complete: true });
  });
});

describe('which rules were given a new description', () => {
  const newDescriptions = (request: Record<string, unknown>) =>
    parse({
      eventName: 'UpdateSecurityGroupRuleDescriptionsEgress',
      requestParameters: {
        UpdateSecurityGroupRuleDescriptionsEgressRequest: { GroupId: 'sg-1', ...request },
      },
    });
  const ranges = (IpRanges: unknown) => ({
    IpProtocol: 'TCP',
    FromPort: '22',
    ToPort: 22,
    IpRanges,
    tag: 1,
  });
  const range = (CidrIp: string) => ({ CidrIp, Description: 'new', tag: 1 });

  test.each<[string, unknown, string[]]>([
    ['one range', ranges(range('10.1.2.3/8')), ['tcp 22 to 10.0.0.0/8']],
    [
      'several ranges',
      ranges([range('10.0.0.0/8'), range('11.0.0.0/8')]),
      ['tcp 22 to 10.0.0.0/8', 'tcp 22 to 11.0.0.0/8'],
    ],
    [
      'several permissions',
      [ranges(range('10.0.0.0/8')), ranges(range('11.0.0.0/8'))],
      ['tcp 22 to 10.0.0.0/8', 'tcp 22 to 11.0.0.0/8'],
    ],
    [
      "another account's group",
      { IpProtocol: '-1', Groups: { GroupId: 'sg-9', UserId: '222222222222', Description: 'new' } },
      ['all traffic to group sg-9 of account 222222222222'],
    ],
  ])('by their values: %s', (_, IpPermissions, texts) => {
    const { subject, rules } = newDescriptions({ IpPermissions });
    expect(subject).toEqual({ kind: 'group', group: { id: 'sg-1' } });
    expect(
      rules.described.map(({ id, rule }) => [id, rule && ruleText(rule), rule?.description]),
    ).toStrictEqual(texts.map((text) => [undefined, text, 'new']));
    expect(rules).toMatchObject({ present: [], modifiedIds: [], absent: [], complete: true });
  });

  test('by their ids', () => {
    const described = (id: string) => ({ SecurityGroupRuleId: id, Description: 'new', tag: 1 });
    expect(
      newDescriptions({ SecurityGroupRuleDescription: described('sgr-1') }).rules,
    ).toMatchObject({ present: [], described: [{ id: 'sgr-1' }], complete: true });
    expect(
      newDescriptions({ SecurityGroupRuleDescription: [described('sgr-1'), described('sgr-2')] })
        .rules.described,
    ).toEqual([{ id: 'sgr-1' }, { id: 'sgr-2' }]);
  });
});

describe('an event that does not name all its rules in a readable form says so', () => {
  test.each<[string, RecordValues]>([
    ['an empty list', { requestParameters: { groupId: 'sg-1', ipPermissions: {} } }],
    [
      'a range that is none',
      {
        requestParameters: {
          groupId: 'sg-1',
          ipPermissions: {
            items: [permission({ ipRanges: { items: [{ cidrIp: 'somewhere' }] } })],
          },
        },
      },
    ],
    [
      'a peer group by name only',
      {
        requestParameters: {
          groupId: 'sg-1',
          ipPermissions: { items: [permission({ groups: { items: [{ groupName: 'web' }] } })] },
        },
      },
    ],
    [
      'a permission of another shape',
      { requestParameters: { groupId: 'sg-1', ipPermissions: { items: ['?'] } } },
    ],
    [
      'a port that is none',
      {
        requestParameters: {
          groupId: 'sg-1',
          ipPermissions: {},
          ipProtocol: 'tcp',
          fromPort: '',
          toPort: 'x',
          cidrIp: '0.0.0.0/0',
        },
      },
    ],
    [
      'a flat peer group by name',
      {
        requestParameters: {
          groupId: 'sg-1',
          ipPermissions: {},
          ipProtocol: 'tcp',
          fromPort: 22,
          toPort: 22,
          sourceSecurityGroupName: 'web',
        },
      },
    ],
    [
      'one rule of two that cannot be read',
      {
        requestParameters: {
          groupId: 'sg-1',
          ipPermissions: {
            items: [permission({ ipRanges: { items: [{ cidrIp: '10.0.0.0/8' }, {}] } })],
          },
        },
      },
    ],
    [
      'nothing to revoke',
      {
        eventName: 'RevokeSecurityGroupIngress',
        requestParameters: { groupId: 'sg-1', ipPermissions: {} },
      },
    ],
    [
      'a rule id to revoke that is none',
      {
        eventName: 'RevokeSecurityGroupIngress',
        requestParameters: {
          groupId: 'sg-1',
          securityGroupRuleIds: { items: [{ securityGroupRuleId: 'sgr-1' }, {}] },
        },
      },
    ],
    [
      'a rule to revoke whose peer is a name',
      {
        eventName: 'RevokeSecurityGroupEgress',
        requestParameters: {
          groupId: 'sg-1',
          ipPermissions: { items: [permission({ groups: { items: [{ groupName: 'web' }] } })] },
        },
      },
    ],
    [
      'nothing to modify',
      {
        eventName: 'ModifySecurityGroupRules',
        requestParameters: { ModifySecurityGroupRulesRequest: { GroupId: 'sg-1' } },
      },
    ],
    [
      'a modified rule without id',
      {
        eventName: 'ModifySecurityGroupRules',
        requestParameters: {
          ModifySecurityGroupRulesRequest: {
            GroupId: 'sg-1',
            SecurityGroupRule: [{ SecurityGroupRuleId: 'sgr-1' }, {}],
          },
        },
      },
    ],
    [
      'nothing to describe',
      {
        eventName: 'UpdateSecurityGroupRuleDescriptionsIngress',
        requestParameters: {
          UpdateSecurityGroupRuleDescriptionsIngressRequest: { GroupId: 'sg-1' },
        },
      },
    ],
  ])('%s', (_, values) => {
    expect(parse(values).rules.complete).toBe(false);
  });

  test('unless the answer names them', () => {
    const change = parse({
      requestParameters: { omitted: true },
      responseElements: { securityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0' })] } },
    });
    expect(change).toMatchObject({
      rules: { complete: true },
      subject: { kind: 'group', group: { id: 'sg-1' } },
    });
  });
});

describe('what was changed', () => {
  const named = (id: string | undefined, name?: string) => ({ kind: 'group', group: { id, name } });

  test.each([...callsOnGroup('sg-1'), ...wrappedCallsOnGroup('sg-1')])(
    'a group by its id: $name',
    ({ values }) => {
      expect(parse(values)).toMatchObject({
        subject: { group: { id: 'sg-1' } },
        rules: { complete: true },
      });
    },
  );

  test.each(callsOnGroupNamed('web'))('a group by its name only: $name', ({ values }) => {
    expect(parse(values).subject).toMatchObject({ group: { id: undefined, name: 'web' } });
  });

  test('a group that only the answer names', () => {
    const omitted = { requestParameters: { omitted: true } };
    expect(parse({ ...omitted, responseElements: { groupId: 'sg-1' } }).subject).toEqual(
      named('sg-1'),
    );
    const gone = { revokedSecurityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0' })] } };
    expect(
      parse({ ...omitted, eventName: 'RevokeSecurityGroupIngress', responseElements: gone })
        .subject,
    ).toEqual(named('sg-1'));
  });

  test('never a peer group', () => {
    const own = parse({
      requestParameters: {
        groupName: 'web',
        ipPermissions: { items: [permission({ groups: { items: [{ groupId: 'sg-9' }] } })] },
      },
    });
    expect(own.subject).toEqual(named(undefined, 'web'));
  });

  test('a group that is new, or gone', () => {
    const [created] = callsThatMakeGroups();
    expect(parse(created!.values).subject).toEqual({
      kind: 'group-created',
      group: { id: 'sg-new', name: 'web' },
    });
    expect(
      parse({ eventName: 'DeleteSecurityGroup', requestParameters: { groupId: 'sg-1' } }).subject,
    ).toEqual({ kind: 'group-deleted', group: { id: 'sg-1' } });
  });

  test.each(callsThatMakeGroups().slice(1))('a VPC that is new: $name', ({ values }) => {
    expect(parse(values).subject).toEqual({ kind: 'vpc-created', vpcId: 'vpc-1' });
  });

  test.each(prefixListCalls('pl-1'))('a prefix list: $name', ({ values }) => {
    expect(parse(values).subject).toEqual({ kind: 'prefix-list', prefixListId: 'pl-1' });
  });

  test.each([
    ['one, wrapped', { Cidr: '10.1.2.3/8', tag: 1 }, ['10.0.0.0/8']],
    [
      'several, wrapped',
      [
        { Cidr: '::/0', tag: 1 },
        { Cidr: '1.2.3.4/32', tag: 2 },
      ],
      ['::/0', '1.2.3.4/32'],
    ],
  ])('the entries that a call put into a prefix list: %s', (_, AddEntry, added) => {
    const request = { PrefixListId: 'pl-1', CurrentVersion: 4, AddEntry };
    expect(parse(wrappedCall('ModifyManagedPrefixList', request)).subject).toEqual({
      kind: 'prefix-list',
      prefixListId: 'pl-1',
      written: { added, version: 5 },
    });
  });

  test('no entries, where a call put in one that cannot be read', () => {
    const AddEntry = [{ Cidr: '10.0.0.0/8' }, { Cidr: 'everything' }];
    const request = { PrefixListId: 'pl-1', CurrentVersion: 4, AddEntry };
    expect(parse(wrappedCall('ModifyManagedPrefixList', request)).subject).toEqual({
      kind: 'prefix-list',
      prefixListId: 'pl-1',
    });
  });

  test('a prefix list that only the answer names', () => {
    const responseElements = {
      RestoreManagedPrefixListVersionResponse: { prefixList: { prefixListId: 'pl-1' } },
    };
    expect(
      parse({
        eventName: 'RestoreManagedPrefixListVersion',
        requestParameters: { omitted: true },
        responseElements,
      }).subject,
    ).toEqual({ kind: 'prefix-list', prefixListId: 'pl-1' });
  });

  test('tags of groups, should CloudTrail write them as it does younger calls', () => {
    const request = {
      ResourceId: [
        { content: 'i-1', tag: 1 },
        { content: 'sg-1', tag: 2 },
      ],
      Tag: { Key: 'watched', Value: 'yes', tag: 1 },
    };
    expect(
      parse({ eventName: 'CreateTags', requestParameters: { CreateTagsRequest: request } }).subject,
    ).toEqual({
      kind: 'tags',
      groupIds: ['sg-1'],
      tagKeys: ['watched'],
      tags: [{ key: 'watched', value: 'yes' }],
    });
  });

  test.each(taggingCalls(['i-1', 'sg-1', 'sgr-1', 'sg-2']))(
    'tags of groups: $name',
    ({ values }) => {
      expect(parse(values).subject).toMatchObject({
        kind: 'tags',
        groupIds: ['sg-1', 'sg-2'],
        tagKeys: ['watched', 'team'],
      });
    },
  );

  test('tags of things that are no groups, all of them', () => {
    const requestParameters = { resourcesSet: { items: { resourceId: 'i-1' } }, tagSet: {} };
    expect(parse({ eventName: 'DeleteTags', requestParameters }).subject).toEqual({
      kind: 'tags',
      groupIds: [],
      tagKeys: [],
      tags: [],
    });
  });

  test.each<[string, string, object, unknown]>([
    ['put on', 'CreateTags', { key: 'a', value: 'b' }, [{ key: 'a', value: 'b' }]],
    ['put on without a value', 'CreateTags', { key: 'a' }, [{ key: 'a', value: '' }]],
    ['taken off', 'DeleteTags', { key: 'a' }, []],
    ['taken off if it has a value', 'DeleteTags', { key: 'a', value: 'b' }, undefined],
    ['without a key', 'CreateTags', { value: 'b' }, undefined],
  ])('what groups have after it: a tag %s', (_, eventName, tag, tags) => {
    const requestParameters = {
      resourcesSet: { items: { resourceId: 'sg-1' } },
      tagSet: { items: [tag] },
    };
    const { subject } = parse({ eventName, requestParameters });
    expect('tags' in subject ? subject.tags : undefined).toEqual(tags);
  });
});

describe('who made the call', () => {
  const deployment = { ...roleSession(), invokedBy: 'cloudformation.amazonaws.com' };

  test('a role session, with the path of its role', () => {
    expect(parse({ userIdentity: deployment }).actor).toMatchObject({
      type: 'AssumedRole',
      roleArn: 'arn:aws:iam::111111111111:role/deploy/Deployer',
      sessionName: 'ci',
      invokedBy: 'cloudformation.amazonaws.com',
    });
  });

  test('a deployment by CloudFormation that only its source address shows', () => {
    const { actor } = parse({
      userIdentity: { ...deployment, invokedBy: undefined },
      sourceIPAddress: 'cloudformation.amazonaws.com',
    });
    expect(
      isTrusted(actor, [
        {
          kind: 'cloudFormation',
          executionRoleArn: 'arn:aws:iam::111111111111:role/deploy/Deployer',
        },
      ]),
    ).toBe(true);
  });

  test('an identity that claims a role it has not is given none', () => {
    expect(
      parse({ userIdentity: { ...deployment, type: 'IAMUser' } }).actor.roleArn,
    ).toBeUndefined();
    expect(
      parse({ userIdentity: { ...deployment, sessionContext: { sessionIssuer: {} } } }).actor
        .roleArn,
    ).toBeUndefined();
  });

  test('an identity of unknown shape is no one', () => {
    expect(parse({ userIdentity: 'eve' }).actor).toMatchObject({ type: 'unknown' });
    expect(parse({ userIdentity: undefined }).actor).toMatchObject({ type: 'unknown' });
  });
});

test('a failed call carries its error', () => {
  expect(
    parse({ errorCode: 'Client.UnauthorizedOperation', responseElements: null }).errorCode,
  ).toBe('Client.UnauthorizedOperation');
});

test.each(WATCHED_CALLS)('a failed call is read, though it names nothing: %s', (eventName) => {
  const failed = {
    eventName,
    errorCode: 'Client.DryRunOperation',
    requestParameters: { omitted: true },
    responseElements: null,
  };
  expect(parse(failed)).toMatchObject({
    eventName,
    errorCode: 'Client.DryRunOperation',
    subject: { kind: 'group', group: {} },
  });
});

test.each(WATCHED_CALLS)('one that succeeded on no one knows what is refused: %s', (eventName) => {
  for (const requestParameters of [{ omitted: true }, null, 'text', []]) {
    expect(() => parse({ eventName, requestParameters, responseElements: null })).toThrow(
      UnreadableEventError,
    );
  }
});

test('a record may lack all that is not its name', () => {
  const answer = { securityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0' })] } };
  expect(
    parseChangeEvent(
      JSON.stringify({
        detail: { eventName: 'AuthorizeSecurityGroupIngress', responseElements: answer },
      }),
      RECEIVED_AT,
    ),
  ).toMatchObject({
    eventId: expect.stringMatching(/^without-id-[0-9a-f]{32}$/),
    accountId: 'unknown',
    region: 'unknown',
    time: RECEIVED_AT,
    actor: { type: 'unknown' },
    subject: { group: { id: 'sg-1' } },
  });
  expect(
    parseChangeEvent(
      JSON.stringify({ detail: { eventName: 'CreateTags', errorCode: 'Client.X' } }),
      RECEIVED_AT,
    ).errorCode,
  ).toBe('Client.X');
});

test('an identity without an ARN keeps what AWS tells it by, one with an ARN has no need of it', () => {
  const onBehalfOf = { userId: '94482488', identityStoreArn: 'arn:aws:identitystore::1:x/d-1' };
  const identity = {
    type: 'IdentityCenterUser',
    accountId: '111111111111',
    principalId: 'AROA1',
    onBehalfOf,
    sessionContext: { sourceIdentity: 'ann' },
  };
  expect(parse({ userIdentity: identity }).actor).toMatchObject({
    type: 'IdentityCenterUser',
    accountId: '111111111111',
    principalId: 'AROA1',
    identityCenterUserId: '94482488',
    sourceIdentity: 'ann',
  });
  expect(
    parse({ userIdentity: { ...identity, ...roleSession(), onBehalfOf } }).actor,
  ).not.toHaveProperty('identityCenterUserId');
});

test.each(['[', '{"items":', '{"ModifySecurityGroupRulesRequest":', '{"securityGroupRuleId":'])(
  'however deep a record is nested, it is read or refused: %s',
  (opening) => {
    const deep = `${opening.repeat(20_000)}1${(opening.endsWith(':') ? '}' : ']').repeat(20_000)}`;
    const body = (field: string) =>
      `{"detail":{"eventName":"ModifySecurityGroupRules","errorCode":"Client.X","${field}":${deep}}}`;
    for (const field of ['requestParameters', 'responseElements', 'userIdentity']) {
      expect(parseChangeEvent(body(field), RECEIVED_AT).rules.present).toEqual([]);
    }
  },
);

test('account, Region and time come from wherever they stand', () => {
  const bare = recordOf({
    awsRegion: undefined,
    recipientAccountId: undefined,
    eventTime: 'once upon a time',
  });
  expect(parseChangeEvent(envelopeOf(bare, { account: 12345 }), RECEIVED_AT)).toMatchObject({
    accountId: '12345',
    region: 'eu-west-1',
    time: new Date('2026-01-01T00:00:05Z'),
  });
  expect(parseChangeEvent(envelopeOf(bare, { time: '...' }), RECEIVED_AT).time).toEqual(
    RECEIVED_AT,
  );
  expect(
    parseChangeEvent(
      envelopeOf(recordOf({ recipientAccountId: '222222222222' }), { account: undefined }),
      RECEIVED_AT,
    ).accountId,
  ).toBe('222222222222');
  expect(parseChangeEvent(envelopeOf(bare, { account: undefined }), RECEIVED_AT).accountId).toBe(
    '111111111111',
  );
});

describe('a record whose place is known', () => {
  const PLACE = { accountId: '222222222222', region: 'us-east-1' };
  const body = envelopeOf(recordOf({ recipientAccountId: '333333333333' }));

  test('is of that place, whatever record and envelope say', () => {
    expect(parseChangeEvent(body, RECEIVED_AT, PLACE)).toMatchObject(PLACE);
  });

  test('says what it says apart from it', () => {
    const says = { recipientAccountId: '333333333333', region: 'eu-west-1' };
    expect(sourcedRecord(body, RECEIVED_AT, PLACE)).toEqual({
      place: PLACE,
      receivedAt: RECEIVED_AT,
      says,
    });
    expect(sourcedRecord(body, RECEIVED_AT)).toEqual({
      receivedAt: RECEIVED_AT,
      place: { accountId: '111111111111', region: 'eu-west-1' },
      says,
    });
  });

  test('needs an envelope that says it, or someone who does', () => {
    const bare = JSON.stringify({ detail: recordOf({}) });
    expect(() => sourcedRecord(bare, RECEIVED_AT)).toThrow(UnreadableEventError);
    expect(sourcedRecord(bare, RECEIVED_AT, PLACE).place).toEqual(PLACE);
  });
});

test('records without ids are each another one, also in another place', () => {
  const idOf = (sourceIPAddress: string, region: string) =>
    parseChangeEvent(
      JSON.stringify({ detail: recordOf({ eventID: undefined, sourceIPAddress }) }),
      RECEIVED_AT,
      { accountId: '222222222222', region },
    ).eventId;
  const ids = [
    idOf('192.0.2.1', 'eu-west-1'),
    idOf('192.0.2.2', 'eu-west-1'),
    idOf('192.0.2.1', 'us-east-1'),
  ];
  expect(new Set(ids).size).toBe(3);
  expect(idOf('192.0.2.1', 'eu-west-1')).toBe(ids[0]);
});

describe('when the call was made', () => {
  const timeOf = (time: string) =>
    parseChangeEvent(envelopeOf(recordOf({ eventTime: time }), { time }), RECEIVED_AT).time;

  test.each(['2026-01-01T00:00:00Z', '2025-12-24T00:00:00.123Z', '2026-01-01T00:06:00Z'])(
    'is as its record has it: %s',
    (time) => {
      expect(timeOf(time)).toEqual(new Date(time));
    },
  );

  test.each([
    '+002026-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '2026',
    '2025-12-24',
    '0',
    '2026-13-01T00:00:00Z',
    '2026-01-01T00:06:01Z',
    '2027-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('is when its event came, where the record has no time that can be: %s', (time) => {
    expect(timeOf(time)).toEqual(RECEIVED_AT);
  });
});

test('texts that are longer than any of AWS are not there', () => {
  expect(parse({ userAgent: 'a'.repeat(2048) }).userAgent).toHaveLength(2048);
  expect(parse({ userAgent: 'a'.repeat(2049), sourceIPAddress: 'a'.repeat(2049) })).toMatchObject({
    userAgent: undefined,
    sourceAddress: undefined,
  });
  const longRange = permission({
    ipRanges: { items: [{ cidrIp: '0.0.0.0/0', description: 'a'.repeat(2049) }] },
  });
  expect(
    parse({ requestParameters: { groupId: 'sg-1', ipPermissions: { items: [longRange] } } }).rules
      .present[0]!.description,
  ).toBeUndefined();
  expect(() => parse({ requestParameters: { groupId: 's'.repeat(2049) } })).toThrow(
    UnreadableEventError,
  );
});

test.each(['finding:event-1', 'event 1', 'event#1', 'event\n1', 'évent', 'e'.repeat(129)])(
  "an event whose id is none of CloudTrail's is refused: %j",
  (eventID) => {
    expect(() => parse({ eventID })).toThrow(UnreadableEventError);
    expect(() =>
      parseChangeEvent(envelopeOf(recordOf({ eventID: undefined }), { id: eventID }), RECEIVED_AT),
    ).toThrow(UnreadableEventError);
  },
);

test.each([
  ['no JSON', 'hello'],
  ['JSON of another kind', '[]'],
  ['no record', JSON.stringify({ detail: null })],
  ['another call', envelopeOf(recordOf({ eventName: 'RunInstances' }))],
  ['a name that every object has', envelopeOf(recordOf({ eventName: 'constructor' }))],
])('an event that cannot be read is refused: %s', (_, body) => {
  expect(() => parseChangeEvent(body, RECEIVED_AT)).toThrow(UnreadableEventError);
});

/** Any JSON, under the names that records have. */
const jsonLikeARecord = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom(
      'groupId',
      'ipPermissions',
      'items',
      'ipProtocol',
      'fromPort',
      'securityGroupRuleIds',
      'securityGroupRuleSet',
      'revokedSecurityGroupRuleSet',
      'ModifySecurityGroupRulesRequest',
      'SecurityGroupRule',
      'resourcesSet',
      'tagSet',
      'vpc',
      'prefixListId',
    ),
    fc.jsonValue(),
  ),
);

test('any JSON is read or refused, never a crash', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...WATCHED_CALLS),
      jsonLikeARecord,
      jsonLikeARecord,
      (eventName, requestParameters, responseElements) => {
        const record = recordOf({ eventName, requestParameters, responseElements });
        try {
          expect(parseChangeEvent(envelopeOf(record), RECEIVED_AT).eventId).toBe('event-1');
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableEventError);
        }
      },
    ),
  );
});

function parse(values: RecordValues) {
  return parseChangeEvent(envelopeOf(recordOf(values)), RECEIVED_AT);
}

function answered(values: Record<string, unknown>) {
  return {
    groupId: 'sg-1',
    groupOwnerId: '111111111111',
    securityGroupRuleId: 'sgr-1',
    isEgress: false,
    ipProtocol: 'tcp',
    fromPort: 22,
    toPort: 22,
    ...values,
  };
}
