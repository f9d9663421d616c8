import { keyReport, type ReportedKey } from '../../../src/access-key/domain/key-report';
import { keyReportText } from '../../../src/access-key/domain/key-report-text';
import type { FindingClass } from '../../../src/access-key/domain/key-rules';
import type { KeyStep, StepReport } from '../../../src/access-key/domain/key-step';
import type { Owner } from '../../../src/access-key/domain/owner';
import {
  groupByOwner,
  isStepToCome,
  reportByOwner,
  usersWithoutOwner,
} from '../../../src/access-key/domain/owner-groups';
import { keyLinesByOwner, ownerSummary } from '../../../src/access-key/domain/owner-text';
import type { Finding, Survey } from '../../../src/access-key/domain/survey';
import { daysAgo, NOW } from '../in-memory/account-in-memory';
import { surveyOf } from '../samples/surveys';

const known = (name: string, tagKey = 'Owner'): Owner => ({
  kind: 'known',
  name,
  source: 'tag',
  tagKey,
});
const UNREAD: Owner = { kind: 'unknown', reason: 'AccessDenied: not allowed' };

function finding(
  keyId: string,
  owner: Owner,
  age = 100,
  classes: FindingClass[] = ['too-old'],
): Finding {
  return {
    keyId,
    userName: `user-of-${keyId}`,
    status: 'Active',
    createdAt: daysAgo(age),
    ageInDays: age,
    lastUse: { kind: 'never' },
    classes,
    owner,
  };
}

function step(keyId: string, next: StepReport, userName = `user-of-${keyId}`): KeyStep {
  return { keyId, userName, report: next };
}

function waits(days: number): StepReport {
  return { kind: 'wait', step: 'deactivate', dueAt: daysAgo(-days), asksFirst: false };
}

function report(findings: Finding[], steps: KeyStep[] = [], values: Partial<Survey> = {}) {
  return reportByOwner(keyReport(surveyOf(findings, values), steps, 90));
}

const idsOf = (keys: readonly ReportedKey[]) => keys.map(({ keyId }) => keyId);

test('owners with what is most urgent come first, those that are not known last', () => {
  const { keys } = report(
    [
      finding('NONE', { kind: 'none' }, 900),
      finding('UNREAD', UNREAD, 800),
      finding('OLD', known('old'), 700),
      finding('SOON', known('soon'), 80, ['soon-too-old']),
      finding('LATE', known('late'), 300),
      finding('NEXT', known('next'), 200),
      finding('FAILED', known('failed'), 110),
    ],
    [
      step('LATE', waits(5)),
      step('NEXT', waits(1)),
      step('FAILED', { kind: 'failed', step: 'deactivate', reason: 'denied' }),
    ],
  );
  expect(idsOf(keys)).toEqual(['FAILED', 'NEXT', 'LATE', 'OLD', 'SOON', 'UNREAD', 'NONE']);
});

test('the first key to come decides how urgent an owner is, and what people are asked comes before all', () => {
  const { keys } = report(
    [
      finding('A1', known('a')),
      finding('A2', known('a')),
      finding('B1', known('b')),
      finding('C1', known('c')),
      finding('D1', known('d')),
      finding('E1', known('e'), 300, ['unused']),
    ],
    [
      step('A1', waits(9)),
      step('A2', { ...waits(1), kind: 'notice' } as StepReport),
      step('B1', { ...waits(2), kind: 'would' } as StepReport),
      step('C1', { kind: 'asked', step: 'deactivate', at: NOW, requestId: 'r1' }),
      step('D1', { kind: 'held', step: 'deactivate', reason: 'RIGHTS_TOO_LOW' }),
    ],
  );
  expect(idsOf(keys)).toEqual(['C1', 'A1', 'A2', 'B1', 'D1', 'E1']);
});

test('a step is to come where one of the keys has one', () => {
  const keysWith = (next: StepReport) =>
    report([finding('A1', known('a')), finding('A2', known('a'))], [step('A1', next)]).keys;
  expect(isStepToCome(keysWith(waits(1)))).toBe(true);
  expect(isStepToCome(keysWith({ kind: 'held', step: 'delete', reason: 'no' }))).toBe(false);
});

test('keys that could not be read stay together, whatever the reasons, of which three are named', () => {
  const unread = (id: string, reason: string) => finding(id, { kind: 'unknown', reason });
  const whole = report([
    unread('U1', 'no-1'),
    unread('U2', 'no-2'),
    unread('U3', 'no-3'),
    unread('U4', 'no-4'),
    finding('N1', { kind: 'none' }),
  ]);
  const text = keyReportText(whole, whole.keys, { number: 1, of: 1 }, 'App/Keys', '1');
  expect(text).toContain(
    'Owner not known, since it could not be read:\n(no-1)\n(no-2)\n(no-3)\n\n- U1',
  );
  expect(text.match(/Owner not known/g)).toHaveLength(1);
});

