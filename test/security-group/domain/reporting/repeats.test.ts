import type { ChangeReport } from '../../../../src/security-group/domain/reporting/change-report';
import type { RuleOutcome } from '../../../../src/security-group/domain/reporting/outcome';
import { countRepeats } from '../../../../src/security-group/domain/reporting/repeats';
import { changeReport } from '../../samples/change-reports';
import { rule } from '../../samples/rules';

const HOUR = 60 * 60_000;
const START = new Date('2026-01-01T00:00:00Z');
const reverted: RuleOutcome = {
  rule: rule(),
  change: 'added',
  violations: [],
  outcome: { kind: 'reverted' },
};

function reportAt(minutes: number, values: Partial<ChangeReport> = {}): ChangeReport {
  return changeReport({
    rules: [reverted],
    lookedAt: new Date(START.getTime() + minutes * 60_000),
    ...values,
  });
}

test('the first sighting is told, the next within the window are counted, and the first after it tells the count', () => {
  const window = HOUR / 2;
  const first = countRepeats(reportAt(0), [], window);
  const second = countRepeats(reportAt(15), first.repeats, window);
  const third = countRepeats(reportAt(29), second.repeats, window);
  const later = countRepeats(reportAt(30), third.repeats, window);
  expect([first, second, third, later].map(({ isRepeat, untold }) => [isRepeat, untold])).toEqual([
    [false, 0],
    [true, 0],
    [true, 0],
    [false, 2],
  ]);
  expect(countRepeats(reportAt(31), later.repeats, window).isRepeat).toBe(true);
});

test('a report is a repeat only if all of it is', () => {
  const { repeats } = countRepeats(reportAt(0), [], HOUR);
  const other: RuleOutcome = { ...reverted, rule: rule({ fromPort: 80, toPort: 80 }) };
  expect(countRepeats(reportAt(1, { rules: [reverted, other] }), repeats, HOUR).isRepeat).toBe(
    false,
  );
  expect(
    countRepeats(reportAt(1, { rules: [{ ...reverted, change: 'removed' }] }), repeats, HOUR)
      .isRepeat,
  ).toBe(false);
});

test('what failed, cannot be put back, or comes with a notice is told every time', () => {
  const { repeats } = countRepeats(reportAt(0), [], HOUR);
  for (const kind of ['failed', 'not-restorable'] as const) {
    expect(
      countRepeats(
        reportAt(1, { rules: [{ ...reverted, outcome: { kind, reason: 'no' } }] }),
        repeats,
        HOUR,
      ).isRepeat,
    ).toBe(false);
  }
  expect(
    countRepeats(reportAt(1, { notices: [{ severity: 'high', text: 'A doubt.' }] }), repeats, HOUR)
      .isRepeat,
  ).toBe(false);
  expect(countRepeats(reportAt(1, { rules: [] }), repeats, HOUR).isRepeat).toBe(false);
});

test('what was left in place, or would have been reverted, is told every time', () => {
  for (const kind of ['kept', 'would-revert'] as const) {
    const left = { rules: [{ ...reverted, outcome: { kind } }] };
    const { repeats } = countRepeats(reportAt(0, left), [], HOUR);
    expect(countRepeats(reportAt(1, left), repeats, HOUR).isRepeat).toBe(false);
  }
});

test('a revert is told again where the last word was that the rule was left in place', () => {
  const left = { rules: [{ ...reverted, outcome: { kind: 'kept' } as const }] };
  const first = countRepeats(reportAt(0), [], HOUR);
  const between = countRepeats(reportAt(1, left), first.repeats, HOUR);
  const again = countRepeats(reportAt(2), between.repeats, HOUR);
  expect(again.isRepeat).toBe(false);
  expect(countRepeats(reportAt(3), again.repeats, HOUR).isRepeat).toBe(true);
});

test('what is remembered has an end: the rest is told again', () => {
  const many = Array.from({ length: 150 }, (_, port): RuleOutcome => ({
    ...reverted,
    rule: rule({ fromPort: port, toPort: port }),
  }));
  const { repeats } = countRepeats(reportAt(0, { rules: many }), [], HOUR);
  expect(repeats.filter(({ reverts }) => !reverts)).toHaveLength(100);
  expect(repeats.filter(({ reverts }) => reverts)).toHaveLength(100);
});

test('two rules that are opened in turn are repeats, each of its own last word', () => {
  const other = { rules: [{ ...reverted, rule: rule({ fromPort: 80, toPort: 80 }) }] };
  const first = countRepeats(reportAt(0), [], HOUR);
  const second = countRepeats(reportAt(1, other), first.repeats, HOUR);
  const third = countRepeats(reportAt(2), second.repeats, HOUR);
  expect(third.isRepeat).toBe(true);
  expect(countRepeats(reportAt(3, other), third.repeats, HOUR).isRepeat).toBe(true);
});
