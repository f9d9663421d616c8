import fc from 'fast-check';
import {
  isSameRule,
  ruleKey,
  withoutTags,
  withTagsOf,
} from '../../../../src/security-group/domain/rules/rule';
import { ruleText } from '../../../../src/security-group/domain/rules/rule-text';
import { canonicalRules, rule } from '../../samples/rules';

describe('rules that EC2 keeps as one have one key', () => {
  test.each([
    [{ protocol: '6' }, { protocol: 'TCP' }],
    [
      { protocol: '-1', fromPort: 0, toPort: 65535 },
      { protocol: 'all', fromPort: undefined, toPort: undefined },
    ],
    [
      { protocol: '-1', fromPort: 0, toPort: 0 },
      { protocol: '-1', fromPort: -1, toPort: -1 },
    ],
    [
      { protocol: '58', fromPort: undefined, toPort: undefined },
      { protocol: 'icmpv6', fromPort: -1, toPort: -1 },
    ],
    [
      { protocol: '50', fromPort: 1, toPort: 2 },
      { protocol: '50', fromPort: undefined, toPort: undefined },
    ],
    [{ ipRange: '1.2.3.4/0' }, { ipRange: '0.0.0.0/0' }],
    [{ groupId: 'sg-1', groupOwnerId: '111111111111' }, { groupId: 'sg-1' }],
    [{ description: 'one' }, { description: 'another' }],
  ])('%j and %j', (one, other) => {
    expect(ruleKey(rule(one))).toBe(ruleKey(rule(other)));
  });

  test.each([
    [{ direction: 'ingress' as const }, { direction: 'egress' as const }],
    [{ protocol: 'tcp' }, { protocol: 'udp' }],
    [{ toPort: 22 }, { toPort: 23 }],
    [{ ipRange: '0.0.0.0/0' }, { ipRange: '::/0' }],
    [{ protocol: '-1' }, { protocol: 'tcp', fromPort: 0, toPort: 65535 }],
  ])('but not %j and %j', (one, other) => {
    expect(ruleKey(rule(one))).not.toBe(ruleKey(rule(other)));
  });
});

test('a rule that was taken away and added again is another one', () => {
  expect(isSameRule(rule({ id: 'sgr-1' }), rule({ id: 'sgr-2' }))).toBe(false);
  expect(isSameRule(rule(), rule({ id: 'sgr-2' }))).toBe(true);
});

test('a rule takes just the tags of another reading of it', () => {
  const tags = [{ key: 'team', value: 'web' }];
  const other = [{ key: 'team', value: 'ops' }];
  const untagged = rule({ id: 'sgr-1' });
  expect(withTagsOf(untagged, { tags })).toEqual(rule({ id: 'sgr-1', tags }));
  expect(withTagsOf(rule({ id: 'sgr-1', tags: other }), { tags })).toEqual(
    rule({ id: 'sgr-1', tags }),
  );
  expect(Object.keys(withTagsOf(rule({ tags }), {}))).not.toContain('tags');
  expect(Object.keys(withoutTags(rule({ tags })))).not.toContain('tags');
});

describe('a rule in words', () => {
  test.each([
    [{}, 'tcp 22 from 0.0.0.0/0'],
    [{ direction: 'egress' as const, fromPort: 20, toPort: 30 }, 'tcp 20-30 to 0.0.0.0/0'],
    [{ protocol: '-1', prefixListId: 'pl-1' }, 'all traffic from prefix list pl-1'],
    [{ protocol: 'icmp', fromPort: 8, toPort: 0 }, 'icmp echo request code 0 from 0.0.0.0/0'],
    [{ protocol: '1', fromPort: 8, toPort: -1 }, 'icmp echo request from 0.0.0.0/0'],
    [
      { protocol: '58', fromPort: 2, toPort: -1, ipRange: '::/0' },
      'icmpv6 packet too big from ::/0',
    ],
    [{ protocol: 'icmpv6', fromPort: 8, toPort: -1, ipRange: '::/0' }, 'icmpv6 type 8 from ::/0'],
    [{ protocol: 'icmp', fromPort: 252, toPort: 86 }, 'icmp type 252 code 86 from 0.0.0.0/0'],
    [{ protocol: 'icmp', fromPort: -1, toPort: -1 }, 'icmp all types from 0.0.0.0/0'],
    [
      { protocol: '50', groupId: 'sg-1', groupOwnerId: '111111111111' },
      'protocol 50 from group sg-1 of account 111111111111',
    ],
  ])('%j: %s', (values, text) => {
    expect(ruleText(rule(values))).toBe(text);
  });

  test('is never empty and never more than one line', () => {
    fc.assert(fc.property(canonicalRules, (any) => expect(ruleText(any)).toMatch(/^\S.*\S$/)));
  });
});
