import { speaksAgainst } from '../../../../src/security-group/domain/judging/violations';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { forbidSsh, locked } from '../../samples/changes';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-01T00:00:10Z');
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const judged = { groupId: 'sg-1', prefixLists: new Map(), now: NOW };
const disabling = {
  policy: 'no-ssh',
  since: NOW,
  until: new Date(NOW.getTime() + 1),
  reason: 'migration',
  by: 'olga',
};

function excluding(policy: Policy, until?: Date): Policy {
  const exclusion = { groupId: 'sg-1', rule: ssh, reason: 'partner', ...(until && { until }) };
  return { ...policy, excluding: [exclusion] };
}

test('a policy speaks against a rule for which nothing speaks, where it does not allow it', () => {
  expect(speaksAgainst(forbidSsh, ssh, judged)).toBe(true);
  expect(speaksAgainst(forbidSsh, https, judged)).toBe(false);
  expect(speaksAgainst(locked, https, judged)).toBe(true);
});

test('a policy speaks against a rule also while it is disabled', () => {
  expect(speaksAgainst({ ...forbidSsh, disabling }, ssh, judged)).toBe(true);
});

test.each([forbidSsh, locked])(
  'a policy does not speak against a rule that it excludes: %j',
  (policy) => {
    expect(speaksAgainst(excluding(policy), ssh, judged)).toBe(false);
    expect(speaksAgainst(excluding(policy, NOW), ssh, judged)).toBe(true);
  },
);
