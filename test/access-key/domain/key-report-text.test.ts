import type { LastUse } from '../../../src/access-key/domain/access-key';
import { goneLines } from '../../../src/access-key/domain/changes-text';
import {
  changesIn,
  type GoneKey,
  isWorthTelling,
  keyReport,
  type KeyReport,
  lastUseText,
  oldestAge,
  reportSeverity,
  undoCommand,
} from '../../../src/access-key/domain/key-report';
import {
  keyReportSubject,
  keyReportText,
  summary,
} from '../../../src/access-key/domain/key-report-text';
import type { FindingClass } from '../../../src/access-key/domain/key-rules';
import type { KeyStep, StepReport } from '../../../src/access-key/domain/key-step';
import { ownerCountLines } from '../../../src/access-key/domain/owner-text';
import type { Finding, Survey } from '../../../src/access-key/domain/survey';
import { daysAgo, NOW } from '../in-memory/account-in-memory';
import { surveyOf } from '../samples/surveys';

const WHOLE = { number: 1, of: 1 };
const USED: LastUse = { kind: 'used', at: daysAgo(3), service: 's3', region: 'eu-west-1' };

function finding(keyId: string | undefined, age: number, ...classes: FindingClass[]): Finding {
  return {
    keyId,
    userName: keyId === undefined ? '<root_account>' : 'ann',
    status: 'Active',
    createdAt: daysAgo(age),
    ageInDays: age,
    lastUse: USED,
    classes,
  };
}

function step(report: StepReport, keyId = 'AK1'): KeyStep {
  return { keyId, userName: 'ann', report };
}

function reportOf(
  findings: Finding[],
  steps: KeyStep[] = [],
  values: Partial<Survey> = {},
): KeyReport {
  return keyReport(surveyOf(findings, values), steps, 90);
}

function textOf(report: KeyReport, part = WHOLE): string {
  return keyReportText(report, report.keys, part, 'App/Keys', '111111111111');
}

function stepText(report: StepReport): string | undefined {
  const [, , , line] = textOf(reportOf([], [step(report)])).split('\n');
  return line?.trim();
}

const UNKNOWN = { what: 'access keys of bob', reason: 'Throttling' };
const DUE = { dueAt: daysAgo(-7), asksFirst: false };
const FAILED: StepReport = { kind: 'failed', step: 'deactivate', reason: 'AccessDenied.' };
const DONE: StepReport = { kind: 'done', step: 'deactivate', at: NOW };
const WAITS: StepReport = { kind: 'wait', step: 'delete', ...DUE };

describe('the severity of a report', () => {
  test.each<['high' | 'medium' | 'low', string, KeyReport]>([
    ['high', 'a look-up failed', reportOf([], [], { unknowns: [UNKNOWN] })],
    ['high', 'a step failed', reportOf([finding('AK2', 100, 'too-old')], [step(FAILED)])],
    ['medium', 'a key is too old', reportOf([finding('AK1', 100, 'too-old', 'unused')])],
    ['medium', 'a step was taken', reportOf([], [step(WAITS), step(DONE, 'AK2')])],
    ['low', 'a key is unused', reportOf([finding('AK1', 60, 'unused')], [step(WAITS, 'AK2')])],
    ['low', 'nothing is listed', reportOf([])],
  ])('is %s where %s', (severity, _, report) => {
    expect(reportSeverity(report)).toBe(severity);
  });
});

test('the status of a key that took a step is said to be that of before', () => {
  const statusWith = (report: StepReport) =>
    textOf(reportOf([finding('AK1', 100, 'too-old')], [step(report)]));
  expect(statusWith(WAITS)).toContain('  Active, 100 days old');
  expect(statusWith(DONE)).toContain('  Active when the run began, 100 days old');
});

test('a report is worth telling that lists a key, tells of a step, or is incomplete', () => {
  expect(isWorthTelling(reportOf([finding('AK1', 60, 'unused')]))).toBe(true);
  expect(isWorthTelling(reportOf([], [step(DONE)]))).toBe(true);
  expect(isWorthTelling(reportOf([], [], { unknowns: [UNKNOWN] }))).toBe(true);
  expect(isWorthTelling(reportOf([]))).toBe(false);
});

test('the oldest age is that of a listed key: a key that only takes a step has none', () => {
  expect(oldestAge(reportOf([finding('AK1', 95, 'too-old'), finding('AK2', 60, 'unused')]))).toBe(
    95,
  );
  expect(oldestAge(reportOf([], [step(DONE)]))).toBe(0);
});

