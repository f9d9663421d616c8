import fc from 'fast-check';
import {
  changeNotification,
  unreadableEventNotification,
} from '../../../src/security-group/adapters/change-notification';
import { operatorNotification } from '../../../src/security-group/adapters/operator-notification';
import { reconcileNotification } from '../../../src/security-group/adapters/reconcile-notification';
import type { Outcome } from '../../../src/security-group/domain/reporting/outcome';
import { schemaErrors } from '../../support/schemas/message-schema';
import { changeReport } from '../samples/change-reports';
import { reconcileReports } from '../samples/reconcile-reports';
import { canonicalRules } from '../samples/rules';

const outcomes = fc.constantFrom<Outcome>(
  { kind: 'reverted' },
  { kind: 'already-gone' },
  { kind: 'kept' },
  { kind: 'would-revert' },
  { kind: 'not-restorable', reason: 'full' },
  { kind: 'failed', reason: 'denied' },
);

test('every message is as its schema says', () => {
  const told = fc.record({
    rule: canonicalRules,
    change: fc.constantFrom('added', 'modified', 'described', 'removed'),
    restored: fc.option(canonicalRules, { nil: undefined }),
    violations: fc.constant([
      { baseline: 'locked', response: 'revert', reason: 'locked' } as const,
    ]),
    outcome: outcomes,
  });
  const notices = fc.array(
    fc.record({ severity: fc.constantFrom('high', 'low'), text: fc.string() }),
    { maxLength: 2 },
  );
  fc.assert(
    fc.property(
      fc.array(told, { maxLength: 5 }),
      notices,
      fc.boolean(),
      (rules, noticed, isRepeat) => {
        const { json, subject, severity } = changeNotification(
          changeReport({ rules, notices: noticed, isRepeat }),
          'App/Sentry',
          3,
        );
        expect(schemaErrors(json)).toEqual([]);
        expect(JSON.parse(json)).toMatchObject({
          severity,
          isRepeat,
          rulesOmitted: Math.max(0, rules.length - 3),
        });
        expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
      },
    ),
  );
});

test('so is the message about an event that cannot be read', () => {
  const { json, text } = unreadableEventNotification(
    `{"detail":"\u202e${'x'.repeat(30_000)}"}`,
    'It is no CloudTrail event.',
    'App/Sentry',
  );
  expect(schemaErrors(json)).toEqual([]);
  expect(text).not.toContain('\u202e');
  expect(text).toContain('Why: It is no CloudTrail event.');
});

test('so is every message of reconcile', () => {
  fc.assert(
    fc.property(reconcileReports, (report) => {
      const { json, subject, text } = reconcileNotification(report, 'App/Sentry', 2);
      expect(schemaErrors(json)).toEqual([]);
      expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
      expect(text).toContain('Told by the sentry App/Sentry.');
    }),
  );
});

test("so is every message of an operator's act, with what they wrote made safe to show", () => {
  const act = {
    action: 'pause',
    until: new Date('2026-01-02T00:00:00Z'),
    by: 'eve\u202e',
    reason: 'drill',
  } as const;
  const { json, text, severity } = operatorNotification(
    act,
    'The sentry reverts nothing.',
    new Date('2026-01-01T00:00:00Z'),
    'request-1',
    'App/Sentry',
  );
  expect(schemaErrors(json)).toEqual([]);
  expect(text).not.toContain('\u202e');
  expect(severity).toBe('high');
});

test('the schema would notice a field that is gone', () => {
  const { json } = changeNotification(changeReport(), 'App/Sentry', 3);
  const { actor: _gone, ...rest } = JSON.parse(json);
  expect(schemaErrors(JSON.stringify(rest))).not.toEqual([]);
});
