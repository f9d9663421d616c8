import { asksIn, type AskedRule } from '../../../../src/security-group/domain/asking/asked-change';
import type { Violation } from '../../../../src/security-group/domain/judging/judgement';
import { EMPTY_LEDGER, type Grant } from '../../../../src/security-group/domain/ledger/ledger';
import type { RuleOutcome } from '../../../../src/security-group/domain/reporting/outcome';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { changeReport } from '../../samples/change-reports';
import { rule } from '../../samples/rules';

const SINCE = new Date('2026-01-01T00:00:00Z');
const ACCEPTED: Grant = { cause: 'adopted', by: 'sentry', since: SINCE };
const ASKED: Grant = { cause: 'approval-request', by: 'approvals', since: SINCE };

function violation(values: Partial<Violation> = {}): Violation {
  return {
    baseline: 'locked',
    response: 'revertUntilApproved',
    reason: 'locked',
    asking: { workflow: 'approvals', whenUnanswered: 'revert' },
    ...values,
  };
}

function outcomeOf(one: Rule, values: Partial<RuleOutcome> = {}): RuleOutcome {
  return {
    rule: one,
    change: 'added',
    violations: [violation()],
    outcome: { kind: 'reverted' },
    ...values,
  };
}

function asked(outcomes: readonly RuleOutcome[], known: readonly [Rule, Grant][] = []) {
  const { call, group } = changeReport();
  const entries = new Map(
    known.map(([one, grant]) => [ruleKey(one), { rule: one, grants: [grant], revision: 0 }]),
  );
  return asksIn(outcomes, call, group, { ledger: { ...EMPTY_LEDGER, entries } });
}

const idsOf = (rules: readonly AskedRule[]) => rules.map((one) => one.rule.id);

test('the most dangerous rules come first: named traffic, inward, wide, and many ports', () => {
  const ofAll = rule({ id: 'all', protocol: '-1' });
  const wide = rule({ id: 'wide', fromPort: 1, toPort: 9_000 });
  const one = rule({ id: 'one', fromPort: 443, toPort: 443 });
  const range = rule({ id: 'range', ipRange: '10.0.0.0/8' });
  const host = rule({ id: 'host', ipRange: '10.0.0.1/32' });
  const six = rule({ id: 'six', ipRange: '2001:db8::/120' });
  const list = rule({ id: 'list', prefixListId: 'pl-1' });
  const out = rule({ id: 'out', direction: 'egress' });
  const gone = rule({ id: 'gone' });
  const named = rule({ id: 'named', direction: 'egress', ipRange: '10.0.0.1/32' });
  const all = [
    outcomeOf(gone, { change: 'removed', violations: [violation({ baseline: 'forbid' })] }),
    ...[six, out, list, host, range, one, wide, ofAll].map((each) => outcomeOf(each)),
    outcomeOf(named, { violations: [violation(), violation({ baseline: 'forbid' })] }),
  ];
  const rules = asked(all).flatMap((ask) => ask.rules);
  const position = (id: string) => idsOf(rules).indexOf(id);
  expect(idsOf(rules)).toHaveLength(all.length);
  for (const [more, less] of [
    ['named', 'all'],
    ['all', 'wide'],
    ['wide', 'one'],
    ['one', 'range'],
    ['range', 'host'],
    ['range', 'list'],
    ['list', 'six'],
    ['six', 'gone'],
    ['out', 'gone'],
  ]) {
    expect(position(more!)).toBeLessThan(position(less!));
  }
});

describe('what a rule was before', () => {
  const before = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8' });
  const pending = rule({ id: 'sgr-1', ipRange: '10.1.0.0/16' });
  const after = rule({ id: 'sgr-1' });
  const other = rule({ id: 'sgr-2', ipRange: '10.2.0.0/16' });
  const stands = (values: Partial<RuleOutcome>) =>
    outcomeOf(after, {
      change: 'modified',
      outcome: { kind: 'kept' },
      violations: [violation({ response: 'revertIfDenied' })],
      ...values,
    });
  const beforeOf = (outcome: RuleOutcome, known: [Rule, Grant][]) =>
    asked([outcome], known)[0]!.rules[0]!.before;

  test('is what was accepted last, and not what people are still asked about', () => {
    const known: [Rule, Grant][] = [
      [other, ACCEPTED],
      [after, ACCEPTED],
      [pending, ASKED],
      [before, ACCEPTED],
    ];
    expect(beforeOf(stands({}), known)).toEqual(before);
    expect(
      beforeOf(stands({}), [
        [pending, ASKED],
        [before, { ...ASKED, confirmed: true }],
      ]),
    ).toEqual(before);
  });

  test('is what people are asked about, where nothing else is known', () => {
    expect(beforeOf(stands({}), [[pending, ASKED]])).toEqual(pending);
    expect(beforeOf(stands({}), [])).toBeUndefined();
  });

  test('is not guessed of a rule without an id', () => {
    const { id: _, ...unnamed } = after;
    const { id: __, ...others } = before;
    expect(beforeOf(stands({ rule: unnamed }), [[others, ACCEPTED]])).toBeUndefined();
  });

  test('is its other description, where that is what was changed', () => {
    const known: [Rule, Grant][] = [[{ ...after, description: 'office' }, ACCEPTED]];
    const described = stands({ change: 'described' });
    expect(beforeOf(described, known)).toMatchObject({ description: 'office' });
    expect(beforeOf(described, [])).toBeUndefined();
  });

  test('is what is there again, where it was reverted; and nothing of a rule that was added', () => {
    const reverted = outcomeOf(after, { change: 'modified', restored: before });
    expect(beforeOf(reverted, [[pending, ACCEPTED]])).toEqual(before);
    expect(beforeOf(outcomeOf(after, { restored: before }), [])).toBeUndefined();
  });
});

describe('the tags of a rule', () => {
  const tagged = (count: number): Rule => ({
    ...rule({ id: 'sgr-1' }),
    tags: Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' })),
  });
  const tagsOf = (count: number, change: RuleOutcome['change'] = 'added') => {
    const { tags, otherTags } = asked([outcomeOf(tagged(count), { change })])[0]!.rules[0]!;
    return [tags?.length, otherTags];
  };

  test('are shown where they would be given again, twenty at the most', () => {
    expect(tagsOf(0)).toEqual([undefined, undefined]);
    expect(tagsOf(20)).toEqual([20, undefined]);
    expect(tagsOf(23)).toEqual([20, 3]);
    expect(tagsOf(2, 'modified')).toEqual([2, undefined]);
    expect(tagsOf(2, 'removed')).toEqual([undefined, undefined]);
    expect(tagsOf(2, 'described')).toEqual([undefined, undefined]);
  });
});
