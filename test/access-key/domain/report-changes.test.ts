import type { KeyStatus } from '../../../src/access-key/domain/access-key';
import type { ReportedKey } from '../../../src/access-key/domain/key-report';
import type { FindingClass } from '../../../src/access-key/domain/key-rules';
import type { StepReport } from '../../../src/access-key/domain/key-step';
import {
  compareReports,
  type LastReport,
  stepInShort,
} from '../../../src/access-key/domain/report-changes';
import {
  afterQuietRun,
  afterReport,
  type ComparedRun,
  isTimeToTell,
  isWeeklyDue,
} from '../../../src/access-key/domain/report-timing';
import type { Survey } from '../../../src/access-key/domain/survey';
import { daysAgo, NOW } from '../in-memory/account-in-memory';

const ACCOUNT = '111111111111';
const HELD: StepReport = { kind: 'held', step: 'deactivate', reason: 'RIGHTS_TOO_LOW' };
const NOTICE: StepReport = {
  kind: 'notice',
  step: 'deactivate',
  dueAt: daysAgo(-7),
  asksFirst: false,
};
const GONE: StepReport = { kind: 'gone', step: 'delete' };
const DONE: StepReport = { kind: 'done', step: 'deactivate', at: NOW };

function keyOf(keyId: string, classes: FindingClass[], step?: StepReport): ReportedKey {
  const finding = {
    keyId,
    userName: 'ann',
    status: 'Active',
    createdAt: daysAgo(100),
    ageInDays: 100,
    lastUse: { kind: 'never' },
    classes,
  } as const;
  return {
    keyId,
    userName: 'ann',
    ...(classes.length > 0 && { finding }),
    ...(step && { step: { keyId, userName: 'ann', report: step } }),
  };
}

function accountOf(keys: ReportedKey[], values: Partial<Survey> = {}) {
  const survey: Survey = {
    ...{ at: NOW, userCount: 1, users: [], findings: [], keys: [], seen: [] },
    ...{ tagUses: [], unknowns: [], ...values },
  };
  return { accountId: ACCOUNT, report: { survey, keys, maxKeyAge: 90 } };
}

function compare(keys: ReportedKey[], last?: LastReport, values: Partial<Survey> = {}) {
  return compareReports({ accounts: [accountOf(keys, values)], unread: [] }, last, NOW);
}

/** What is remembered of a report with these keys, of the day before. */
function lastOf(...keys: ReportedKey[]): LastReport {
  const { toRemember } = compareReports(
    { accounts: [accountOf(keys)], unread: [] },
    undefined,
    daysAgo(1),
  );
  return { at: daysAgo(1), keys: toRemember };
}

const OLD = keyOf('AK1', ['too-old']);

describe('a step', () => {
  test.each<[string, StepReport, string]>([
    ['to come', NOTICE, 'to come deactivate'],
    ['to come', { ...NOTICE, kind: 'wait' }, 'to come deactivate'],
    ['held, with why', { ...HELD, reason: 'too\nlow' }, 'held deactivate too low'],
    ['done', DONE, 'over: done deactivate'],
    ['gone', GONE, 'over: gone delete'],
    ['asked', { kind: 'asked', step: 'deactivate', at: NOW, requestId: 'r' }, 'asked deactivate'],
  ])('is remembered as %s', (_, step, text) => {
    expect(stepInShort(step)).toBe(text);
  });

  test('is news where the last report did not have it so', () => {
    const held = keyOf('AK1', ['too-old'], HELD);
    const other = keyOf('AK1', ['too-old'], { ...HELD, reason: 'another' });
    expect(compare([held], lastOf(OLD))).toMatchObject({ newSteps: ['held'], isChanged: true });
    expect(compare([held], lastOf(held))).toMatchObject({ newSteps: [], isChanged: false });
    expect(compare([other], lastOf(held))).toMatchObject({ newSteps: ['held'], isChanged: true });
    expect(compare([held, OLD], lastOf())).toMatchObject({ newSteps: ['held'] });
  });

  test('that is still to come is no news, and its notice always is', () => {
    const [notice, wait] = [NOTICE, { ...NOTICE, kind: 'wait' as const }].map((step) =>
      keyOf('AK1', ['too-old'], step),
    );
    expect(compare([wait!], lastOf(notice!)).isChanged).toBe(false);
    expect(compare([notice!], lastOf(wait!))).toMatchObject({
      newSteps: ['notice'],
      isChanged: true,
    });
  });

  test('that is not to come any more is news', () => {
    expect(compare([OLD], lastOf(keyOf('AK1', ['too-old'], HELD)))).toMatchObject({
      newSteps: [],
      isChanged: true,
    });
  });
});

