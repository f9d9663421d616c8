import type { ActAnswer } from '../../../../src/security-group/domain/groups/security-groups';
import type { Judgement } from '../../../../src/security-group/domain/judging/judgement';
import {
  type After,
  answerJudgements,
  isAnswered,
  outcomeOf,
  outcomeUnanswered,
} from '../../../../src/security-group/domain/responding/answer-judgements';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { rule } from '../../samples/rules';

const UNTIL = new Date('2026-01-01T08:00:00Z');
const ssh = rule({ id: 'sgr-1' });
const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8', description: 'office' });
const renamed = { ...narrow, description: 'mine' };
const other: Rule = { ...narrow, id: 'sgr-2' };

const base = { change: 'added', present: true, violations: [] } as const;
const revoke: Judgement = { ...base, rule: ssh, verdict: 'revoke' };
const modifyBack: Judgement = {
  ...base,
  rule: ssh,
  change: 'modified',
  verdict: 'restore',
  restored: narrow,
};
const describeBack: Judgement = {
  ...modifyBack,
  rule: renamed,
  change: 'described',
};
const putBack: Judgement = {
  ...base,
  rule: narrow,
  change: 'removed',
  present: false,
  verdict: 'restore',
  restored: narrow,
};
const noRoom: ActAnswer = { kind: 'impossible', reason: 'no room' };

/** What becomes of the group, and what EC2 answers; at first, it holds these rules. */
async function answered(
  judgement: Judgement,
  standing: readonly Rule[],
  prepare: (groups: GroupsInMemory) => void = () => undefined,
) {
  const groups = GroupsInMemory.of('sg-1', ...standing);
  prepare(groups);
  const [{ answer } = {}] = await answerJudgements('sg-1', [judgement], groups);
  return { answer, keys: groups.keysIn('sg-1'), acts: groups.acts.map(({ kind }) => kind) };
}

describe('what is done', () => {
  test.each<[string, Judgement, readonly Rule[], readonly string[], readonly Rule[]]>([
    ['a rule is revoked', revoke, [ssh], ['revoke'], []],
    ['a modified one has its earlier values again', modifyBack, [ssh], ['modify'], [narrow]],
    ['a removed one is put back', putBack, [], ['authorize'], [narrow]],
    ['what is kept is left', { ...revoke, verdict: 'keep' }, [ssh], [], [ssh]],
    ['what people are asked about is left', { ...revoke, verdict: 'ask' }, [ssh], [], [ssh]],
    [
      'nothing, without values to restore',
      { ...modifyBack, restored: undefined },
      [ssh],
      [],
      [ssh],
    ],
  ])('%s', async (_, judgement, standing, acts, left) => {
    expect(await answered(judgement, standing)).toMatchObject({ acts, keys: left.map(ruleKey) });
  });

  test('a rule that Describe does not show is revoked by its id, and not without one', async () => {
    const hidden: Judgement = { ...revoke, present: false };
    expect((await answered(hidden, [])).answer).toEqual({ kind: 'not-found' });
    const nameless = { ...hidden, rule: rule() };
    expect((await answered(nameless, [])).answer).toBeUndefined();
  });

  test('"not found" after an attempt whose answer was lost is our own', async () => {
    const lost = async (attempts: number) =>
      (
        await answered(revoke, [ssh], ({ refuses }) =>
          refuses.set('sgr-1', { kind: 'not-found', attempts }),
        )
      ).answer;
    expect(await lost(2)).toEqual({ kind: 'done' });
    expect(await lost(1)).toEqual({ kind: 'not-found', attempts: 1 });
  });

  test('a rule that EC2 shows without an id cannot be modified, and that is said', async () => {
    expect((await answered({ ...modifyBack, rule: rule() }, [rule()])).answer).toEqual({
      kind: 'refused',
      reason: 'EC2 shows the rule without an id, so it cannot be modified by one',
    });
  });

  test.each<[string, ActAnswer]>([
    ['refuses it', { kind: 'refused', reason: 'UnauthorizedOperation' }],
    ['has no room for it', noRoom],
  ])('a rule must not keep values that it should not have, where EC2 %s', async (_, refusal) => {
    const { keys, acts } = await answered(modifyBack, [ssh], (groups) => {
      groups.modify = async () => refusal;
    });
    expect([keys, acts]).toEqual([[], ['revoke']]);
  });

  test('a rule keeps such values while EC2 cannot be reached, and where its description alone is wrong', async () => {
    const unavailable: ActAnswer = { kind: 'unavailable', reason: 'Unavailable' };
    expect(
      await answered(modifyBack, [ssh], ({ refuses }) => refuses.set('sgr-1', unavailable)),
    ).toMatchObject({ answer: unavailable, keys: [ruleKey(ssh)], acts: [] });
    expect(
      await answered(describeBack, [renamed], ({ refuses }) => refuses.set('sgr-1', noRoom)),
    ).toMatchObject({ answer: noRoom, keys: [ruleKey(narrow)], acts: [] });
  });

  describe('where EC2 calls the earlier values a duplicate', () => {
    const duplicate = (attempts: number): ActAnswer => ({ kind: 'already-present', attempts });
    const answeredAt = async (attempts: number, standing: readonly Rule[]) =>
      answered(modifyBack, standing, (groups) => {
        groups.modify = async () => duplicate(attempts);
      });

    test('the rule is revoked where another has them', async () => {
      expect(await answeredAt(1, [ssh, other])).toMatchObject({ acts: ['revoke'] });
      expect(await answeredAt(2, [ssh, other])).toMatchObject({ acts: ['revoke'] });
    });

    test('the rule is left where it has them itself, or may have, or no one can look', async () => {
      expect(await answeredAt(1, [narrow])).toMatchObject({ acts: [] });
      expect(await answeredAt(2, [ssh])).toMatchObject({ acts: [] });
      expect(
        await answered(modifyBack, [ssh, other], (groups) => {
          groups.modify = async () => duplicate(1);
          groups.rulesOf = async () => {
            throw new Error('Throttled');
          };
        }),
      ).toMatchObject({ acts: [] });
    });

    test('the rule is revoked where none is shown that has them, and no attempt was lost', async () => {
      expect(await answeredAt(1, [ssh])).toMatchObject({ acts: ['revoke'] });
    });
  });
});

