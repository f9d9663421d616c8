import { NO_RULES } from '../../../../src/security-group/domain/changes/named-rules';
import type { Judgement } from '../../../../src/security-group/domain/judging/judgement';
import type { Hints, Situation } from '../../../../src/security-group/domain/judging/situation';
import {
  ledgerChanges,
  writtenLast,
} from '../../../../src/security-group/domain/learning/ledger-changes';
import type { Grant, LedgerEntry } from '../../../../src/security-group/domain/ledger/ledger';
import type { LedgerChange } from '../../../../src/security-group/domain/ledger/ledger-store';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { Outcome, RuleOutcome } from '../../../../src/security-group/domain/reporting/outcome';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { forbidSsh, locked, lockedRestoring } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const NOON = new Date('2026-01-01T12:00:00Z');
const BEFORE = new Date('2026-01-01T11:00:00Z');
const LATER = new Date('2026-01-01T13:00:00Z');
const ssh = rule({ id: 'sgr-1' });
const again = { ...ssh, id: 'sgr-2' };
const https = rule({ id: 'sgr-3', fromPort: 443, toPort: 443 });

const acceptance: Grant = {
  cause: 'trusted-actor',
  by: 'deployer',
  since: NOON,
  eventId: 'event-1',
};
const adopted: Grant = { cause: 'adopted', by: 'App/Sentry', since: BEFORE };
const byOperator: Grant = { cause: 'operator', by: 'olga', since: LATER };
const RECORD = groupRecord(BEFORE);

function entry(of: Rule, values: Partial<LedgerEntry> = {}): LedgerEntry {
  return { rule: of, grants: [adopted], revision: 3, ...values };
}

interface Case {
  readonly standing?: readonly Rule[];
  readonly entries?: readonly LedgerEntry[];
  readonly hints?: Partial<Hints>;
  readonly policies?: readonly Policy[];
  readonly judgements?: readonly Judgement[];
  readonly outcomes?: readonly RuleOutcome[];
  readonly version?: number;
  readonly isAdopted?: boolean;
}

/** What the ledger learns of an event of noon, as the group stands after the answer. */
function learned({ standing = [], entries = [], hints = {}, isAdopted = true, ...values }: Case) {
  const group = { rules: standing, unreadableRuleIds: [] };
  const list = { id: 'pl-1', isAwsManaged: false, cidrs: [], version: values.version };
  const situation: Situation = {
    groupId: 'sg-1',
    group,
    ledger: {
      ...(isAdopted && { record: RECORD }),
      entries: new Map(entries.map((one) => [ruleKey(one.rule), one])),
      repeats: [],
    },
    policies: values.policies ?? [forbidSsh],
    prefixLists: new Map([['pl-1', list]]),
    hints: { ...NO_RULES, byTrustedActor: false, ...hints },
    now: NOON,
  };
  const { judgements = [], outcomes = [] } = values;
  return ledgerChanges(situation, judgements, outcomes, group, acceptance);
}

function told(of: Rule, outcome: Outcome, values: Partial<RuleOutcome> = {}): RuleOutcome {
  return { rule: of, change: 'added', violations: [], outcome, ...values };
}

function gone(of: Rule, values: Partial<Judgement> = {}): Judgement {
  return {
    rule: of,
    change: 'removed',
    present: false,
    verdict: 'keep',
    violations: [],
    ...values,
  };
}

function put(changed: LedgerEntry): LedgerChange {
  return { kind: 'put', entry: changed };
}

const KEPT: Outcome = { kind: 'kept' };
const REVERTED: Outcome = { kind: 'reverted' };
const PAUSED: Outcome = { kind: 'would-revert', until: LATER };

describe('while the group is not adopted', () => {
  const unadopted = { isAdopted: false, standing: [ssh, https], hints: { present: [ssh] } };
  const note: LedgerEntry = { rule: ssh, grants: [], revision: 0, writtenAt: NOON };

  test('a rule that the event wrote is noted, with when', () => {
    expect(learned(unadopted)).toEqual([put(note)]);
  });

  test('one of a trusted actor is noted with its grant', () => {
    const [change] = learned({ ...unadopted, hints: { present: [ssh], byTrustedActor: true } });
    expect(change).toMatchObject(put({ ...note, grants: [acceptance] }));
  });

  test.each<[string, Outcome, boolean]>([
    ['left', KEPT, true],
    ['left as the sentry only observes', { kind: 'would-revert' }, true],
    ['left for a pause', PAUSED, false],
    ['reverted', REVERTED, false],
  ])('that it was %s is noted as told: %s', (_, outcome, isTold) => {
    const otherwise = isTold ? REVERTED : KEPT;
    const ofOthers = [told(https, otherwise), told(ssh, otherwise, { change: 'removed' })];
    expect(learned({ ...unadopted, outcomes: [...ofOthers, told(ssh, outcome)] })).toEqual([
      put(isTold ? { ...note, toldAt: NOON } : note),
    ]);
  });

  test('what speaks for the rule itself stays, and what spoke for another with its values does not', () => {
    const own = learned({ ...unadopted, entries: [entry(ssh)] });
    expect(own).toEqual([put({ ...note, grants: [adopted], revision: 3 })]);
    const other = learned({ ...unadopted, entries: [entry(again)] });
    expect(other).toEqual([put({ ...note, revision: 3 })]);
  });

  test('the last of several calls counts, in whatever order they come', () => {
    expect(writtenLast(entry(ssh, { writtenAt: LATER }), NOON).writtenAt).toBe(LATER);
    expect(writtenLast(entry(ssh, { writtenAt: BEFORE }), NOON).writtenAt).toBe(NOON);
    expect(writtenLast(entry(ssh), NOON).writtenAt).toBe(NOON);
  });
});

