import fc from 'fast-check';
import { canonicalRules, rule } from './rules';
import { type Hints, judge } from '../../../src/domain/security-group/judge';
import type { Policy } from '../../../src/domain/security-group/policy';

const forbidSsh: Policy = {
  baseline: { kind: 'forbid', patterns: [{ name: 'SSH', traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }], peers: [{ kind: 'internet' }] }] },
  response: 'revert',
};
const locked: Policy = { baseline: { kind: 'locked' }, response: 'revert' };
const lockedNotify: Policy = { baseline: { kind: 'locked' }, response: 'notifyOnly' };

const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const byAnybody: Hints = { namedRules: [], namesAllRules: true, byTrustedActor: false };

describe('a forbidden rule', () => {
  test('that the event names is revoked', () => {
    expect(verdicts([ssh, https], [forbidSsh], { ...byAnybody, namedRules: [ssh] })).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'keep' });
  });

  test('is revoked also when a trusted actor added it', () => {
    expect(verdicts([ssh], [forbidSsh, locked], { ...byAnybody, namedRules: [ssh], byTrustedActor: true })).toEqual({ 'sgr-ssh': 'revoke' });
  });

  test('that stood there before counts as accepted', () => {
    expect(verdicts([ssh, https], [forbidSsh], { ...byAnybody, namedRules: [https] })).toEqual({ 'sgr-ssh': 'keep', 'sgr-https': 'keep' });
  });

  test('is revoked wherever it stands, when the event does not name its rules', () => {
    expect(verdicts([ssh, https], [forbidSsh, locked], { ...byAnybody, namesAllRules: false })).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'keep' });
  });
});

describe('a locked group', () => {
  test('loses what anybody adds', () => {
    expect(verdicts([ssh, https], [locked], { ...byAnybody, namedRules: [https] })).toEqual({ 'sgr-ssh': 'keep', 'sgr-https': 'revoke' });
  });

  test('keeps what a trusted actor adds', () => {
    expect(verdicts([https], [locked], { ...byAnybody, namedRules: [https], byTrustedActor: true })).toEqual({ 'sgr-https': 'keep' });
  });

  test('is only reported on, when the event does not name its rules', () => {
    expect(verdicts([ssh, https], [locked], { ...byAnybody, namesAllRules: false })).toEqual({ 'sgr-ssh': 'keep', 'sgr-https': 'keep' });
  });
});

test('the strongest response wins, whatever the order of the policies', () => {
  for (const policies of [[lockedNotify, forbidSsh], [forbidSsh, lockedNotify]]) {
    expect(verdicts([ssh, https], policies, { ...byAnybody, namedRules: [ssh, https] })).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'keep' });
  }
});

test('a named rule that is not there is judged all the same, and marked absent', () => {
  const [judgement] = judge([], [locked], { ...byAnybody, namedRules: [ssh] });
  expect(judgement).toMatchObject({ rule: ssh, present: false, verdict: 'revoke' });
});

test('a rule added again after the event is not the one that the event names', () => {
  const again = { ...ssh, id: 'sgr-again' };
  expect(verdicts([again], [locked], { ...byAnybody, namedRules: [ssh] })).toEqual({ 'sgr-again': 'keep', 'sgr-ssh': 'revoke' });
});

test('every violation says why, in words', () => {
  const [judgement] = judge([ssh], [forbidSsh, locked], { ...byAnybody, namedRules: [ssh] });
  expect(judgement!.violations.map(({ reason }) => reason)).toEqual([
    'tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH',
    'the group is locked: no rule may be added to it but by a trusted actor',
  ]);
});

test('once the revoked rules are gone, judging again revokes nothing', () => {
  const policies = fc.subarray([forbidSsh, locked, lockedNotify], { minLength: 1 });
  fc.assert(fc.property(fc.array(canonicalRules), policies, fc.boolean(), fc.boolean(), (rules, chosen, namesAllRules, byTrustedActor) => {
    const current = rules.map((any, index) => ({ ...any, id: `sgr-${index}` }));
    const hints = { namedRules: current.filter((_, index) => index % 2 === 0), namesAllRules, byTrustedActor };
    const left = judge(current, chosen, hints).filter(({ verdict }) => verdict === 'keep').map((judgement) => judgement.rule);
    expect(judge(left, chosen, hints).filter(({ present, verdict }) => present && verdict === 'revoke')).toEqual([]);
  }));
});

function verdicts(...parameters: Parameters<typeof judge>) {
  return Object.fromEntries(judge(...parameters).map(({ rule: judged, verdict }) => [judged.id, verdict]));
}
