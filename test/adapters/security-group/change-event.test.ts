import fc from 'fast-check';
import { envelopeOf, permission, recordOf, type RecordValues } from './change-events';
import { parseChangeEvent, UnreadableEventError } from '../../../src/adapters/security-group/change-event';
import { isTrusted } from '../../../src/domain/actor/actor';
import type { RawRule } from '../../../src/domain/security-group/rule';
import { canonicalRule } from '../../../src/domain/security-group/rule';
import { ruleText } from '../../../src/domain/security-group/rule-text';
import { rawRules } from '../../domain/security-group/rules';

const RECEIVED_AT = new Date('2026-01-01T00:01:00Z');

describe('which rules were added', () => {
  test('one permission with ranges of both families, a prefix list and a group gives four rules', () => {
    const all = permission({
      ipRanges: { items: [{ cidrIp: '10.1.2.3/8', description: 'office' }] },
      ipv6Ranges: { items: [{ cidrIpv6: '2001:DB8::/32' }] },
      prefixListIds: { items: [{ prefixListId: 'pl-1' }] },
      groups: { items: [{ groupId: 'sg-9', userId: '222222222222' }] },
    });
    const change = parse({ requestParameters: { groupId: 'sg-1', ipPermissions: { items: [all] } } });
    expect(change.addedRules.map(ruleText)).toEqual([
      'tcp 22 from 10.0.0.0/8', 'tcp 22 from 2001:db8::/32', 'tcp 22 from prefix list pl-1', 'tcp 22 from group sg-9 of account 222222222222',
    ]);
    expect(change.namesAllRules).toBe(true);
  });

  test('a peer group has an account only where it is another one', () => {
    const groups = { items: [{ groupId: 'sg-8', userId: '111111111111' }, { groupId: 'sg-9', userId: '222222222222' }] };
    const change = parse({ requestParameters: { groupId: 'sg-1', ipPermissions: { items: [permission({ groups })] } } });
    expect(change.addedRules.map(({ peer }) => peer)).toEqual([
      { kind: 'securityGroup', groupId: 'sg-8' }, { kind: 'securityGroup', groupId: 'sg-9', ownerId: '222222222222' },
    ]);
    const own = answered({ referencedGroupInfo: { groupId: 'sg-8', userId: '111111111111' } });
    expect(parse({ responseElements: { securityGroupRuleSet: { items: [own] } } }).addedRules[0]?.peer).toEqual({ kind: 'securityGroup', groupId: 'sg-8' });
  });

  test('the flat form is one rule', () => {
    const change = parse({ requestParameters: { groupId: 'sg-1', ipPermissions: {}, ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp: '1.2.3.4/0' } });
    expect(change.addedRules.map(ruleText)).toEqual(['tcp 22 from 0.0.0.0/0']);
    expect(change).toMatchObject({ namesAllRules: true, group: { id: 'sg-1' } });
  });

  test('the answer gives their ids', () => {
    const change = parse({ responseElements: { _return: true, securityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0' })] } } });
    expect(change.addedRules).toMatchObject([{ id: 'sgr-1', peer: { cidr: '0.0.0.0/0' } }]);
  });

  test('and is enough, since a call adds all its rules or none', () => {
    const change = parse({ responseElements: { securityGroupRuleSet: { items: [answered({ cidrIpv6: '::/0' })] } } });
    expect(change.addedRules.map(({ id }) => id)).toEqual(['sgr-1']);
  });

  test('what of the answer cannot be read is taken from the request', () => {
    const change = parse({ responseElements: { securityGroupRuleSet: { items: [answered({ cidrIpv6: '::/0' }), answered({})] } } });
    expect(change.addedRules.map(({ id }) => id)).toEqual(['sgr-1', undefined]);
    expect(change.namesAllRules).toBe(true);
  });

  test('values that are null are not there', () => {
    const change = parse({ responseElements: { securityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0', cidrIpv6: null, description: null })] } } });
    expect(change).toMatchObject({ addedRules: [{ id: 'sgr-1' }], namesAllRules: true });
  });

  test('lists may be wrapped, bare, empty or missing; ports and protocols text or numbers', () => {
    const bare = { ipProtocol: 6, fromPort: '22', toPort: '22', ipRanges: [{ cidrIp: '10.0.0.0/8' }] };
    expect(parse({ requestParameters: { groupId: 'sg-1', ipPermissions: [bare] } }).addedRules.map(ruleText)).toEqual(['tcp 22 from 10.0.0.0/8']);
  });

  test('protocol -1 comes without ports', () => {
    const everything = permission({ ipProtocol: '-1', fromPort: undefined, toPort: undefined, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } });
    expect(parse({ requestParameters: { groupId: 'sg-1', ipPermissions: { items: [everything] } } }).addedRules.map(ruleText)).toEqual(['all traffic from 0.0.0.0/0']);
  });
});

describe('an event that does not name all its rules in a readable form says so', () => {
  test.each<[string, RecordValues]>([
    ['an empty list', { requestParameters: { groupId: 'sg-1', ipPermissions: {} } }],
    ['a range that is none', { requestParameters: { groupId: 'sg-1', ipPermissions: { items: [permission({ ipRanges: { items: [{ cidrIp: 'somewhere' }] } })] } } }],
    ['a peer group by name only', { requestParameters: { groupId: 'sg-1', ipPermissions: { items: [permission({ groups: { items: [{ groupName: 'web' }] } })] } } }],
    ['a permission of another shape', { requestParameters: { groupId: 'sg-1', ipPermissions: { items: ['?'] } } }],
  ])('%s', (_, values) => {
    expect(parse(values).namesAllRules).toBe(false);
  });

  test('unless the answer names them', () => {
    const change = parse({ requestParameters: { omitted: true }, responseElements: { securityGroupRuleSet: { items: [answered({ cidrIpv4: '0.0.0.0/0' })] } } });
    expect(change).toMatchObject({ namesAllRules: true, group: { id: 'sg-1' } });
  });
});

describe('who made the call', () => {
  const roleSession = {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111111111111:assumed-role/Deployer/ci',
    principalId: 'AROA1:ci',
    accountId: '111111111111',
    sessionContext: { sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111111111111:role/deploy/Deployer' } },
    invokedBy: 'cloudformation.amazonaws.com',
  };

  test('a role session, with the path of its role', () => {
    expect(parse({ userIdentity: roleSession }).actor).toMatchObject({
      type: 'AssumedRole', roleArn: 'arn:aws:iam::111111111111:role/deploy/Deployer', sessionName: 'ci', invokedBy: 'cloudformation.amazonaws.com',
    });
  });

  test('a deployment by CloudFormation that only its source address shows', () => {
    const { actor } = parse({ userIdentity: { ...roleSession, invokedBy: undefined }, sourceIPAddress: 'cloudformation.amazonaws.com' });
    expect(isTrusted(actor, [{ kind: 'cloudFormation', executionRoleArn: 'arn:aws:iam::111111111111:role/deploy/Deployer' }])).toBe(true);
  });

  test('an identity that claims a role it has not is given none', () => {
    expect(parse({ userIdentity: { ...roleSession, type: 'IAMUser' } }).actor.roleArn).toBeUndefined();
    expect(parse({ userIdentity: { ...roleSession, sessionContext: { sessionIssuer: {} } } }).actor.roleArn).toBeUndefined();
  });

  test('an identity of unknown shape is nobody', () => {
    expect(parse({ userIdentity: 'eve' }).actor).toMatchObject({ type: 'unknown' });
    expect(parse({ userIdentity: undefined }).actor).toMatchObject({ type: 'unknown' });
  });
});

test('a failed call carries its error', () => {
  expect(parse({ errorCode: 'Client.UnauthorizedOperation', responseElements: null }).errorCode).toBe('Client.UnauthorizedOperation');
});

test('account, Region and time come from wherever they stand', () => {
  const bare = recordOf({ awsRegion: undefined, recipientAccountId: undefined, eventTime: 'once upon a time' });
  expect(parseChangeEvent(envelopeOf(bare, { account: 12345 }), RECEIVED_AT)).toMatchObject({
    accountId: '12345', region: 'eu-west-1', time: new Date('2026-01-01T00:00:05Z'),
  });
  expect(parseChangeEvent(envelopeOf(bare, { time: '...' }), RECEIVED_AT).time).toEqual(RECEIVED_AT);
});

test.each([
  ['no JSON', 'hello'],
  ['JSON of another kind', '[]'],
  ['no record', JSON.stringify({ detail: null })],
  ['another call', envelopeOf(recordOf({ eventName: 'RunInstances' }))],
  ['no group, its parameters omitted for their size', envelopeOf(recordOf({ requestParameters: { omitted: true, originalSize: 200_000 } }))],
  ['no parameters', envelopeOf(recordOf({ requestParameters: null, responseElements: null }))],
])('an event that cannot be read is refused: %s', (_, body) => {
  expect(() => parseChangeEvent(body, RECEIVED_AT)).toThrow(UnreadableEventError);
});

test('any JSON is read or refused, never a crash', () => {
  fc.assert(fc.property(fc.json(), fc.json(), (parameters, elements) => {
    const record = recordOf({ requestParameters: JSON.parse(parameters), responseElements: JSON.parse(elements) });
    try {
      expect(parseChangeEvent(envelopeOf(record), RECEIVED_AT).eventId).toBe('event-1');
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableEventError);
    }
  }));
});

test('every rule that a record can carry is read as what it is', () => {
  const direction = fc.constantFrom('ingress' as const, 'egress' as const);
  fc.assert(fc.property(direction, fc.array(rawRules, { minLength: 1, maxLength: 6 }), (way, rules) => {
    const sent = rules.map((raw) => ({ ...raw, direction: way }));
    const eventName = way === 'ingress' ? 'AuthorizeSecurityGroupIngress' : 'AuthorizeSecurityGroupEgress';
    const change = parse({ eventName, requestParameters: { groupId: 'sg-1', ipPermissions: { items: sent.map(rendered) } } });
    expect(change.addedRules).toEqual(sent.map((raw) => canonicalRule(raw)));
    expect(change.namesAllRules).toBe(true);
  }));
});

function parse(values: RecordValues) {
  return parseChangeEvent(envelopeOf(recordOf(values)), RECEIVED_AT);
}

function answered(values: Record<string, unknown>) {
  return { groupId: 'sg-1', groupOwnerId: '111111111111', securityGroupRuleId: 'sgr-1', isEgress: false, ipProtocol: 'tcp', fromPort: 22, toPort: 22, ...values };
}

function rendered({ protocol, fromPort, toPort, ipRange, prefixListId, groupId, description }: RawRule) {
  const peers = {
    ...(ipRange && !ipRange.includes(':') && { ipRanges: { items: [{ cidrIp: ipRange, description }] } }),
    ...(ipRange?.includes(':') && { ipv6Ranges: { items: [{ cidrIpv6: ipRange, description }] } }),
    ...(prefixListId && { prefixListIds: { items: [{ prefixListId, description }] } }),
    ...(groupId && { groups: { items: [{ groupId, description }] } }),
  };
  return permission({ ipProtocol: protocol, fromPort, toPort, ...peers });
}
