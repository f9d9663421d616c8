import fc from 'fast-check';
import type { DescribedPlace } from '../../../src/organization/domain/described-place';
import {
  changeNotification,
  fittingChangeNotification,
  unreadableEventNotification,
} from '../../../src/security-group/adapters/change-notification';
import { operatorNotification } from '../../../src/security-group/adapters/operator-notification';
import { reconcileNotification } from '../../../src/security-group/adapters/reconcile-notification';
import { MAX_RULES_IN_MESSAGE } from '../../../src/security-group/contracts/change-message';
import { LEDGER_BYTES } from '../../../src/security-group/domain/ledger/byte-budgets';
import { RESPONSES } from '../../../src/security-group/domain/policies/policy';
import { NO_DOUBTS } from '../../../src/security-group/domain/reconciling/doubts';
import type { ReconcileReport } from '../../../src/security-group/domain/reconciling/reconcile-report';
import type { Outcome } from '../../../src/security-group/domain/reporting/outcome';
import {
  bytesOf,
  largestThatFits,
  type Notification,
} from '../../../src/shared/adapters/notification/sns-notifications';
import { MOST_BYTES } from '../../../src/shared/domain/byte-budget';
import { schemaErrors } from '../../support/schemas/message-schema';
import { changeReport } from '../samples/change-reports';
import { LONGEST_PLACE, PAYMENTS_PLACE } from '../samples/described-places';
import { openedWithFullTags } from '../samples/largest-changes';
import { reconcileReports } from '../samples/reconcile-reports';
import { canonicalRules } from '../samples/rules';

const NEW_YEAR = new Date('2026-01-01T00:00:00Z');
const QUIET: ReconcileReport = {
  at: NEW_YEAR,
  groupCount: 0,
  adoptions: [],
  released: [],
  returned: [],
  due: [],
  isBraked: false,
  disablings: [],
  endedDisablings: [],
  exclusionEnds: [],
  unconfirmed: [],
  doubts: NO_DOUBTS,
};

const outcomes = fc.constantFrom<Outcome>(
  { kind: 'reverted' },
  { kind: 'already-gone' },
  { kind: 'kept' },
  { kind: 'would-revert' },
  { kind: 'not-restorable', reason: 'full' },
  { kind: 'failed', reason: 'denied' },
);

const places = fc.constantFrom(PAYMENTS_PLACE, LONGEST_PLACE);

