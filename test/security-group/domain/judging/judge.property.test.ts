import fc from 'fast-check';
import { judge } from '../../../../src/security-group/domain/judging/judge';
import type { Situation } from '../../../../src/security-group/domain/judging/situation';
import {
  EMPTY_LEDGER,
  type GroupLedger,
} from '../../../../src/security-group/domain/ledger/ledger';
import { answerJudgements } from '../../../../src/security-group/domain/responding/answer-judgements';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { forbidSsh, lockedRestoring } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import {
  namedRules,
  opensSsh,
  policies,
  type Remembered,
  rememberedRules,
  standingRules,
} from '../../samples/random-groups';

const NOW = new Date('2026-01-01T00:00:10Z');
const RECORD = groupRecord(NOW);

const situations: fc.Arbitrary<Situation> = fc
  .record({
    rules: standingRules,
    remembered: rememberedRules,
    policies,
    named: namedRules,
    byTrustedActor: fc.boolean(),
    isAdopted: fc.oneof(
      { weight: 5, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
  })
  .map(({ rules, remembered, policies: chosen, named, byTrustedActor, isAdopted }) => ({
    groupId: 'sg-1',
    group: { rules, unreadableRuleIds: [] },
    ledger: ledgerOf(remembered, isAdopted),
    policies: chosen,
    prefixLists: new Map(),
    hints: { ...named, byTrustedActor },
    now: NOW,
  }));

function ledgerOf(remembered: readonly Remembered[], isAdopted: boolean): GroupLedger {
  if (!isAdopted) return EMPTY_LEDGER;
  return {
    record: RECORD,
    repeats: [],
    entries: new Map(
      remembered.map(({ rule, grants }) => [ruleKey(rule), { rule, grants, revision: 1 }]),
    ),
  };
}

async function answered(situation: Situation): Promise<GroupsInMemory> {
  const groups = GroupsInMemory.of('sg-1', ...situation.group.rules);
  await answerJudgements('sg-1', judge(situation), groups);
  return groups;
}

test('judging is idempotent: what was answered asks for nothing more', async () => {
  let answers = 0;
  await fc.assert(
    fc.asyncProperty(situations, async (situation) => {
      const groups = await answered(situation);
      const again = judge({ ...situation, group: await groups.rulesOf('sg-1') });
      expect(
        again.filter(
          ({ verdict, present }) => verdict === 'restore' || (verdict === 'revoke' && present),
        ),
      ).toEqual([]);
      answers += groups.acts.length;
    }),
    { numRuns: 1_500 },
  );
  expect(answers).toBeGreaterThan(350);
});

test('only rules that violate are touched, and none is given a forbidden value', async () => {
  await fc.assert(
    fc.asyncProperty(situations, async (situation) => {
      const groups = await answered(situation);
      const touched = judge(situation).filter(
        ({ verdict }) => verdict === 'revoke' || verdict === 'restore',
      );
      for (const { violations } of touched) {
        expect(violations.some(({ response }) => response === 'revert')).toBe(true);
      }
      const ids = new Set(touched.map(({ rule }) => rule.id));
      const untouched = (rules: readonly Rule[]) =>
        rules.filter(({ id }) => !ids.has(id) && !id?.startsWith('sgr-new-'));
      expect(untouched(groups.rulesIn('sg-1'))).toEqual(untouched(situation.group.rules));
      if (!situation.policies.includes(forbidSsh)) return;
      for (const rule of openedIn(groups).filter(opensSsh)) {
        expect(causesOf(rule, situation)).toContain('operator');
      }
    }),
    { numRuns: 1_500 },
  );
});

test('a rule comes back only with ground: some grant that is not over, of a trusted actor only a confirmed one', async () => {
  let restored = 0;
  await fc.assert(
    fc.asyncProperty(situations, async (situation) => {
      const locked = { ...situation, policies: [lockedRestoring, ...situation.policies] };
      const given = openedIn(await answered(locked));
      for (const rule of given) {
        const grants = situation.ledger.entries.get(ruleKey(rule))?.grants ?? [];
        expect(
          grants.some(
            ({ cause, until, confirmed }) =>
              (until === undefined || until > NOW) && (cause !== 'trusted-actor' || confirmed),
          ),
        ).toBe(true);
      }
      restored += given.length;
    }),
    { numRuns: 1_500 },
  );
  expect(restored).toBeGreaterThan(80);
});

function openedIn({ acts }: GroupsInMemory): Rule[] {
  return acts.filter(({ opens }) => opens).map(({ rule }) => rule);
}

function causesOf(rule: Rule, { ledger }: Situation): string[] {
  return (ledger.entries.get(ruleKey(rule))?.grants ?? []).map(({ cause }) => cause);
}
