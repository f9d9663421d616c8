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
  const disputes = fc.array(
    fc.record({
      rule: canonicalRules,
      change: fc.constantFrom('added', 'modified', 'described', 'removed'),
      reverts: fc.integer({ min: 5, max: 1_000 }),
      since: fc.date({ min: new Date(0), max: new Date('2026-01-01'), noInvalidDate: true }),
      openMilliseconds: fc.nat(),
      shareOpen: fc.double({ min: 0, max: 1, noNaN: true }),
      actors: fc.array(fc.string(), { maxLength: 3 }),
    }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(
      fc.array(told, { maxLength: 5 }),
      notices,
      disputes,
      fc.boolean(),
      (rules, noticed, disputed, isRepeat) => {
        const { json, subject, severity } = changeNotification(
          changeReport({ rules, notices: noticed, isRepeat, disputes: disputed }),
          'App/Sentry',
          3,
        );
        expect(schemaErrors(json)).toEqual([]);
        expect(JSON.parse(json)).toMatchObject({
          severity,
          isRepeat,
          rulesOmitted: Math.max(0, rules.length - 3),
          ...(disputed.length > 0 && {
            disputes: disputed.slice(0, 3).map(({ reverts }) => ({ reverts })),
            disputesOmitted: Math.max(0, disputed.length - 3),
          }),
        });
        expect('disputes' in JSON.parse(json)).toBe(disputed.length > 0);
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
      expect(text).toContain('Sent by the sentry App/Sentry.');
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
