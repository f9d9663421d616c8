import fc from 'fast-check';
import type { KeptRule } from '../../../sandbox/cloudtrail/kept-rule';
import type { RecordedAction } from '../../../sandbox/cloudtrail/recorded-action';
import { requestParametersOf } from '../../../sandbox/cloudtrail/request-parameters';
import { responseElementsOf } from '../../../sandbox/cloudtrail/response-elements';
import { parseChangeEvent } from '../../../src/security-group/adapters/change-event';
import type { Change } from '../../../src/security-group/domain/changes/change';
import { NO_RULES } from '../../../src/security-group/domain/changes/named-rules';
import {
  canonicalRule,
  type Direction,
  type RawRule,
  type Rule,
  ruleKey,
} from '../../../src/security-group/domain/rules/rule';
import { envelopeOf, recordOf } from '../samples/change-events';
import { rawRules } from '../samples/rules';

/** The sandbox renders calls as CloudTrail does, by code that knows nothing of the reader. */
const ACCOUNT = '111111111111';
const OTHER_ACCOUNT = '222222222222';
const GROUP = { kind: 'group', group: { id: 'sg-1' } };

const direction = fc.constantFrom<Direction>('ingress', 'egress');

const peerOwner = fc.constantFrom(undefined, ACCOUNT, OTHER_ACCOUNT);

/** What one call may name: rules of all kinds, none twice. */
const sentRules = fc
  .tuple(direction, fc.array(fc.tuple(rawRules, peerOwner), { minLength: 1, maxLength: 6 }))
  .map(([way, rules]) => {
    const sent = rules.map(([raw, owner]): RawRule => ({
      ...raw,
      direction: way,
      ownerId: ACCOUNT,
      ...(raw.groupId && { groupOwnerId: owner }),
    }));
    return { way, rules: [...new Map(sent.map((raw) => [ruleKey(canonical(raw)), raw])).values()] };
  });

const tagSets = fc.array(fc.record({ key: fc.string({ minLength: 1 }), value: fc.string() }), {
  maxLength: 3,
});

describe('what a record is made of is what is read of it', () => {
  test('rules added, as asked for', () => {
    fc.assert(
      fc.property(sentRules, ({ way, rules }) => {
        const { subject, rules: named } = read(actionOf('Authorize', way), permissions(rules));
        expect(subject).toEqual(GROUP);
        expect(named).toEqual({ ...NO_RULES, present: rules.map(canonical) });
      }),
    );
  });

  test('rules added, as answered: with ids and tags', () => {
    fc.assert(
      fc.property(sentRules, tagSets, ({ way, rules }, tags) => {
        const kept = rules.map((raw, index) =>
          keptRule({ ...canonical(raw), id: `sgr-${index}`, tags }),
        );
        const { rules: named } = read(actionOf('Authorize', way), permissions(rules), {
          added: kept,
        });
        expect(named.present).toEqual(
          rules.map((raw, index) => canonical({ ...raw, id: `sgr-${index}`, tags })),
        );
        expect(named.complete).toBe(true);
      }),
    );
  });

  test('one rule, flat', () => {
    fc.assert(
      fc.property(
        sentRules.filter(({ rules: [first] }) => first?.ipRange?.includes('.') ?? false),
        ({ way, rules: [raw] }) => {
          const { description: _inItemsOnly, ...plain } = raw!;
          const sent = { ...traffic('', plain), CidrIp: plain.ipRange! };
          expect(read(actionOf('Authorize', way), sent).rules).toMatchObject({
            present: [canonical(plain)],
            complete: true,
          });
          expect(read(actionOf('Revoke', way), sent).rules).toMatchObject({
            absent: [{ rule: canonical(plain) }],
            complete: true,
          });
        },
      ),
    );
  });

  test('rules revoked, as asked for', () => {
    fc.assert(
      fc.property(sentRules, ({ way, rules }) => {
        const { subject, rules: named } = read(actionOf('Revoke', way), permissions(rules));
        expect(subject).toEqual(GROUP);
        expect(named).toEqual({
          ...NO_RULES,
          absent: rules.map((raw) => ({ rule: canonical(raw) })),
        });
      }),
    );
  });

  test('rules revoked, as answered: with ids, but without the account of a peer group', () => {
    fc.assert(
      fc.property(sentRules, ({ way, rules }) => {
        const kept = rules.map((raw, index) => keptRule({ ...canonical(raw), id: `sgr-${index}` }));
        const { rules: named } = read(actionOf('Revoke', way), permissions(rules), {
          removed: kept,
        });
        const gone = rules.map((raw, index) =>
          canonical({ ...raw, id: `sgr-${index}`, groupOwnerId: undefined }),
        );
        expect(named).toEqual({ ...NO_RULES, absent: gone.map((rule) => ({ id: rule.id, rule })) });
      }),
    );
  });

  test('rules revoked, modified and described by id', () => {
    const someIds = fc.uniqueArray(fc.stringMatching(/^sgr-[0-9a-f]{17}$/), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(direction, someIds, sentRules, (way, ids, { rules: [raw] }) => {
        expect(
          read(
            actionOf('Revoke', way),
            numbered(ids, (id, at) => ({ [`SecurityGroupRuleId.${at}`]: id })),
          ).rules,
        ).toEqual({ ...NO_RULES, absent: ids.map((id) => ({ id })) });

        const modified = numbered(ids, (id, at) => ({
          [`SecurityGroupRule.${at}.SecurityGroupRuleId`]: id,
          ...traffic(`SecurityGroupRule.${at}.SecurityGroupRule.`, raw!),
        }));
        expect(read('ModifySecurityGroupRules', modified).rules).toEqual({
          ...NO_RULES,
          modifiedIds: ids,
        });

        const described = numbered(ids, (id, at) => ({
          [`SecurityGroupRuleDescription.${at}.SecurityGroupRuleId`]: id,
          [`SecurityGroupRuleDescription.${at}.Description`]: 'new',
        }));
        expect(read(actionOf('UpdateSecurityGroupRuleDescriptions', way), described).rules).toEqual(
          { ...NO_RULES, described: ids.map((id) => ({ id })) },
        );
      }),
    );
  });

  test('rules described by their values', () => {
    fc.assert(
      fc.property(sentRules, ({ way, rules }) => {
        const { subject, rules: named } = read(
          actionOf('UpdateSecurityGroupRuleDescriptions', way),
          permissions(rules),
        );
        expect(subject).toEqual(GROUP);
        expect(named).toEqual({
          ...NO_RULES,
          described: rules.map((raw) => ({ rule: canonical(raw) })),
        });
      }),
    );
  });
});

