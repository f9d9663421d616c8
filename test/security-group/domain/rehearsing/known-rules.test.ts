import { KnownRules } from '../../../../src/security-group/domain/rehearsing/known-rules';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-1' });
const https = rule({ id: 'sgr-2', fromPort: 443, toPort: 443 });
const bare = rule({ fromPort: 25, toPort: 25 });

const known = (...writtenIds: string[]) => new KnownRules([ssh, https, bare], new Set(writtenIds));

test('what stands today stood before, but for what records of the time wrote', () => {
  const rules = known('sgr-1');
  expect(rules.withId('sgr-2')).toEqual({ rule: https, wouldStand: true });
  expect(rules.withId('sgr-1')).toBeUndefined();
  expect(rules.withId(undefined)).toBeUndefined();
  expect(rules.meantBy({ rule: bare })).toEqual({ rule: bare, wouldStand: true });
});

test('a rule is meant by its id, or by its values', () => {
  const rules = known();
  expect(rules.meantBy({ id: 'sgr-1', rule: https })?.rule).toBe(ssh);
  expect(rules.meantBy({ id: 'sgr-9', rule: https })?.rule).toBe(https);
  expect(rules.meantBy({ id: 'sgr-9' })).toBeUndefined();
});

test('one that no record wrote stood before, with the values that are named', () => {
  const smtp = rule({ id: 'sgr-9', fromPort: 26, toPort: 26 });
  expect(known().meantBy({ id: 'sgr-9', rule: smtp })).toEqual({ rule: smtp, wouldStand: true });
});

test('what was kept last counts, until it is forgotten', () => {
  const rules = known();
  rules.keep({ rule: ssh, wouldStand: false });
  expect(rules.withId('sgr-1')?.wouldStand).toBe(false);
  rules.forget(ssh);
  rules.forget(bare);
  expect(rules.withId('sgr-1')).toBeUndefined();
  const { id: _id, ...values } = ssh;
  expect(rules.meantBy({ rule: values })?.wouldStand).toBe(true);
  expect(rules.meantBy({ rule: { ...bare, description: 'x' } })?.rule.description).toBe('x');
});