test('the root user has no owner, where another user that no one looked at may have one', () => {
  const done: StepReport = { kind: 'done', step: 'delete', at: NOW };
  const { keys } = report([], [step('R', done, '<root_account>'), step('G', done, 'gone')]);
  expect(keys.map(({ owner }) => owner)).toEqual([
    { kind: 'unknown', reason: 'this run had no reason to look at its user' },
    { kind: 'none' },
  ]);
});

test('the line of an owner names no next step where none comes, and no classes where there are none', () => {
  const [group] = groupByOwner(
    report([finding('A1', known('a'), 60, [])], [step('A1', { kind: 'gone', step: 'delete' })])
      .keys,
  );
  expect(ownerSummary(group!)).toBe('a: 1 access key');
  const [both] = groupByOwner(report([finding('A1', known('a'), 100, ['too-old', 'unused'])]).keys);
  expect(ownerSummary(both!)).toBe('a: 1 access key: 1 too old, 1 unused');
});

test('keys are under their owners as soon as the owner of one is looked for', () => {
  const [one, other] = report([finding('A1', known('a')), finding('A2', known('b'))]).keys;
  const { owner: _, ...unowned } = other!;
  const linesOf = ({ keyId }: ReportedKey) => [`- ${keyId}`];
  expect(keyLinesByOwner([unowned], linesOf)).toEqual(['- A2']);
  expect(keyLinesByOwner([one!, unowned], linesOf)).toEqual([
    'Owner a (by the tag Owner):',
    '',
    '- A1',
    'No owner known:',
    '',
    '- A2',
  ]);
});

test('the keys of one owner stay together, the oldest first', () => {
  const { keys, owners } = report([
    finding('A1', known('a'), 100),
    finding('B1', known('b'), 300, ['too-old', 'unused']),
    finding('A2', known('a'), 200),
  ]);
  expect(idsOf(keys)).toEqual(['A2', 'A1', 'B1']);
  expect(owners).toMatchObject([
    { kind: 'known', name: 'a', keys: 2, counts: { 'too-old': 2, unused: 0 } },
    { kind: 'known', name: 'b', keys: 1, counts: { 'too-old': 1, unused: 1 } },
  ]);
});

test('a step that is told late has the owner of its user, and none by guess', () => {
  const done: StepReport = { kind: 'done', step: 'delete', at: NOW };
  const { keys } = report(
    [finding('A1', known('a'))],
    [step('A0', done, 'user-of-A1'), step('GONE', done)],
  );
  expect(keys.find(({ keyId }) => keyId === 'A0')?.owner).toEqual(known('a'));
  expect(keys.find(({ keyId }) => keyId === 'GONE')?.owner).toMatchObject({ kind: 'unknown' });
});

test('the text has a heading for each owner, which says where it comes from', () => {
  const whole = report([
    finding('A1', known('payments'), 300),
    finding('A2', known('payments', 'Team'), 200),
    finding('U1', UNREAD),
    finding('N1', { kind: 'none' }),
  ]);
  const text = keyReportText(whole, whole.keys, { number: 1, of: 1 }, 'App/Keys', '111111111111');
  const lines = text.split('\n').filter((line) => !line.startsWith('  '));
  expect(lines.slice(2, 18)).toEqual([
    'By owner:',
    '- payments: 2 access keys: 2 too old',
    '- owner could not be read: 1 access key: 1 too old',
    '- no owner known: 1 access key: 1 too old',
    '',
    'Owner payments (by the tag Owner, the tag Team):',
    '',
    '- A1 of user-of-A1',
    '',
    '- A2 of user-of-A2',
    '',
    'Owner not known, since it could not be read:',
    '(AccessDenied: not allowed)',
    '',
    '- U1 of user-of-U1',
    '',
  ]);
  expect(text).toContain('No owner known:\n\n- N1 of user-of-N1');
});

test('a later part has its own keys under their owners, and no counts', () => {
  const whole = report([finding('A1', known('a')), finding('B1', known('b'))]);
  const text = keyReportText(whole, whole.keys.slice(1), { number: 2, of: 2 }, 'S', '1');
  expect(text).toContain('Owner b (by the tag Owner):');
  expect(text).not.toContain('By owner:');
  expect(text).not.toContain('Owner a');
});

test('one line says what an owner has, and when the next step comes', () => {
  const { keys } = report(
    [finding('A1', known('a')), finding('A2', known('a'))],
    [step('A1', waits(5)), step('A2', waits(2))],
  );
  const [group] = groupByOwner(keys);
  expect(ownerSummary(group!)).toBe('a: 2 access keys: 2 too old; next step on 2026-06-04');
});

test('users whose owner is not known are counted once each, and the root user is not', () => {
  const none: Owner = { kind: 'none' };
  const root = { ...finding('AKR', none), userName: '<root_account>' };
  const twice = { ...finding('AK4', UNREAD), userName: 'user-of-AK3' };
  const found = report([
    finding('AK1', known('payments')),
    finding('AK2', none),
    finding('AK3', UNREAD),
    twice,
    root,
  ]);
  expect(usersWithoutOwner(found)).toBe(2);
  expect(usersWithoutOwner({ keys: found.keys.map(({ owner: _, ...key }) => key) })).toBe(0);
});