test('canonical form is stable: a rule that was read once is read as the same again', () => {
  fc.assert(
    fc.property(sentRules, ({ way, rules }) => {
      const once = read(actionOf('Authorize', way), permissions(rules)).rules.present;
      expect(
        read(actionOf('Authorize', way), permissions(once.map(rawRule))).rules.present,
      ).toEqual(once);
      expect(once.map(rawRule).map(canonical)).toEqual(once);
    }),
  );
});

type Parameters = Readonly<Record<string, string>>;

function read(
  action: RecordedAction,
  parameters: Parameters,
  known: { readonly added?: KeptRule[]; readonly removed?: KeptRule[] } = {},
): Change {
  const sent = { GroupId: 'sg-1', ...parameters };
  const record = recordOf({
    eventName: action,
    requestParameters: requestParametersOf(action, sent),
    responseElements: responseElementsOf({
      action,
      parameters: sent,
      requestId: 'request-1',
      region: 'eu-west-1',
      account: ACCOUNT,
      ...known,
    }),
  });
  return parseChangeEvent(envelopeOf(record), new Date(0));
}

function actionOf(
  verb: 'Authorize' | 'Revoke' | 'UpdateSecurityGroupRuleDescriptions',
  way: Direction,
): RecordedAction {
  const end = way === 'ingress' ? 'Ingress' : 'Egress';
  return verb === 'UpdateSecurityGroupRuleDescriptions'
    ? `${verb}${end}`
    : `${verb}SecurityGroup${end}`;
}

function canonical(raw: RawRule): Rule {
  return canonicalRule(raw)!;
}

/** EC2's query parameters for the rules, a permission each. */
function permissions(rules: readonly RawRule[]): Parameters {
  return numbered(rules, (raw, at) => ({
    ...traffic(`IpPermissions.${at}.`, raw),
    ...peer(`IpPermissions.${at}.`, raw),
  }));
}

function numbered<T>(
  members: readonly T[],
  parametersOf: (member: T, at: number) => Parameters,
): Parameters {
  return Object.assign({}, ...members.map((member, index) => parametersOf(member, index + 1)));
}

function traffic(path: string, { protocol, fromPort, toPort }: RawRule): Parameters {
  return {
    [`${path}IpProtocol`]: protocol,
    ...(fromPort !== undefined && { [`${path}FromPort`]: String(fromPort) }),
    ...(toPort !== undefined && { [`${path}ToPort`]: String(toPort) }),
  };
}

function peer(
  path: string,
  { ipRange, prefixListId, groupId, groupOwnerId, description }: RawRule,
): Parameters {
  const at = (list: string, fields: Readonly<Record<string, string | undefined>>) =>
    Object.fromEntries(
      Object.entries({ ...fields, Description: description }).flatMap(([name, value]) =>
        value ? [[`${path}${list}.1.${name}`, value]] : [],
      ),
    );
  if (ipRange) {
    return ipRange.includes(':')
      ? at('Ipv6Ranges', { CidrIpv6: ipRange })
      : at('IpRanges', { CidrIp: ipRange });
  }
  return prefixListId
    ? at('PrefixListIds', { PrefixListId: prefixListId })
    : at('Groups', { GroupId: groupId, UserId: groupOwnerId });
}

/** A canonical rule, as one may send it. */
function rawRule({ peer: other, ...rule }: Rule): RawRule {
  switch (other.kind) {
    case 'prefixList':
      return { ...rule, ownerId: ACCOUNT, prefixListId: other.prefixListId };
    case 'securityGroup':
      return { ...rule, ownerId: ACCOUNT, groupId: other.groupId, groupOwnerId: other.ownerId };
    default:
      return { ...rule, ownerId: ACCOUNT, ipRange: other.cidr };
  }
}

/** The rule as EC2 has it after the call. */
function keptRule({ id, peer: other, direction: way, tags = [], ...values }: Rule): KeptRule {
  return {
    ...values,
    id: id!,
    groupId: 'sg-1',
    isEgress: way === 'egress',
    tags,
    ...(other.kind === 'ipv4' && { cidrIpv4: other.cidr }),
    ...(other.kind === 'ipv6' && { cidrIpv6: other.cidr }),
    ...(other.kind === 'prefixList' && { prefixListId: other.prefixListId }),
    ...(other.kind === 'securityGroup' && {
      referencedGroup: { groupId: other.groupId, userId: other.ownerId },
    }),
  };
}