describe('a rule that a trusted actor took away, and that stands again with another id', () => {
  const taken = { byTrustedActor: true, absent: [{ id: 'sgr-1' }] };

  test('has nothing that speaks for it, and waits for its event', () => {
    const known = entry(ssh, { toldAt: BEFORE });
    expect(learned({ standing: [again], entries: [known], hints: taken })).toEqual([
      put(entry(again, { grants: [], toldAt: undefined, unexplainedSince: NOON })),
    ]);
  });

  test('has what speaks for it since', () => {
    const known = entry(ssh, { grants: [adopted, { ...byOperator, since: NOON }, byOperator] });
    expect(learned({ standing: [again], entries: [known], hints: taken })).toEqual([
      put(entry(again, { grants: [{ ...byOperator, since: NOON }, byOperator] })),
    ]);
  });

  test.each<[string, Case]>([
    [
      'where all that speaks for it came since',
      { entries: [entry(ssh, { grants: [byOperator] })] },
    ],
    ['where it is the same rule', { standing: [ssh] }],
    ['where no one knows its id', { standing: [{ ...ssh, id: undefined }] }],
    ['where its id of before is not known', { entries: [entry({ ...ssh, id: undefined })] }],
    ['where another rule was taken away', { hints: { ...taken, absent: [{ id: 'sgr-3' }] } }],
    ['where someone else took it away', { hints: { ...taken, byTrustedActor: false } }],
  ])('is as it was %s', (_, values) => {
    expect(learned({ standing: [again], entries: [entry(ssh)], hints: taken, ...values })).toEqual(
      [],
    );
  });
});

describe('a rule that a trusted actor modified, and that has its earlier values again', () => {
  const narrowed = {
    byTrustedActor: true,
    modifiedIds: ['sgr-1'],
    modifiedTo: [{ ...https, id: 'sgr-1' }],
  };

  test('is noted as replaced, for the event history to say', () => {
    const known = entry(ssh, { grants: [adopted, byOperator] });
    expect(learned({ standing: [ssh], entries: [known], hints: narrowed })).toEqual([
      put({ ...known, replacedBy: { eventId: 'event-1', at: NOON } }),
    ]);
  });

  test.each<[string, Case]>([
    [
      'where all that speaks for it came since',
      { entries: [entry(ssh, { grants: [{ ...adopted, since: NOON }, byOperator] })] },
    ],
    ['where the entry is of another rule', { entries: [entry(again)] }],
    ['where it is not the one', { hints: { ...narrowed, modifiedIds: ['sgr-9'] } }],
    ['where someone else modified it', { hints: { ...narrowed, byTrustedActor: false } }],
  ])('is as it was %s', (_, values) => {
    expect(learned({ standing: [ssh], entries: [entry(ssh)], hints: narrowed, ...values })).toEqual(
      [],
    );
  });
});

