import fc from 'fast-check';
import {
  canonicalRule,
  isAddedAs,
  isSameRule,
  prefixListIds,
  ruleKey,
  tagsToGive,
  withoutTags,
  withTagsOf,
} from '../../../../src/security-group/domain/rules/rule';
import { namedRuleText, ruleText } from '../../../../src/security-group/domain/rules/rule-text';
import { canonicalRules, rule } from '../../samples/rules';

describe('rules that EC2 keeps as one have one key', () => {
  test.each([
    [{ protocol: '6' }, { protocol: ' TCP ' }],
    [
      { fromPort: undefined, toPort: undefined },
      { fromPort: 0, toPort: 65535 },
    ],
    [
      { fromPort: -1, toPort: -1 },
      { fromPort: 0, toPort: 65535 },
    ],
    [{ fromPort: undefined }, { toPort: undefined }],
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

test('the account of a peer group is kept where it is another than the own', () => {
  const peerOf = (groupOwnerId?: string) =>
    rule({ groupId: 'sg-2', ownerId: '111111111111', ...(groupOwnerId && { groupOwnerId }) }).peer;
  const own = { kind: 'securityGroup', groupId: 'sg-2' };
  expect(peerOf('222222222222')).toStrictEqual({ ...own, ownerId: '222222222222' });
  expect(peerOf('111111111111')).toStrictEqual(own);
  expect(peerOf()).toStrictEqual(own);
});

test('a rule whose peer cannot be read is none', () => {
  const raw = { direction: 'ingress', protocol: 'tcp', fromPort: 22, toPort: 22 } as const;
  expect(canonicalRule(raw)).toBeUndefined();
  expect(canonicalRule({ ...raw, ipRange: 'office' })).toBeUndefined();
});

test('the prefix lists that rules name are told once each', () => {
  const rules = [
    rule({ prefixListId: 'pl-1' }),
    rule(),
    rule({ prefixListId: 'pl-1', toPort: 23 }),
  ];
  expect(prefixListIds(rules)).toEqual(['pl-1']);
});

test('tags of AWS itself, in any case, are not given to a rule', () => {
  const [aws, other, own] = ['AWS:createdBy', 'aws:stack', 'not-aws:'].map((key) => ({
    key,
    value: 'x',
  }));
  expect(tagsToGive(rule({ tags: [aws!, other!, own!] }))).toEqual([own]);
  expect(tagsToGive(rule())).toEqual([]);
});

describe('a rule stands as it was to be added', () => {
  const tags = [{ key: 'team', value: 'web' }];
  const added = rule({ description: 'x', tags: [...tags, { key: 'aws:stack', value: 'a' }] });

  test('whatever other tags it has, and without those of AWS', () => {
    const others = [{ key: 'cost', value: '1' }, ...tags];
    expect(isAddedAs(added, rule({ description: 'x', tags: others }))).toBe(true);
    expect(isAddedAs(rule(), rule({ tags }))).toBe(true);
  });

  test.each([
    ['another description', { description: 'y', tags }],
    ['other ports', { description: 'x', tags, toPort: 23 }],
    ['no tags', { description: 'x' }],
    ['another value of the tag', { description: 'x', tags: [{ key: 'team', value: 'ops' }] }],
    ['the value under another key', { description: 'x', tags: [{ key: 'unit', value: 'web' }] }],
  ])('but not with %s', (_, standing) => {
    expect(isAddedAs(added, rule(standing))).toBe(false);
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
    [{ groupId: 'sg-1' }, 'tcp 22 from group sg-1'],
  ])('%j: %s', (values, text) => {
    expect(ruleText(rule(values))).toBe(text);
  });

  test('has its id where it has one', () => {
    expect(namedRuleText(rule({ id: 'sgr-1' }))).toBe('tcp 22 from 0.0.0.0/0 (sgr-1)');
    expect(namedRuleText(rule())).toBe('tcp 22 from 0.0.0.0/0');
  });

  test('is never empty and never more than one line', () => {
    fc.assert(fc.property(canonicalRules, (any) => expect(ruleText(any)).toMatch(/^\S.*\S$/)));
  });
});
