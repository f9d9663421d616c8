import fc from 'fast-check';
import { changeNotification, unreadableEventNotification } from '../../../src/adapters/security-group/change-notification';
import type { Outcome } from '../../../src/domain/security-group/outcome';
import { schemaErrors } from '../../contracts/message-schema';
import { changeReport } from '../../domain/security-group/change-reports';
import { canonicalRules } from '../../domain/security-group/rules';

const outcomes = fc.constantFrom<Outcome>({ kind: 'reverted' }, { kind: 'already-gone' }, { kind: 'kept' }, { kind: 'failed', reason: 'denied' });

test('every message is as its schema says', () => {
  const told = fc.record({
    rule: canonicalRules,
    violations: fc.constant([{ baseline: 'locked', response: 'revert', reason: 'locked' } as const]),
    outcome: outcomes,
  });
  fc.assert(fc.property(fc.array(told, { maxLength: 5 }), fc.option(fc.string(), { nil: undefined }), (rules, doubt) => {
    const { json, subject, severity } = changeNotification(changeReport({ rules, doubt }), 'App/Sentry', 3);
    expect(schemaErrors(json)).toEqual([]);
    expect(JSON.parse(json)).toMatchObject({ severity, rulesOmitted: Math.max(0, rules.length - 3) });
    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  }));
});

test('so is the message about an event that cannot be read', () => {
  const { json, text } = unreadableEventNotification(`{"detail":"\u202e${'x'.repeat(30_000)}"}`, 'It is no CloudTrail event.', 'App/Sentry');
  expect(schemaErrors(json)).toEqual([]);
  expect(text).not.toContain('\u202e');
  expect(text).toContain('Why: It is no CloudTrail event.');
});

test('the schema would notice a field that is gone', () => {
  const { json } = changeNotification(changeReport(), 'App/Sentry', 3);
  const { actor: _gone, ...rest } = JSON.parse(json);
  expect(schemaErrors(JSON.stringify(rest))).not.toEqual([]);
});