describe('a rule that waits for the event that explains it', () => {
  const wait = (of: Rule, present = true): Judgement => ({
    ...gone(of),
    change: 'added',
    present,
    verdict: 'wait',
    violations: [{ baseline: 'locked', response: 'revert', reason: 'x' }],
  });
  const pointed = {
    hints: { described: [{ id: 'sgr-1' }] },
    standing: [ssh],
    judgements: [wait(ssh)],
  };
  const waiting = entry(ssh, { grants: [], revision: 0, unexplainedSince: NOON });

  test('is noted, from now on', () => {
    expect(learned({ ...pointed })).toEqual([put(waiting)]);
    const ended = entry(ssh, { grants: [] });
    expect(learned({ ...pointed, entries: [ended] })).toEqual([put({ ...waiting, revision: 3 })]);
  });

  test.each<[string, Partial<LedgerEntry>]>([
    ['something speaks for it', {}],
    ['it was told', { grants: [], toldAt: BEFORE }],
    ['it waits already', { grants: [], unexplainedSince: BEFORE }],
  ])('is not noted again where %s', (_, values) => {
    expect(learned({ ...pointed, entries: [entry(ssh, values)] })).toEqual([]);
  });

  test.each<[string, Case]>([
    ['that the event does not point to', { hints: {} }],
    ['that is gone by now', { standing: [] }],
    ['that violates nothing', { judgements: [{ ...wait(ssh), violations: [] }] }],
    ['that is judged', { judgements: [{ ...wait(ssh), verdict: 'keep' }] }],
    ['that was gone', { judgements: [wait(ssh, false)] }],
  ])('but not one %s', (_, values) => {
    expect(learned({ ...pointed, ...values })).toEqual([]);
  });

  test('waits no more once it is gone, and all that stands is known', () => {
    const known = entry(https);
    expect(learned({ standing: [https], entries: [known, waiting] })).toEqual([
      { kind: 'remove', entry: waiting },
    ]);
    expect(learned({ standing: [https], entries: [waiting] })).toEqual([]);
    expect(learned({ standing: [https, ssh], entries: [known, waiting] })).toEqual([]);
    const unexplained = { unexplainedIds: [] };
    expect(learned({ standing: [https], entries: [known, waiting], hints: unexplained })).toEqual(
      [],
    );
  });

  test('waits no more where a trusted actor wrote it, though it is gone', () => {
    const hints = { byTrustedActor: true, present: [ssh, again, https] };
    const others = [rule({ id: 'sgr-8', fromPort: 25, toPort: 25 })];
    const entries = [waiting, entry(https)];
    expect(learned({ standing: others, entries, hints })).toEqual([
      { kind: 'remove', entry: waiting },
    ]);
    expect(learned({ standing: others, entries })).toEqual([]);
  });
});

describe('a rule that stands', () => {
  test('and violates, is noted as told, with what speaks for it as it was accepted', () => {
    const outcomes = [told(ssh, KEPT)];
    const known = entry({ ...ssh, description: 'as accepted' }, { missingSince: BEFORE });
    const [accepted] = learned({ standing: [ssh], outcomes, entries: [known] });
    expect(accepted).toEqual(
      put({ ...known, toldAt: NOON, missingSince: undefined, unexplainedSince: undefined }),
    );
    const ended = { ...known, grants: [] };
    const [stranger] = learned({ standing: [ssh], outcomes, entries: [ended] });
    expect(stranger?.entry.rule).toEqual(ssh);
  });

  test('only while a policy is disabled, is answered after it', () => {
    const disabling = { policy: 'ssh', since: BEFORE, until: LATER, reason: 'x', by: 'olga' };
    const noted = (...policies: Policy[]) =>
      learned({ standing: [ssh], outcomes: [told(ssh, KEPT)], policies })[0]?.entry
        .unexplainedSince;
    const notifying: Policy = { ...forbidSsh, response: 'notifyOnly' };
    expect(noted({ ...forbidSsh, disabling })).toEqual(NOON);
    expect(noted(notifying, { ...forbidSsh, disabling })).toEqual(NOON);
    expect(noted({ ...notifying, disabling })).toBeUndefined();
    expect(noted(forbidSsh)).toBeUndefined();
  });

  test.each<[string, Outcome]>([
    ['could not be reverted', { kind: 'failed', reason: 'x' }],
    ['is left for a pause', PAUSED],
  ])('and %s, is not noted', (_, outcome) => {
    expect(learned({ standing: [ssh], outcomes: [told(ssh, outcome)] })).toEqual([]);
  });

  test('and that a trusted actor writes again, has a grant of each call, once', () => {
    const earlier = { ...acceptance, eventId: 'event-0' };
    const accepted = (...grants: Grant[]) =>
      learned({
        standing: [ssh],
        entries: [entry(ssh, { grants })],
        hints: { byTrustedActor: true, present: [ssh] },
      })[0]?.entry.grants;
    expect(accepted(earlier)).toEqual([earlier, acceptance]);
    expect(accepted(earlier, acceptance)).toEqual([earlier, acceptance]);
  });

  test('and names a list, is accepted with the version of that', () => {
    const listed = rule({ id: 'sgr-4', prefixListId: 'pl-1' });
    const hints = { byTrustedActor: true, present: [listed, https] };
    const [ofList, ofRange] = learned({ standing: [listed, https], hints, version: 7 });
    expect(ofList).toMatchObject({
      kind: 'put',
      entry: { grants: [acceptance], prefixListVersion: 7 },
    });
    expect(ofRange?.entry).toMatchObject({ grants: [acceptance] });
    expect(ofRange?.entry).not.toHaveProperty('prefixListVersion');
    const [unknown] = learned({ standing: [listed], hints });
    expect(unknown?.entry).not.toHaveProperty('prefixListVersion');
  });

  test('has the description that a trusted actor gave it', () => {
    const described = { ...ssh, description: 'ours' };
    const hints = { byTrustedActor: true, described: [{ id: 'sgr-1', rule: described }] };
    const changes = learned({ standing: [described], entries: [entry(ssh)], hints });
    expect(changes).toMatchObject([put(entry(described))]);
    const byOthers = { ...hints, byTrustedActor: false };
    expect(learned({ standing: [described], entries: [entry(ssh)], hints: byOthers })).toEqual([]);
  });

  test('again, as it was put back, is known by its new id', () => {
    const back = told(ssh, REVERTED, { change: 'removed', restored: ssh });
    const standing = [again, https];
    const entries = [entry(ssh, { missingSince: BEFORE }), entry(https)];
    expect(learned({ standing, entries, outcomes: [back] })).toEqual([
      put(entry(again, { missingSince: undefined, unexplainedSince: undefined })),
    ]);
    const failed = { ...back, outcome: { kind: 'not-restorable', reason: 'x' } } as const;
    expect(learned({ standing, entries, outcomes: [failed] })).toEqual([]);
  });
});