describe('the subject', () => {
  test.each<[string, KeyReport]>([
    ['[LOW] No access key to list', reportOf([])],
    ['[MEDIUM] 1 access key: 1 too old', reportOf([finding('AK1', 100, 'too-old')])],
    [
      '[MEDIUM] 4 access keys: 1 too old, 1 soon too old, 2 unused, 1 never used',
      reportOf([
        finding('AK1', 100, 'too-old', 'unused'),
        finding('AK2', 85, 'soon-too-old'),
        finding('AK3', 60, 'unused'),
        finding('AK4', 60, 'never-used'),
      ]),
    ],
    ['[MEDIUM] 1 access key', reportOf([], [step(DONE)])],
    [
      '[HIGH] 1 access key: 1 unused - INCOMPLETE',
      reportOf([finding('AK1', 60, 'unused')], [], { unknowns: [UNKNOWN] }),
    ],
    ['[LOW] Decided about AK9: No access key to list', { ...reportOf([]), decidedKeyId: 'AK9' }],
  ])('is: %s', (subject, report) => {
    expect(keyReportSubject(report, WHOLE)).toBe(subject);
  });

  test('has the number of its part where there are several', () => {
    const report = reportOf([finding('AK1', 60, 'unused')]);
    expect(keyReportSubject(report, { number: 2, of: 3 })).toBe(
      '[LOW] 1 access key: 1 unused (2 of 3)',
    );
    expect(textOf(report, { number: 2, of: 3 }).split('\n')[0]).toBe(
      '1 access key: 1 unused, in account 111111111111 on 2026-06-01. Part 2 of 3.',
    );
  });
});

test('the text of a whole report', () => {
  const report = reportOf(
    [
      finding(undefined, 400, 'too-old', 'never-used'),
      finding('AK1', 100, 'too-old', 'unused'),
      finding('AK2', 85, 'soon-too-old'),
    ],
    [step(DONE)],
    {
      unknowns: [UNKNOWN],
      tagUses: [
        { userName: 'bob', tagKey: 'keep', value: 'x', ignoredBecause: 'its date has passed' },
        { userName: 'cid', tagKey: 'keep', value: '2026-07-01' },
      ],
    },
  );
  expect(textOf(report).split('\n')).toEqual([
    `${summary(report)}, in account 111111111111 on 2026-06-01.`,
    '',
    'This report is INCOMPLETE: 1 look-ups failed, so keys may be missing here, and no further key was deactivated or deleted.',
    '- access keys of bob: Throttling',
    '',
    '- a key of the ROOT USER (its id is not available: look under Security credentials, signed in as root)',
    '  Active, 400 days old: created or last changed 2025-04-27, last used 2026-05-29 (s3, eu-west-1)',
    '  Why: older than 90 days; never used.',
    '',
    '- AK1 of ann',
    '  Active when the run began, 100 days old: created 2026-02-21, last used 2026-05-29 (s3, eu-west-1)',
    '  Why: older than 90 days; not used for too long.',
    '  It was deactivated on 2026-06-01.',
    "  To undo it: aws iam update-access-key --user-name 'ann' --access-key-id AK1 --status Active",
    '',
    '- AK2 of ann',
    '  Active, 85 days old: created 2026-03-08, last used 2026-05-29 (s3, eu-west-1)',
    '  Why: will soon be older than 90 days.',
    '',
    'Users with a tag that excludes them:',
    '- cid, keep = 2026-07-01: excluded until then',
    '- bob, keep = x: NOT excluded, its date has passed',
    '',
    expect.stringMatching(/^To replace a key without an outage, in this order: make a second key/),
    'that nothing fails and that it is not used any more, then delete it.',
    '',
    expect.stringMatching(/^Only access keys are looked at\./),
    'Sent by the sentry App/Keys.',
  ]);
});

test('how to replace a key is said only where one is listed', () => {
  expect(textOf(reportOf([])).split('\n')).toEqual([
    'No access key to list, in account 111111111111 on 2026-06-01.',
    '',
    expect.stringMatching(/^Only access keys are looked at\./),
    'Sent by the sentry App/Keys.',
  ]);
});

