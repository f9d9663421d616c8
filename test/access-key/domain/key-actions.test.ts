import type { AccessKeyWithUse } from '../../../src/access-key/domain/access-key';
import { dependsOnLastUse } from '../../../src/access-key/domain/deactivation-reasons';
import {
  type KeyActionRules,
  type KeyRecord,
  nextStep,
  type NoticeTimes,
} from '../../../src/access-key/domain/key-actions';
import { approvalStanding, type KeyApproval } from '../../../src/access-key/domain/key-approval';
import { askAbout } from '../../../src/access-key/domain/key-question';
import type { StepReport } from '../../../src/access-key/domain/key-step';
import { afterReported, doneOf } from '../../../src/access-key/domain/step-records';
import { lateUntil } from '../../../src/approval/domain/late-click';
import { DAY, daysAgo, NOW } from '../in-memory/account-in-memory';

const ID = 'AKIA-0';
const RULES: KeyActionRules = {
  deactivateAfter: 100,
  deactivateUnusedAfter: 45,
  deleteAfterInactive: 30,
  grace: 7,
  maxActionsPerRun: 2,
};
const ASKING = { ...RULES, askAgainAfter: 30 };

function keyOf(values: Partial<AccessKeyWithUse> = {}): AccessKeyWithUse {
  return {
    id: ID,
    userName: 'ann',
    status: 'Active',
    createdAt: daysAgo(120),
    lastUse: { kind: 'used', at: daysAgo(1) },
    ...values,
  };
}

function recordOf(told: NoticeTimes, values: Partial<KeyRecord> = {}): KeyRecord {
  return { keyId: ID, userName: 'ann', noticeAt: told, toldAt: told, ...values };
}

describe('an active key', () => {
  test('is due at the very moment when the grace of its notice is over', () => {
    expect(nextStep(keyOf(), recordOf({ 'too-old': daysAgo(7) }), RULES, NOW).kind).toBe('due');
    const later = new Date(daysAgo(7).getTime() + 1);
    expect(nextStep(keyOf(), recordOf({ 'too-old': later }), RULES, NOW).kind).toBe('wait');
  });

  test('that was told to be unused is not held where it is known to be used, or no rule asks for it', () => {
    const record = recordOf({ unused: daysAgo(8) });
    const young = keyOf({ createdAt: daysAgo(60) });
    const unread = keyOf({
      createdAt: daysAgo(60),
      lastUse: { kind: 'unknown', reason: 'Throttling' },
    });
    const { deactivateUnusedAfter: _, ...byAge } = RULES;
    expect(nextStep(young, record, RULES, NOW)).toEqual({ kind: 'none' });
    expect(nextStep(unread, record, byAge, NOW)).toEqual({ kind: 'none' });
    expect(nextStep(unread, recordOf({}), RULES, NOW)).toEqual({ kind: 'none' });
    expect(nextStep(unread, record, RULES, NOW)).toEqual({
      kind: 'held',
      step: 'deactivate',
      reasons: [],
      reason: 'its last use is unknown: Throttling',
    });
  });
});

describe('an approval', () => {
  const both = { 'too-old': daysAgo(8), unused: daysAgo(8) };
  const unused = keyOf({ lastUse: { kind: 'used', at: daysAgo(60) } });
  const place = { account: '1', region: 'eu-west-1' };
  const approval = askAbout(unused, ['unused'], ASKING, place, daysAgo(1));
  const approved = { keyId: ID, requestId: approval.requestId };

  test('for one reason holds where the key is due for another as well', () => {
    expect(nextStep(unused, recordOf(both, { approval }), ASKING, NOW, approved)).toMatchObject({
      kind: 'due',
      reasons: [{ kind: 'too-old' }, { kind: 'unused' }],
    });
  });

  test('does nothing where the key is due for another reason alone', () => {
    const used = keyOf();
    expect(nextStep(used, recordOf(both, { approval }), ASKING, NOW, approved)).toEqual({
      kind: 'none',
    });
  });

  test('of a key of which nothing is remembered counts for nothing', () => {
    expect(nextStep(unused, undefined, ASKING, NOW, approved).kind).toBe('notice');
  });
});

