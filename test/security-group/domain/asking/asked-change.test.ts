import {
  type AskedChange,
  type AskedRule,
  asksIn,
  pendingChanges,
} from '../../../../src/security-group/domain/asking/asked-change';
import { NO_RULES } from '../../../../src/security-group/domain/changes/named-rules';
import type { Violation } from '../../../../src/security-group/domain/judging/judgement';
import type { Situation } from '../../../../src/security-group/domain/judging/situation';
import { EMPTY_LEDGER, type Grant } from '../../../../src/security-group/domain/ledger/ledger';
import type { RuleOutcome } from '../../../../src/security-group/domain/reporting/outcome';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { askedAbout } from '../../samples/asked-changes';
import { changeReport } from '../../samples/change-reports';
import { configurationOf } from '../../samples/changes';
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

/** A rule of the ledger, and what speaks for it. */
type Known = readonly [Rule, ...Grant[]];

function asked(outcomes: readonly RuleOutcome[], known: readonly Known[] = []) {
  const { call, group } = changeReport();
  const entries = new Map(
    known.map(([one, ...grants]) => [ruleKey(one), { rule: one, grants, revision: 0 }]),
  );
  return asksIn(outcomes, call, group, { ledger: { ...EMPTY_LEDGER, entries } });
}

const idsOf = (rules: readonly AskedRule[]) => rules.map((one) => one.rule.id);

test('the most dangerous rules come first: named traffic, inward, wide, and many ports', () => {
  const ofAll = rule({ id: 'all', protocol: '-1' });
  const wide = rule({ id: 'wide', fromPort: 5_000, toPort: 9_000 });
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
  const beforeOf = (outcome: RuleOutcome, known: Known[]) =>
    asked([outcome], known)[0]!.rules[0]!.before;

  test('is what was accepted last, and not what people are still asked about', () => {
    const known: Known[] = [
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

  test('is what was accepted, also where people are asked about the same as well', () => {
    expect(
      beforeOf(stands({}), [
        [pending, ASKED, ACCEPTED],
        [before, ACCEPTED],
      ]),
    ).toEqual(pending);
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
    const known: Known[] = [[{ ...after, description: 'office' }, ACCEPTED]];
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

  test('are shown up to a thousand characters', () => {
    const shownOf = (length: number) => {
      const tags = [{ key: 'k'.repeat(100), value: 'v'.repeat(length) }];
      const one = { ...rule({ id: 'sgr-1' }), tags };
      return asked([outcomeOf(one)])[0]!.rules[0]!.tags?.length;
    };
    expect([shownOf(900), shownOf(901)]).toEqual([1, undefined]);
  });
});

describe('what is written while a change stands that may be denied', () => {
  const before = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8' });
  const after = rule({ id: 'sgr-1' });
  const now = new Date('2026-01-01T12:00:00Z');
  const workflows = [
    { name: 'others', expireMilliseconds: 60_000 },
    { name: 'approvals', expireMilliseconds: 3_600_000 },
  ];
  const standing = { response: 'revertIfDenied' } as const;

  function written(
    one: Pick<AskedRule, 'rule' | 'change' | 'before'>,
    values: Partial<AskedChange>,
    ...known: Rule[]
  ) {
    const entries = new Map(
      known.map((each) => [ruleKey(each), { rule: each, grants: [ACCEPTED], revision: 3 }]),
    );
    const situation: Situation = {
      groupId: 'sg-1',
      group: { rules: [], unreadableRuleIds: [] },
      ledger: { ...EMPTY_LEDGER, entries },
      policies: [],
      prefixLists: new Map(),
      hints: { ...NO_RULES, byTrustedActor: false },
      now,
    };
    const rules = [{ ...one, violations: [] }];
    return pendingChanges(askedAbout(rules, values), situation, configurationOf([], { workflows }));
  }

  test('is a grant until a quarter of an hour after the request ends, and a wait of what it was', () => {
    const until = new Date('2026-01-01T13:15:00Z');
    expect(written({ change: 'modified', rule: after, before }, standing, before)).toMatchObject([
      {
        kind: 'put',
        entry: {
          rule: after,
          grants: [{ cause: 'approval-request', by: 'approvals', requestId: 'request-1', until }],
          toldAt: now,
        },
      },
      {
        kind: 'put',
        entry: { rule: before, suspension: { requestId: 'request-1', until }, revision: 3 },
      },
    ]);
  });

  test('lasts a quarter of an hour where no workflow has that name any more', () => {
    const gone = { ...standing, workflow: 'gone' };
    expect(written({ change: 'added', rule: after }, gone)).toMatchObject([
      { entry: { grants: [{ until: new Date('2026-01-01T12:15:00Z') }] } },
    ]);
  });

  test('has no end where what no one answers stays', () => {
    const [change] = written(
      { change: 'added', rule: after },
      { ...standing, whenUnanswered: 'accept' },
    );
    expect(change!.entry.grants).toEqual([
      { cause: 'approval-request', by: 'approvals', since: now, requestId: 'request-1' },
    ]);
  });

  test('is a wait of a rule that was removed, where the ledger has it', () => {
    expect(written({ change: 'removed', rule: before }, standing, before)).toMatchObject([
      { kind: 'put', entry: { rule: before, suspension: { requestId: 'request-1' } } },
    ]);
    expect(written({ change: 'removed', rule: before }, standing)).toEqual([]);
  });

  test('is nothing for a new description, nor for what was reverted', () => {
    expect(written({ change: 'described', rule: after, before }, standing, before)).toEqual([]);
    expect(written({ change: 'added', rule: after }, {})).toEqual([]);
  });
});