describe('a rule that is gone', () => {
  const known = entry(ssh);
  const forgotten: LedgerChange[] = [{ kind: 'remove', entry: known }];

  test.each(['added', 'modified'] as const)(
    'as it was reverted after it was %s, is forgotten',
    (change) => {
      const outcomes = [told(ssh, REVERTED, { change })];
      expect(learned({ entries: [known], outcomes })).toEqual(forgotten);
      expect(
        learned({
          entries: [known],
          outcomes: [told(ssh, REVERTED, { change: 'described' })],
        }),
      ).toEqual([]);
    },
  );

  test('for good, is forgotten', () => {
    expect(learned({ entries: [known], judgements: [gone(ssh)] })).toEqual(forgotten);
    const ofOthers = [
      told(https, REVERTED, { change: 'removed' }),
      told(ssh, { kind: 'failed', reason: 'x' }, { change: 'described' }),
    ];
    expect(learned({ entries: [known], judgements: [gone(ssh)], outcomes: ofOthers })).toEqual(
      forgotten,
    );
    const observed = [told(ssh, { kind: 'would-revert' }, { change: 'removed' })];
    expect(learned({ entries: [known], judgements: [gone(ssh)], outcomes: observed })).toEqual(
      forgotten,
    );
  });

  test.each<[string, Outcome]>([
    ['is put back', REVERTED],
    ['could not be put back', { kind: 'failed', reason: 'x' }],
    ['is left for a pause', PAUSED],
  ])('and %s, is remembered', (_, outcome) => {
    const outcomes = [told(ssh, outcome, { change: 'removed' })];
    expect(learned({ entries: [known], judgements: [gone(ssh)], outcomes })).toEqual([]);
  });

  test.each<[string, Partial<Judgement>]>([
    ['waits for its event', { verdict: 'wait' }],
    ['may be put back later', { notRestorable: { reason: 'x', mayChange: true } }],
  ])('and %s, is remembered', (_, values) => {
    expect(learned({ entries: [known], judgements: [gone(ssh, values)] })).toEqual([]);
  });

  test('while the policy that puts it back is disabled, is remembered', () => {
    const disabling = { policy: 'locked', since: BEFORE, until: LATER, reason: 'x', by: 'olga' };
    const restorable = entry(ssh, { grants: [byOperator] });
    const judgements = [
      gone(ssh, { violations: [{ baseline: 'locked', response: 'notifyOnly', reason: 'x' }] }),
    ];
    const disabled = [{ ...lockedRestoring, disabling }];
    expect(learned({ entries: [restorable], judgements, policies: disabled })).toEqual([]);
    expect(learned({ entries: [restorable], judgements, policies: [locked] })).toEqual([
      { kind: 'remove', entry: restorable },
    ]);
    expect(learned({ entries: [], judgements, policies: disabled })).toEqual([]);
  });

  test('as people have approved what it was modified to, is remembered', () => {
    const changed = { ...https, id: 'sgr-1' };
    const approval: Grant = { ...adopted, cause: 'approval-request' };
    const learnedWith = (grant: Grant, standing: Rule) =>
      learned({
        standing: [standing],
        entries: [known, entry(standing, { grants: [grant] })],
        judgements: [gone(ssh)],
      });
    expect(learnedWith(approval, changed)).toEqual([]);
    expect(learnedWith(adopted, changed)).toEqual(forgotten);
    expect(learnedWith(approval, https)).toEqual(forgotten);
  });
});