describe('a key that is not active', () => {
  const inactive = keyOf({ status: 'Inactive', lastUse: { kind: 'never' } });
  const seen = { inactiveSince: daysAgo(40) };

  test('is left alone where no rule deletes keys, and where it has expired', () => {
    const { deleteAfterInactive: _, ...deactivating } = RULES;
    const record = recordOf({ delete: daysAgo(10) }, seen);
    expect(nextStep(inactive, record, RULES, NOW).kind).toBe('due');
    expect(nextStep(inactive, record, deactivating, NOW)).toEqual({ kind: 'none' });
    expect(nextStep({ ...inactive, status: 'Expired' }, record, RULES, NOW)).toEqual({
      kind: 'none',
    });
  });

  test('is deleted at the very moment when both its times are over', () => {
    const since = { inactiveSince: daysAgo(30) };
    expect(nextStep(inactive, recordOf({ delete: daysAgo(7) }, since), RULES, NOW)).toEqual({
      kind: 'due',
      step: 'delete',
    });
    const later = { inactiveSince: new Date(daysAgo(30).getTime() + 1) };
    expect(nextStep(inactive, recordOf({ delete: daysAgo(7) }, later), RULES, NOW)).toMatchObject({
      kind: 'wait',
      dueAt: new Date(NOW.getTime() + 1),
    });
  });

  test('has a new notice where the last was given before it was inactive', () => {
    const after = recordOf({ delete: daysAgo(10) }, { inactiveSince: daysAgo(10) });
    expect(nextStep(inactive, after, RULES, NOW)).toMatchObject({
      kind: 'wait',
      step: 'delete',
      dueAt: daysAgo(-20),
      asksFirst: false,
    });
    const before = recordOf({ delete: daysAgo(10) }, { inactiveSince: daysAgo(9) });
    expect(nextStep(inactive, before, RULES, NOW).kind).toBe('notice');
    expect(nextStep(inactive, recordOf({ delete: daysAgo(10) }), RULES, NOW).kind).toBe('notice');
  });

  test('has its first notice also where nothing is remembered of it', () => {
    expect(nextStep(inactive, undefined, RULES, NOW)).toMatchObject({
      kind: 'notice',
      step: 'delete',
      dueAt: daysAgo(-30),
    });
  });

  test('is held while its last use is unknown', () => {
    const unread = { ...inactive, lastUse: { kind: 'unknown', reason: 'Throttling' } as const };
    expect(nextStep(unread, undefined, RULES, NOW)).toEqual({
      kind: 'held',
      step: 'delete',
      reason: 'its last use is unknown: Throttling',
    });
  });
});

describe('how far people are with a key', () => {
  const place = { account: '1', region: 'eu-west-1' };
  const asked: KeyApproval = askAbout(keyOf(), ['too-old'], ASKING, place, daysAgo(10));
  const after = (decision: KeyApproval['decision'], values: Partial<KeyApproval> = {}) =>
    approvalStanding({ ...asked, decision, ...values }, 30, NOW).kind;
  const failed = { phase: 'decision', attempt: 1, outcome: 'failed', text: 'no' } as const;

  test('where they denied it, it is denied for as long as no one is asked, whatever came of it', () => {
    expect(after({ kind: 'denied', at: daysAgo(29) })).toBe('denied');
    expect(after({ kind: 'denied', at: daysAgo(29) }, { result: failed })).toBe('denied');
    expect(after({ kind: 'denied', at: daysAgo(30) })).toBe('to-ask');
  });

  test('where they approved it, it is unfinished until it is carried out', () => {
    const decision = { kind: 'approved', at: daysAgo(9) } as const;
    expect(after(decision)).toBe('unfinished');
    expect(after(decision, { result: failed })).toBe('unfinished');
    expect(after(decision, { result: { ...failed, outcome: 'conflicting' } })).toBe('to-ask');
  });

  test.each(['expired', 'not-asked'] as const)(
    'where none of them decided (%s), they are asked, whatever came of it',
    (kind) => {
      expect(after({ kind, at: daysAgo(9) })).toBe('to-ask');
      expect(after({ kind, at: daysAgo(9) }, { result: failed })).toBe('to-ask');
    },
  );

  test('a click that waits keeps them from being asked until it cannot count any more', () => {
    const decision = { kind: 'expired', at: daysAgo(9), isClickWaiting: true } as const;
    const end = lateUntil(decision.at);
    const at = (time: Date) => approvalStanding({ ...asked, decision }, 30, time).kind;
    expect(at(new Date(end.getTime() - 1))).toBe('asked');
    expect(at(end)).toBe('to-ask');
  });

  test('a request that no one decided is taken for lost after fifteen days', () => {
    const at = (time: Date) => approvalStanding(asked, 30, time);
    const lost = new Date(asked.askedAt.getTime() + 15 * DAY);
    expect(at(lost)).toEqual({ kind: 'asked', approval: asked });
    expect(at(new Date(lost.getTime() + 1))).toEqual({ kind: 'to-ask', askAgainAfter: 30 });
  });
});