describe('a step reads', () => {
  const old = { kind: 'too-old', days: 120 } as const;
  const unused = { kind: 'unused', days: 1 } as const;
  const neverUsed = { kind: 'never-used', days: 120 } as const;
  test.each<[StepReport, string]>([
    [
      { kind: 'notice', step: 'deactivate', ...DUE, reasons: [old, unused] },
      'NOTICE: it will be deactivated on 2026-06-09 or soon after because it is 120 days old and it was not used for 1 day, unless it is replaced before.',
    ],
    [
      { kind: 'notice', step: 'deactivate', ...DUE, reasons: [unused, neverUsed] },
      'NOTICE: it will be deactivated on 2026-06-09 or soon after because it was not used for 1 day and no use of it is known in its 120 days, unless it is used before.',
    ],
    [
      { kind: 'notice', step: 'deactivate', ...DUE },
      'NOTICE: it will be deactivated on 2026-06-09 or soon after, unless it is replaced before.',
    ],
    [
      { kind: 'notice', step: 'delete', ...DUE },
      'NOTICE: it will be deleted on 2026-06-09 or soon after, unless it is activated before, should it still be needed.',
    ],
    [
      { kind: 'wait', step: 'deactivate', ...DUE, asksFirst: true },
      'People will be asked on 2026-06-09 or soon after whether it may be deactivated.',
    ],
    [WAITS, 'It will be deleted on 2026-06-09 or soon after.'],
    [
      { kind: 'asked', step: 'deactivate', at: NOW, requestId: 'r1', reasons: [old] },
      'People are asked since 2026-06-01 whether it may be deactivated because it is 120 days old: request r1.',
    ],
    [
      { ...DONE, reasons: [old], requestId: 'r1', reactivations: 1 },
      'It was deactivated on 2026-06-01 because it is 120 days old, after 1 reactivation, as people approved: request r1.',
    ],
    [
      { ...DONE, step: 'delete', reactivations: 2 },
      'It was deleted on 2026-06-01, after 2 reactivations.',
    ],
    [{ ...DONE, reactivations: 0 }, 'It was deactivated on 2026-06-01.'],
    [
      { kind: 'would', step: 'delete', ...DUE },
      'OBSERVE: it would get its notice now: it will be deleted on 2026-06-09 or soon after.',
    ],
    [
      { kind: 'gone', step: 'deactivate' },
      'The sentry has not deactivated it: someone else has deleted it meanwhile.',
    ],
    [
      { kind: 'held', step: 'delete', reason: 'RIGHTS_TOO_LOW' },
      'It was NOT deleted: RIGHTS_TOO_LOW.',
    ],
    [FAILED, 'It could NOT be deactivated: AccessDenied. It is tried again in the next run.'],
    [
      { ...FAILED, requestId: 'r1' },
      'It could NOT be deactivated: AccessDenied. People have approved it, and can have it tried again in Slack: request r1.',
    ],
  ])('%j', (report, text) => {
    expect(stepText(report)).toBe(text);
  });
});

test('a deactivation can be undone by a command, and a deletion cannot', () => {
  const key = { keyId: 'AK1', userName: 'ann' };
  expect(undoCommand(key, 'deactivate')).toBe(
    "aws iam update-access-key --user-name 'ann' --access-key-id AK1 --status Active",
  );
  expect(undoCommand(key, 'delete')).toBeUndefined();
  expect(textOf(reportOf([], [step(FAILED)]))).not.toContain('To undo it');
});

describe('the last use of a key reads', () => {
  const tracked = new Date('2015-04-22T00:00:00Z');
  const untracked = new Date(tracked.getTime() - 1);
  test.each<[LastUse, Date, string]>([
    [USED, NOW, '2026-05-29 (s3, eu-west-1)'],
    [{ ...USED, region: 'N/A' }, NOW, '2026-05-29 (s3)'],
    [{ ...USED, service: undefined, region: 'us-east-1' }, NOW, '2026-05-29 (us-east-1)'],
    [{ kind: 'used', at: NOW, service: 'N/A', region: 'N/A' }, NOW, '2026-06-01'],
    [{ kind: 'never' }, tracked, 'never'],
    [{ kind: 'never' }, untracked, 'never, or before 22 April 2015'],
    [{ kind: 'unknown', reason: 'Throttling' }, untracked, 'unknown (Throttling)'],
  ])('%j, created %s', (lastUse, createdAt, text) => {
    expect(lastUseText(lastUse, createdAt)).toBe(text);
  });
});