describe('a judgement is answered', () => {
  const isDone = (judgement: Judgement, standing: readonly Rule[], ...unreadable: string[]) =>
    isAnswered(judgement, { rules: standing, unreadableRuleIds: unreadable });

  test('where what was to be revoked is gone, as far as anyone can see', () => {
    expect(isDone(revoke, [])).toBe(true);
    expect(isDone(revoke, [other])).toBe(true);
    expect(isDone(revoke, [ssh])).toBe(false);
    expect(isDone(revoke, [], 'sgr-1')).toBe(false);
    expect(isDone(revoke, [], 'sgr-9')).toBe(true);
  });

  test('where a modified rule no longer has the values that it must not have', () => {
    expect(isDone(modifyBack, [ssh])).toBe(false);
    expect(isDone(modifyBack, [narrow])).toBe(true);
    expect(isDone(modifyBack, [])).toBe(true);
  });

  test('where a removed rule, or its description, is there again', () => {
    expect(isDone(putBack, [])).toBe(false);
    expect(isDone(putBack, [narrow])).toBe(true);
    expect(isDone(describeBack, [renamed])).toBe(false);
    expect(isDone(describeBack, [ssh, narrow])).toBe(true);
  });

  test('where nothing was to be done', () => {
    expect(isDone({ ...revoke, verdict: 'keep' }, [ssh])).toBe(true);
    expect(isDone({ ...modifyBack, verdict: 'keep' }, [ssh])).toBe(true);
    expect(isDone({ ...modifyBack, restored: undefined }, [ssh])).toBe(true);
  });
});