test('every message is as its schema says', () => {
  const told = fc.record({
    rule: canonicalRules,
    change: fc.constantFrom('added', 'modified', 'described', 'removed'),
    restored: fc.option(canonicalRules, { nil: undefined }),
    violations: fc
      .constantFrom(...RESPONSES)
      .map((response) => [{ baseline: 'locked', response, reason: 'locked' } as const]),
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
      fc.record({ isRepeat: fc.boolean(), place: places }, { requiredKeys: ['isRepeat'] }),
      (rules, noticed, disputed, { isRepeat, ...where }) => {
        const { json, subject, severity } = changeNotification(
          changeReport({ rules, notices: noticed, isRepeat, disputes: disputed, ...where }),
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
    fc.property(reconcileReports, fc.option(places), (report, place) => {
      const told = { ...report, ...(place && { place }) };
      const { json, subject, text } = reconcileNotification(told, 'App/Sentry', 2);
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
  const done = { act, done: 'The sentry reverts nothing.', at: NEW_YEAR, requestId: 'request-1' };
  const { json, text, severity } = operatorNotification(done, 'App/Sentry');
  expect(schemaErrors(json)).toEqual([]);
  expect(text).not.toContain('\u202e');
  expect(severity).toBe('high');
});

test('a message about a thousand rules and remarks fits, and says what is left out of it', () => {
  const report = changeReport({
    place: LONGEST_PLACE,
    rules: openedWithFullTags(1_000).map((rule) => ({
      rule: { ...rule, tags: undefined },
      change: 'added',
      violations: [{ baseline: 'forbid', response: 'revert', reason: 'it opens SSH'.repeat(30) }],
      outcome: { kind: 'reverted' },
    })),
    notices: Array.from({ length: 1_000 }, (_, index) => ({
      severity: index === 999 ? 'high' : 'low',
      text: `remark ${index} ${'"𠮷'.repeat(2_000)}`,
    })),
  });
  const told = fittingChangeNotification(report, 'App/Sentry');
  expect(bytesOf(told)).toBeLessThanOrEqual(LEDGER_BYTES.report);
  expect(schemaErrors(told.json)).toEqual([]);
  expect(told.text).toMatch(
    /… and \d+ more rules, which do not fit into this message\. The log of the sentry's function has all of them, by their ids\./,
  );
  expect(told.text).toContain('remark 999');
  expect(told.text).toContain('… (the rest is cut here)');
  expect(told.text).toContain(
    'There are 990 more remarks like these, which do not fit into this message: look at the group.',
  );
});

test('a message about thousands of groups that are not watched any more fits as well', () => {
  const released = Array.from({ length: 5_000 }, (_, index) => ({
    group: {
      groupId: `sg-${index}`,
      name: 'n'.repeat(255),
      adoptedAt: new Date(0),
      adoptedWhile: 'ENFORCE' as const,
      policies: 'p',
      selection: 's',
    },
    reason: 'deleted' as const,
  }));
  const told = largestThatFits(MAX_RULES_IN_MESSAGE, (items) =>
    reconcileNotification({ ...QUIET, place: LONGEST_PLACE, released }, 'App/Sentry', items),
  );
  expect(bytesOf(told)).toBeLessThanOrEqual(MOST_BYTES.message);
  expect(told.text).toContain(
    '… and 4900 more groups are not watched any more. The log of the function has all of them.',
  );
});

describe('in a hub, people and machines hear of which account and Region', () => {
  const returned = [
    {
      groupId: 'sg-1',
      adoptedAt: NEW_YEAR,
      adoptedWhile: 'ENFORCE',
      policies: 'p',
      selection: 's',
    } as const,
  ];
  const act = { action: 'release', groupId: 'sg-1', by: 'alice', reason: 'gone' } as const;
  const done = { act, done: 'sg-1 is released.', at: NEW_YEAR, requestId: 'request-1' };

  test.each<[string, (place?: DescribedPlace) => Notification]>([
    ['a change', (place) => changeNotification(changeReport({ place }), 'App/Sentry', 3)],
    [
      'a run of reconcile',
      (place) => reconcileNotification({ ...QUIET, returned, place }, 'App/Sentry', 3),
    ],
    ["an operator's act", (place) => operatorNotification({ ...done, place }, 'App/Sentry')],
    [
      'an event that cannot be read',
      (place) => unreadableEventNotification('{}', 'It is none.', 'App/Sentry', place),
    ],
  ])('%s is about', (_, tell) => {
    const { subject, json, text } = tell(PAYMENTS_PLACE);
    expect(subject).toContain('payments');
    // SMS has no more than the first line.
    expect(text.split('\n', 1)[0]).toContain('111122223333 (payments)');
    expect(text).toContain(
      [
        'WARNING:    holds the payment systems',
        'Account:    111122223333 (payments), Region eu-west-1',
        'Unit path:  o-abc1234567/r-abcd/ou-abcd-11111111/',
      ].join('\n'),
    );
    const message = JSON.parse(json);
    expect(message).toMatchObject({
      account: '111122223333',
      region: 'eu-west-1',
      accountName: 'payments',
      accountPath: 'o-abc1234567/r-abcd/ou-abcd-11111111/',
      accountWarning: 'holds the payment systems',
    });
    expect(schemaErrors(json)).toEqual([]);
    for (const field of ['account', 'region', 'accountName', 'accountPath', 'accountWarning']) {
      expect(schemaErrors(JSON.stringify({ ...message, [field]: 7 }))).not.toEqual([]);
    }
    expect(tell(LONGEST_PLACE).subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    const withoutHub = tell();
    expect(JSON.stringify(withoutHub)).not.toMatch(/WARNING|Unit path|account(Name|Path|Warning)/);
  });
});

test('the schema would notice a field that is gone', () => {
  const { json } = changeNotification(changeReport(), 'App/Sentry', 3);
  const { actor: _gone, ...rest } = JSON.parse(json);
  expect(schemaErrors(JSON.stringify(rest))).not.toEqual([]);
});
