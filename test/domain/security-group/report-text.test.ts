import { changeReport } from './change-reports';
import { rule } from './rules';
import type { ChangeReport } from '../../../src/domain/security-group/change-report';
import { reportSubject, reportText } from '../../../src/domain/security-group/report-text';

const report: ChangeReport = changeReport({
  rules: [{
    rule: rule({ id: 'sgr-1', description: 'for\nme' }),
    violations: [{ baseline: 'forbid', response: 'revert', reason: 'tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH from the internet' }],
    outcome: { kind: 'reverted' },
  }],
});

test('the text tells group, rules, actor, time, source, account, Region, why, how long, what was done', () => {
  expect(reportText(report, 'App/Sentry', 10)).toBe(`Security group sg-1 (web) was changed: taken back.

Group:      sg-1 (web) in vpc-1
Account:    111111111111, Region eu-west-1
Changed by: arn:aws:sts::111111111111:assumed-role/Admin/eve, role arn:aws:iam::111111111111:role/Admin
From:       198.51.100.7
When:       2026-01-01T00:00:00.000Z
Call:       AuthorizeSecurityGroupIngress, CloudTrail event event-1
Severity:   high

- tcp 22 from 0.0.0.0/0 (sgr-1)
  described as "for me"
  Why: tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH from the internet.
  Done: reverted. It stood open for about 12 s.

Revoking a rule does not cut connections that were made while it stood: look for them.

Told by the sentry App/Sentry.`);
});

describe('the subject names the worst first', () => {
  test.each([
    ['reverted', '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: taken back'],
    ['kept', '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: left in place, as the policy says'],
    ['already-gone', '[LOW] sg-1: tcp 22 from 0.0.0.0/0: already gone'],
  ] as const)('%s', (kind, subject) => {
    expect(reportSubject({ ...report, rules: [{ ...report.rules[0]!, outcome: { kind } }] })).toBe(subject);
  });

  test('failed', () => {
    const failed: ChangeReport = { ...report, rules: [{ ...report.rules[0]!, outcome: { kind: 'failed', reason: 'denied' } }] };
    expect(reportSubject(failed)).toBe('[CRITICAL] sg-1: tcp 22 from 0.0.0.0/0: could NOT be taken back');
    expect(reportText(failed, 'App/Sentry', 10)).toContain('FAILED, the rule still stands after 12 s: denied. It is tried again.');
  });
});

test('where outcomes differ, they are counted, and the worst rule is named', () => {
  const [told] = report.rules;
  const mixed: ChangeReport = { ...report, rules: [told!, { ...told!, rule: rule({ fromPort: 443, toPort: 443 }), outcome: { kind: 'kept' } }] };
  expect(reportSubject(mixed)).toBe('[HIGH] sg-1: tcp 443 from 0.0.0.0/0 and 1 more: 1 left in place, as the policy says, 1 taken back');
});

test('in a later try, a rule that is gone may have been taken back by an earlier one', () => {
  const later: ChangeReport = { ...report, tries: 2, rules: [{ ...report.rules[0]!, outcome: { kind: 'already-gone' } }] };
  expect(reportText(later, 'App/Sentry', 1)).toContain('Done: nothing now. The rule is gone: an earlier try of the sentry may have taken it back.');
});

test('rules beyond the limit are counted', () => {
  const many = { ...report, rules: [report.rules[0]!, report.rules[0]!, report.rules[0]!] };
  expect(reportText(many, 'App/Sentry', 1)).toContain('… and 2 more rules.');
  expect(reportSubject(many)).toContain('tcp 22 from 0.0.0.0/0 and 2 more');
});

test('a doubt is told', () => {
  expect(reportText({ ...report, rules: [], doubt: 'It is not known.' }, 'App/Sentry', 1)).toContain('It is not known.');
  expect(reportSubject({ ...report, rules: [], doubt: 'It is not known.' })).toBe('[HIGH] sg-1: a change that could not be read in full');
});