describe('of many', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const linesWith = (values: Partial<Survey>) => textOf(reportOf([], [], values)).split('\n');

  test('look-ups that failed twenty are named, and the rest is counted', () => {
    const failed = (count: number) =>
      linesWith({ unknowns: numbers(count).map((n) => ({ ...UNKNOWN, what: `user-${n}` })) });
    expect(failed(20).filter((line) => line.startsWith('- '))).toHaveLength(20);
    expect(failed(20).join()).not.toContain('more');
    expect(failed(23)).toContain('… and 3 more');
    expect(failed(23).filter((line) => line.startsWith('- '))).toHaveLength(20);
  });

  test('users with a tag a hundred are named, and the rest is counted', () => {
    const tagged = (count: number) =>
      linesWith({
        tagUses: numbers(count).map((n) => ({ userName: `u${n}`, tagKey: 'keep', value: 'x' })),
      });
    expect(tagged(100).filter((line) => line.startsWith('- '))).toHaveLength(100);
    expect(tagged(100).join()).not.toContain('more');
    expect(tagged(102)).toContain('… and 2 more');
    expect(tagged(102).filter((line) => line.startsWith('- '))).toHaveLength(100);
  });

  test('keys that are gone fifty are named, or fewer where that is asked for', () => {
    const gone = numbers(52).map((n): GoneKey => ({
      accountId: '111111111111',
      keyId: `AK${n}`,
      userName: 'ann',
    }));
    const lines = (count: number, most?: number) =>
      goneLines({ lastAt: NOW, gone: gone.slice(0, count) }, undefined, most);
    expect(lines(50)).toHaveLength(52);
    expect(lines(52).slice(-3)).toEqual(['- AK49 of ann', '… and 2 more', '']);
    expect(lines(52, 100)).toEqual(lines(52));
    expect(lines(3, 2)).toEqual([
      'No longer listed since the last report on 2026-06-01:',
      '- AK0 of ann',
      '- AK1 of ann',
      '… and 1 more',
      '',
    ]);
  });

  test('owners a hundred are counted, or fewer where that is asked for', () => {
    const counts = { 'too-old': 1, 'soon-too-old': 0, unused: 0, 'never-used': 0 };
    const owners = numbers(103).map((n) => ({
      kind: 'known' as const,
      name: `team-${n}`,
      keys: 1,
      counts,
    }));
    expect(ownerCountLines(owners).slice(-3)).toEqual([
      '- team-99: 1 access key: 1 too old',
      '… and 3 more',
      '',
    ]);
    expect(ownerCountLines(owners.slice(0, 3), 2)).toEqual([
      'By owner:',
      '- team-0: 1 access key: 1 too old',
      '- team-1: 1 access key: 1 too old',
      '… and 1 more',
      '',
    ]);
    expect(ownerCountLines(owners.slice(0, 100))).toHaveLength(102);
    expect(ownerCountLines(owners.slice(0, 1))).toEqual([]);
    expect(ownerCountLines(undefined)).toEqual([]);
  });
});

describe('what is gone since the last report', () => {
  const gone: GoneKey[] = [
    { accountId: '222222222222', userName: '<root_account>', why: 'it is\ninactive now' },
  ];

  test('has no id where it is of the root user, and its account where there are several', () => {
    expect(goneLines({ lastAt: NOW, gone }, (id) => `account ${id}`)).toContain(
      '- a key of <root_account> in account 222222222222: it is inactive now',
    );
    expect(goneLines({ lastAt: NOW, gone: [] })).toEqual([]);
    expect(goneLines(undefined)).toEqual([]);
  });

  test('is told in the first part alone', () => {
    const changes = { lastAt: NOW, gone };
    expect(changesIn(changes, { number: 1 })).toBe(changes);
    expect(changesIn(changes, { number: 2 })).toEqual({ lastAt: NOW, gone: [] });
    expect(changesIn(undefined, { number: 2 })).toBeUndefined();
  });
});

test('keys come by age, those of the same age by user, and steps of keys that are not listed last', () => {
  const zoe = { ...finding('AK1', 95, 'too-old'), userName: 'zoe' };
  const report = reportOf(
    [zoe, finding('AK2', 95, 'too-old'), finding('AK3', 100, 'too-old')],
    [step(WAITS, 'AK4'), step(DONE, 'AK3')],
  );
  expect(report.keys.map(({ keyId, step: one }) => [keyId, one?.report.kind])).toEqual([
    ['AK3', 'done'],
    ['AK2', undefined],
    ['AK1', undefined],
    ['AK4', 'wait'],
  ]);
});
