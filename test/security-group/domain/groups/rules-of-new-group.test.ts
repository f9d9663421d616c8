import { isMadeWithGroup } from '../../../../src/security-group/domain/groups/rules-of-new-group';
import type { RawRule } from '../../../../src/security-group/domain/rules/rule';
import { rule } from '../../samples/rules';

const WEB = { id: 'sg-1', name: 'web' };
const DEFAULT = { id: 'sg-1', name: 'default' };
const out: Partial<RawRule> = { direction: 'egress', protocol: '-1' };
const within: Partial<RawRule> = { protocol: '-1', groupId: 'sg-1' };

test.each([
  ['all IPv4 out', { ...out, ipRange: '0.0.0.0/0' }],
  ['all IPv6 out', { ...out, ipRange: '::/0' }],
])('with any group, EC2 makes a rule for %s', (_, values) => {
  expect(isMadeWithGroup(rule(values), WEB)).toBe(true);
  expect(isMadeWithGroup(rule(values), DEFAULT)).toBe(true);
});

test('with a default group, it makes one for all traffic from the group itself', () => {
  expect(isMadeWithGroup(rule(within), DEFAULT)).toBe(true);
});

test.each<[string, Partial<RawRule>]>([
  ['for one protocol', { direction: 'egress' }],
  ['with a description', { ...out, description: 'all' }],
  ['for some addresses', { ...out, ipRange: '10.0.0.0/8' }],
  ['out to a group', { ...out, groupId: 'sg-1' }],
  ['out to a prefix list', { ...out, prefixListId: 'pl-1' }],
  ['that lets all in', { protocol: '-1', ipRange: '0.0.0.0/0' }],
  ['from another group', { ...within, groupId: 'sg-2' }],
])('but none %s', (_, values) => {
  expect(isMadeWithGroup(rule(values), DEFAULT)).toBe(false);
});

test('nor one into a group of another name', () => {
  expect(isMadeWithGroup(rule(within), WEB)).toBe(false);
});