describe('the outcome is', () => {
  const seen = (...rules: Rule[]): After => ({ group: { rules, unreadableRuleIds: [] } });
  const of = (judgement: Judgement, answer: ActAnswer | undefined, after: After, was = false) =>
    outcomeOf({ judgement, ...(answer && { answer }) }, after, was);
  const done: ActAnswer = { kind: 'done' };
  const notFound: ActAnswer = { kind: 'not-found' };

  test('what the group shows, whatever EC2 said: reverted, or gone already', () => {
    expect(of(revoke, done, seen())).toEqual({ kind: 'reverted' });
    expect(of(revoke, noRoom, seen())).toEqual({ kind: 'reverted' });
    expect(of(revoke, notFound, seen())).toEqual({ kind: 'already-gone' });
    expect(of(revoke, undefined, seen())).toEqual({ kind: 'already-gone' });
    expect(of(revoke, notFound, seen(), true)).toEqual({ kind: 'reverted' });
  });

  test('ours where EC2 calls it a duplicate after a lost answer, exactly as we gave it', () => {
    const twice: ActAnswer = { kind: 'already-present', attempts: 2 };
    const once: ActAnswer = { kind: 'already-present', attempts: 1 };
    const put = { ...narrow, id: 'sgr-new' };
    expect(of(putBack, twice, seen(put))).toEqual({ kind: 'reverted' });
    expect(of(putBack, once, seen(put))).toEqual({ kind: 'already-gone' });
    expect(of(modifyBack, twice, seen(narrow))).toEqual({ kind: 'reverted' });
    expect(of(modifyBack, twice, seen(other))).toEqual({ kind: 'already-gone' });
    expect(of(modifyBack, twice, seen(renamed))).toEqual({ kind: 'already-gone' });
    expect(of(revoke, twice, seen())).toEqual({ kind: 'already-gone' });
    const hidden: Judgement = { ...revoke, present: false };
    expect(of(hidden, twice, seen(other))).toEqual({ kind: 'already-gone' });
  });

  test('that it stays, where it was to stay', () => {
    for (const verdict of ['keep', 'wait', 'ask'] as const) {
      expect(of({ ...revoke, verdict }, undefined, seen())).toEqual({ kind: 'kept' });
      expect(of({ ...putBack, verdict }, undefined, seen())).toEqual({ kind: 'kept' });
      expect(of({ ...revoke, verdict, present: false }, undefined, seen())).toEqual({
        kind: 'already-gone',
      });
    }
  });

  test('that it cannot be put back, and why', () => {
    const notRestorable = { reason: 'it is forbidden', mayChange: false };
    const kind = 'not-restorable';
    expect(of({ ...putBack, verdict: 'keep', notRestorable }, undefined, seen())).toEqual({
      kind,
      reason: 'it is forbidden',
    });
    expect(of(putBack, noRoom, seen())).toEqual({ kind, reason: 'no room' });
  });

  test.each<[string, Judgement, ActAnswer | undefined, Rule[], object]>([
    ['EC2 says why', revoke, noRoom, [ssh], { reason: 'no room' }],
    [
      'a member says why',
      revoke,
      { kind: 'refused', reason: 'no right', byMember: 'role' },
      [ssh],
      { reason: 'no right', byMember: 'role' },
    ],
    [
      'it is there, and not as it was',
      putBack,
      { kind: 'already-present' },
      [],
      { reason: 'EC2 has such a rule already, and does not show it as it was' },
    ],
    [
      'EC2 shows nothing of it',
      revoke,
      done,
      [ssh],
      { reason: 'EC2 took the call, but still shows the group as before' },
    ],
    [
      'EC2 shows it too late for a call',
      { ...revoke, present: false },
      undefined,
      [ssh],
      { reason: 'EC2 did not show it when it was to be reverted' },
    ],
  ])('that it failed, as %s', (_, judgement, answer, standing, why) => {
    expect(of(judgement, answer, seen(...standing))).toEqual({ kind: 'failed', ...why });
  });

  test('not known where the group could not be looked at, but for what was not found', () => {
    const unseen: After = { failure: 'Throttled' };
    expect(of(revoke, done, unseen)).toEqual({
      kind: 'failed',
      reason: 'the group could not be looked at afterwards: Throttled',
    });
    expect(of(revoke, notFound, unseen)).toEqual({ kind: 'already-gone' });
    expect(of(revoke, notFound, unseen, true)).toEqual({ kind: 'reverted' });
  });
});

describe('while the sentry does not act, the outcome is', () => {
  const pause = { until: UNTIL, by: 'olga', reason: 'an incident' };

  test('that it would revert, from the end of the pause on, and where', () => {
    expect(outcomeUnanswered(revoke, undefined)).toEqual({ kind: 'would-revert' });
    expect(outcomeUnanswered(revoke, pause)).toEqual({ kind: 'would-revert', until: UNTIL });
    expect(outcomeUnanswered(putBack, { ...pause, accounts: ['111122223333'] })).toEqual({
      kind: 'would-revert',
      until: UNTIL,
      pausedIn: 'account 111122223333',
    });
  });

  test('that people would be asked, only while it is paused', () => {
    const ask: Judgement = { ...revoke, verdict: 'ask' };
    expect(outcomeUnanswered(ask, undefined)).toEqual({ kind: 'kept' });
    expect(outcomeUnanswered(ask, pause)).toEqual({ kind: 'would-revert', until: UNTIL });
  });

  test('the same as ever where nothing is to be done', () => {
    const gone: Judgement = { ...revoke, present: false };
    const notRestorable = { reason: 'it is forbidden', mayChange: false };
    expect(outcomeUnanswered({ ...revoke, verdict: 'keep' }, pause)).toEqual({ kind: 'kept' });
    expect(outcomeUnanswered(gone, pause)).toEqual({ kind: 'already-gone' });
    expect(outcomeUnanswered({ ...putBack, verdict: 'keep', notRestorable }, pause)).toEqual({
      kind: 'not-restorable',
      reason: 'it is forbidden',
    });
  });
});
