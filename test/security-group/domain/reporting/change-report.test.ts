import {
  countOutcomes,
  hasFailures,
  type Notice,
  noticesToTell,
  secondsOpen,
  severityOf,
  worstFirst,
} from '../../../../src/security-group/domain/reporting/change-report';
import {
  type Outcome,
  type RuleOutcome,
  toldOutcomeOf,
} from '../../../../src/security-group/domain/reporting/outcome';
import { changeReport } from '../../samples/change-reports';
import { rule } from '../../samples/rules';

const FORBIDDEN = { baseline: 'forbid', response: 'revert', reason: 'SSH' } as const;
const LOCKED = { baseline: 'locked', response: 'revert', reason: 'locked' } as const;
const FAILED: Outcome = { kind: 'failed', reason: 'denied' };
const FULL: Outcome = { kind: 'not-restorable', reason: 'the group is full' };

function outcomeOf(outcome: Outcome, values: Partial<RuleOutcome> = {}): RuleOutcome {
  return { rule: rule(), change: 'added', violations: [LOCKED], outcome, ...values };
}

describe('the severity of a change', () => {
  const GONE: Outcome = { kind: 'already-gone' };
  test.each<[string, RuleOutcome]>([
    ['critical', outcomeOf(FAILED)],
    ['high', outcomeOf(FULL)],
    ['high', outcomeOf({ kind: 'reverted' }, { violations: [LOCKED, FORBIDDEN] })],
    ['medium', outcomeOf({ kind: 'reverted' })],
    ['medium', outcomeOf({ kind: 'kept' }, { violations: [] })],
    ['high', outcomeOf(GONE, { violations: [FORBIDDEN] })],
    ['medium', outcomeOf(GONE, { change: 'modified' })],
    ['low', outcomeOf(GONE, { change: 'removed', violations: [FORBIDDEN] })],
    ['low', outcomeOf(GONE, { change: 'described', violations: [FORBIDDEN] })],
    ['medium', outcomeOf({ kind: 'reverted' }, { change: 'removed' })],
  ])('is %s: %j', (severity, one) => {
    expect(severityOf(changeReport({ rules: [one] }))).toBe(severity);
  });

  test('is that of the gravest of its rules and notices', () => {
    const low: Notice = { severity: 'low', text: 'low' };
    const rules = [outcomeOf({ kind: 'reverted' }), outcomeOf(FAILED)];
    expect(severityOf(changeReport({ rules }))).toBe('critical');
    expect(severityOf(changeReport({ notices: [low] }))).toBe('low');
    expect(severityOf(changeReport({ notices: [low, { ...low, severity: 'high' }] }))).toBe('high');
  });
});

test('the worst rules come first, and outcomes are counted so', () => {
  const kinds: Outcome[] = [
    { kind: 'already-gone' },
    { kind: 'reverted' },
    { kind: 'kept' },
    { kind: 'would-revert' },
    FULL,
    FAILED,
    { kind: 'kept' },
  ];
  const rules = kinds.map((outcome) => outcomeOf(outcome));
  const order = ['failed', 'not-restorable', 'would-revert', 'kept', 'reverted', 'already-gone'];
  expect([...new Set(worstFirst(rules).map(({ outcome }) => outcome.kind))]).toEqual(order);
  expect(countOutcomes(changeReport({ rules }))).toEqual(
    order.map((kind) => [kind, kind === 'kept' ? 2 : 1]),
  );
  expect(countOutcomes(changeReport({ rules: rules.slice(0, 1) }))).toEqual([['already-gone', 1]]);
});

test('a change has failures where one of its rules has', () => {
  const reverted = outcomeOf({ kind: 'reverted' });
  expect(hasFailures(changeReport({ rules: [reverted, outcomeOf(FAILED)] }))).toBe(true);
  expect(hasFailures(changeReport({ rules: [reverted, outcomeOf(FULL)] }))).toBe(false);
});

test('a rule has stood open from the call to the last look, and never less than no time', () => {
  expect(secondsOpen(changeReport())).toBe(12);
  const before = new Date('2025-12-31T23:59:59Z');
  expect(secondsOpen(changeReport({ lookedAt: before }))).toBe(0);
});

test('what is told of a case: how much was reverted, and why something could not be', () => {
  expect(toldOutcomeOf([outcomeOf({ kind: 'reverted' }), outcomeOf(FAILED)])).toEqual({
    reverted: 1,
    notRestorable: 0,
  });
  const other = outcomeOf({ kind: 'not-restorable', reason: 'another' });
  expect(toldOutcomeOf([outcomeOf(FULL), other])).toEqual({
    reverted: 0,
    notRestorable: 2,
    reason: 'the group is full',
  });
});

describe('notices', () => {
  const many = (count: number): Notice[] =>
    Array.from({ length: count }, (_, index) => ({ severity: 'medium', text: `notice ${index}` }));

  test('are told whole and in their order where they are ten at the most', () => {
    const ten: Notice[] = [...many(9), { severity: 'high', text: 'last' }];
    expect(noticesToTell(ten)).toEqual(ten);
  });

  test('are the gravest ten where they are more, and the others are counted', () => {
    const told = noticesToTell([
      { severity: 'low', text: 'least' },
      ...many(10),
      { severity: 'high', text: 'gravest' },
    ]);
    expect(told.map(({ text }) => text)).toEqual([
      'gravest',
      ...many(9).map(({ text }) => text),
      'There are 2 more remarks like these, which do not fit into this message: look at the group.',
    ]);
    expect(told.at(-1)?.severity).toBe('low');
  });

  test('are a thousand characters long at the most', () => {
    const [told] = noticesToTell([{ severity: 'low', text: 'x'.repeat(2_000) }]);
    expect(told!.text.length).toBeLessThanOrEqual(1_000);
  });
});