describe('a key', () => {
  test('is new once more where it is listed for one reason more, and not for one less', () => {
    const both = keyOf('AK1', ['too-old', 'unused']);
    const isNew = (key: ReportedKey, last: ReportedKey) =>
      compare([key], lastOf(last)).accounts[0]?.report.keys[0]?.listed?.isNew;
    expect(isNew(both, OLD)).toBe(true);
    expect(isNew(OLD, both)).toBe(false);
  });

  test('that only takes a step is not listed, and is no news by itself', () => {
    const stepping = keyOf('AK1', [], HELD);
    const { accounts, toRemember, isChanged } = compare([stepping], lastOf(stepping));
    expect(accounts[0]?.report.keys[0]).not.toHaveProperty('listed');
    expect(toRemember).toEqual([
      {
        accountId: ACCOUNT,
        name: 'AK1',
        keyId: 'AK1',
        userName: 'ann',
        classes: [],
        step: 'held deactivate RIGHTS_TOO_LOW',
      },
    ]);
    expect(isChanged).toBe(false);
    expect(compare([], lastOf(stepping)).changes?.gone).toEqual([]);
  });

  test('of the root user is known by when it was created', () => {
    const { keyId: _, ...root } = { ...OLD, userName: '<root_account>' };
    const other = { ...root, finding: { ...root.finding!, createdAt: daysAgo(300) } };
    const last = lastOf(root);
    expect(last.keys).toMatchObject([{ name: '<root_account> 2026-02-21T03:00:00.000Z' }]);
    expect(compare([root], last).isChanged).toBe(false);
    expect(compare([other], last).changes?.gone).toMatchObject([{ userName: '<root_account>' }]);
  });

  test.each([DONE, GONE])('whose end was told ($kind) is not told as gone as well', (step) => {
    const last = lastOf(keyOf('AK1', ['too-old'], step));
    expect(compare([], last)).toMatchObject({ changes: { gone: [] }, isChanged: false });
  });
});

describe('why a key is gone', () => {
  const row = { userName: 'ann', arn: 'arn', createdAt: daysAgo(900), slots: [] };
  const seen = (id: string, status: KeyStatus, userName = 'ann') => ({
    ...{ id, userName, status },
    createdAt: daysAgo(10),
  });
  const tag = { userName: 'ann', tagKey: 'keep', value: '2026-07-01' };
  test.each<[string | undefined, Partial<Survey>]>([
    ['its user is excluded by the tag keep until 2026-07-01', { users: [{ row }], tagUses: [tag] }],
    [
      'it is inactive now',
      {
        users: [{ row }],
        seen: [seen('AK1', 'Inactive')],
        tagUses: [
          { ...tag, ignoredBecause: 'its date has passed' },
          { ...tag, userName: 'bob' },
        ],
      },
    ],
    [
      'its user is excluded now',
      { users: [{ row, excludedBy: { kind: 'user', userName: 'ann' } }] },
    ],
    ['its user is gone', { users: [{ row: { ...row, userName: 'bob' } }] }],
    ['it is within the limits now', { users: [{ row }], seen: [seen('AK1', 'Active')] }],
    [
      'it was deleted',
      { users: [{ row }], seen: [seen('AK9', 'Active'), seen('AK8', 'Active', 'bob')] },
    ],
    [undefined, { users: [{ row }], seen: [seen('AK8', 'Active', 'bob')] }],
    [undefined, {}],
  ])('is: %s', (why, values) => {
    expect(compare([], lastOf(OLD), values).changes?.gone).toEqual([
      { accountId: ACCOUNT, keyId: 'AK1', userName: 'ann', ...(why !== undefined && { why }) },
    ]);
    const [gone] = compare([], lastOf(OLD), values).changes!.gone;
    expect('why' in gone!).toBe(why !== undefined);
  });
});