describe('once a step was reported, later than it was taken,', () => {
  const approval = askAbout(
    keyOf(),
    ['too-old'],
    ASKING,
    { account: '1', region: 'eu-west-1' },
    daysAgo(9),
  );
  const untold = { step: 'deactivate', at: daysAgo(1) } as const;
  const record = recordOf({ 'too-old': daysAgo(8), unused: daysAgo(8) }, { untold, approval });
  const reasons = [{ kind: 'too-old', days: 120 }] as const;
  const remembered = (report: StepReport) => afterReported(record, report, NOW);

  test('one that was taken uses up its approval and the notices that the key is not used', () => {
    const { untold: _, ...rest } = record;
    expect(remembered({ kind: 'done', step: 'deactivate', at: daysAgo(1) })).toEqual({
      ...rest,
      noticeAt: { 'too-old': daysAgo(8) },
      deactivated: { times: 1, lastAt: daysAgo(1) },
      approval: { ...approval, deactivatedAt: daysAgo(1) },
    });
  });

  test('one that failed is told, and its notice stays alive', () => {
    const { untold: _, ...rest } = record;
    expect(remembered({ kind: 'failed', step: 'deactivate', reasons, reason: 'no' })).toEqual({
      ...rest,
      toldAt: { ...record.toldAt, 'too-old': NOW },
    });
  });

  test('another that is still untold stays so', () => {
    const failed = { kind: 'failed', step: 'delete', reason: 'no' } as const;
    expect(remembered(failed)).toMatchObject({ untold });
    expect(remembered({ kind: 'done', step: 'delete', at: NOW })).toEqual(record);
  });

  test.each<StepReport>([
    { kind: 'would', step: 'deactivate', reasons, dueAt: NOW, asksFirst: false },
    { kind: 'gone', step: 'deactivate' },
  ])('$kind leaves what is remembered as it is', (report) => {
    expect(remembered(report)).toBe(record);
  });

  test.each<StepReport>([
    { kind: 'wait', step: 'deactivate', reasons, dueAt: NOW, asksFirst: false },
    { kind: 'asked', step: 'deactivate', reasons, at: NOW, requestId: 'r1' },
    { kind: 'held', step: 'deactivate', reasons, reason: 'no' },
  ])('$kind keeps its notice alive', (report) => {
    expect(remembered(report)).toEqual({
      ...record,
      toldAt: { ...record.toldAt, 'too-old': NOW },
    });
  });

  test('a deletion uses up nothing', () => {
    expect(doneOf(record, 'delete', NOW)).toBe(record);
  });
});

test('a deactivation for several reasons depends on the use of the key where one of them does', () => {
  expect(dependsOnLastUse([{ kind: 'too-old' }, { kind: 'unused' }])).toBe(true);
  expect(dependsOnLastUse([{ kind: 'too-old' }])).toBe(false);
});