describe('when a run is told', () => {
  const WEEKLY = { kind: 'weekly', day: 1 } as const;
  const CHANGES = { kind: 'changes-only' } as const;
  const quiet = accountOf([]);
  const listing = accountOf([OLD]);
  const stepping = accountOf([OLD, keyOf('AK2', ['too-old'], { ...NOTICE, kind: 'wait' })]);

  function runOf(values: Partial<ComparedRun> = {}): ComparedRun {
    return {
      accounts: [listing],
      isChanged: false,
      newSteps: [],
      last: { at: daysAgo(1), weeklyAt: daysAgo(0.1), keys: [] },
      at: NOW,
      hasUnread: false,
      isWorthTelling: true,
      tellsWhenNothingFound: false,
      ...values,
    };
  }

  test.each<[string, Partial<ComparedRun>]>([
    ['an account could not be read', { hasUnread: true }],
    ['a step is held for the first time', { newSteps: ['held'] }],
    ['someone else has deleted a key', { newSteps: ['gone'] }],
    ['a step was taken', { accounts: [quiet, accountOf([OLD, keyOf('AK2', [], DONE)])] }],
    [
      'a step failed',
      {
        accounts: [
          quiet,
          accountOf([keyOf('AK2', [], { kind: 'failed', step: 'delete', reason: 'no' })]),
        ],
      },
    ],
    [
      'a look-up failed',
      { accounts: [quiet, accountOf([], { unknowns: [{ what: 'keys', reason: 'no' }] })] },
    ],
  ])('it waits for no day where %s', (_, values) => {
    expect(isTimeToTell(WEEKLY, runOf(values))).toBe(true);
    expect(isTimeToTell(WEEKLY, runOf())).toBe(false);
  });

  test('each run is told that has anything to say', () => {
    const every = { kind: 'every-run' } as const;
    const gone = [{ accountId: ACCOUNT, userName: 'ann' }];
    expect(isTimeToTell(every, runOf())).toBe(true);
    expect(isTimeToTell(every, runOf({ isWorthTelling: false }))).toBe(false);
    for (const values of [
      { tellsWhenNothingFound: true },
      { changes: { lastAt: daysAgo(1), gone } },
    ]) {
      expect(isTimeToTell(every, runOf({ isWorthTelling: false, ...values }))).toBe(true);
    }
  });

  test('of changes, the first run is told, what is new, and a step before its notice lapses', () => {
    const weekAgo = { at: daysAgo(6), keys: [] };
    const longAgo = { ...weekAgo, at: new Date(daysAgo(6).getTime() - 1) };
    const told = (values: Partial<ComparedRun>) => isTimeToTell(CHANGES, runOf(values));
    expect(told({ last: undefined })).toBe(true);
    expect(told({ isChanged: true })).toBe(true);
    expect(told({ accounts: [quiet, stepping], last: longAgo })).toBe(true);
    expect(told({ accounts: [quiet, stepping], last: weekAgo })).toBe(false);
    expect(told({ last: longAgo })).toBe(false);
  });

  test('a weekly report is due once since midnight of its day', () => {
    const midnight = new Date('2026-06-01T00:00:00Z');
    const due = (weeklyAt: Date | undefined) =>
      isWeeklyDue(WEEKLY, { last: { at: daysAgo(1), weeklyAt, keys: [] }, at: NOW });
    expect(due(midnight)).toBe(false);
    expect(due(new Date(midnight.getTime() - 1))).toBe(true);
    expect(due(undefined)).toBe(true);
    expect(isWeeklyDue(WEEKLY, { at: NOW })).toBe(true);
  });

  test('that a weekly report is over is remembered by that timing alone', () => {
    const last = { at: daysAgo(8), weeklyAt: daysAgo(7), keys: [] };
    const told = { keys: [], acceptedAt: NOW };
    const run = runOf({ last, at: NOW });
    expect(afterReport(WEEKLY, run, told)).toEqual({ at: NOW, weeklyAt: NOW, keys: [] });
    expect(afterReport(CHANGES, run, told)).toEqual({ at: NOW, weeklyAt: daysAgo(7), keys: [] });
    expect(afterReport(CHANGES, runOf({ last: undefined }), told)).toEqual({ at: NOW, keys: [] });
    expect(afterReport(WEEKLY, runOf(), told).weeklyAt).toEqual(daysAgo(0.1));
    expect(afterQuietRun(WEEKLY, run)).toEqual({ ...last, weeklyAt: NOW });
    expect(afterQuietRun(CHANGES, run)).toBeUndefined();
    expect(afterQuietRun(WEEKLY, runOf())).toBeUndefined();
    expect(afterQuietRun(WEEKLY, runOf({ last: undefined }))).toBeUndefined();
  });
});
