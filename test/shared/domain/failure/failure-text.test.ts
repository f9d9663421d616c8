import type { Failure, NamedWork } from '../../../../src/shared/domain/failure/failure';
import {
  failureSubject,
  failureText,
  nextTries,
} from '../../../../src/shared/domain/failure/failure-text';

const FAILING = { construct: 'App/Sentry', functionName: 'Sentry-RespondToChanges' };

/** As little as is known of any. */
function failureOf(work: NamedWork, values: Partial<Failure> = {}): Failure {
  return { work, state: 'tried-again', reason: 'no', next: 'Mend the cause.', ...values };
}

/** The lines on one failure. */
function linesOn(work: NamedWork, values?: Partial<Failure>): string[] {
  const lines = failureText([failureOf(work, values)], 0, FAILING).split('\n');
  return lines.slice(2, lines.indexOf('', 2));
}

function groups(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `sg-${index + 1}`);
}

test('a subject says whether the first goes on, and how many others there are', () => {
  const [key, rule] = [failureOf({ what: 'The key' }), failureOf({ what: 'The rule' })];
  expect(failureSubject([key], 'high')).toBe('[HIGH] Keeps failing: The key');
  expect(failureSubject([{ ...key, state: 'given-up' }, rule, key], 'critical')).toBe(
    '[CRITICAL] Given up: The key and 2 more',
  );
});

test('a message has a paragraph for each failure, and says how many are not in it', () => {
  const failures = [failureOf({ what: 'The key' }), failureOf({ what: 'The rule' })];
  expect(failureText(failures, 3, FAILING)).toBe(`These 2 could not be done:

- The key
  Why:        no
  Next:       Mend the cause.

- The rule
  Why:        no
  Next:       Mend the cause.

There are 3 more: the next message names them, and the log does now.

The log of the function Sentry-RespondToChanges has more.
Sent by App/Sentry.`);
});

test('all that is known of a failure is told, in lines of their own', () => {
  const work = {
    what: 'The change',
    groupIds: ['sg-1', 'sg-2'],
    requestId: 'request-1',
    keyId: 'AKIAEXAMPLE',
    eventId: 'event-1',
    calledAt: new Date('2026-11-01T11:56:00Z'),
    actor: 'mallory',
    account: '111122223333',
    accountDescription: { name: 'payments', warning: 'is the till' },
    region: 'eu-west-1',
  };
  const values = {
    tries: 5,
    since: new Date('2026-11-01T11:57:00Z'),
    message: { id: 'message-1' },
  };
  expect(failureText([failureOf(work, values)], 0, FAILING)).toBe(`This could not be done:

- The change
  Group:      sg-1, sg-2
  Request:    request-1
  Access key: AKIAEXAMPLE
  Event:      event-1, 2026-11-01T11:56:00.000Z
  Made by:    mallory
  WARNING:    is the till
  Account:    111122223333 (payments), Region eu-west-1
  Why:        no
  Failed:     5 times since 2026-11-01T11:57:00.000Z
  Next:       Mend the cause.
  Message:    message-1

The log of the function Sentry-RespondToChanges has more.
Sent by App/Sentry.`);
});

test('a time stands only beside what it is of', () => {
  const calledAt = new Date('2026-11-01T11:56:00Z');
  expect(linesOn({ what: 'A', eventId: 'event-1' })).toContain('  Event:      event-1');
  expect(linesOn({ what: 'A', calledAt })).not.toContainEqual(expect.stringContaining('Event'));
  expect(linesOn({ what: 'A' }, { since: calledAt })).toContain(
    '  Failed:     2026-11-01T11:56:00.000Z',
  );
  expect(linesOn({ what: 'A' }, { tries: 5 })).toContain('  Failed:     5 times');
});

test.each([
  [10, 'sg-9, sg-10'],
  [11, 'sg-9, sg-10 and 1 more'],
  [13, 'sg-9, sg-10 and 3 more'],
])('of %i groups ten are named', (count, end) => {
  const line = linesOn({ what: 'A', groupIds: groups(count) })[1];
  expect(line?.slice(line.indexOf('sg-9'))).toBe(end);
});

test('ids of units are told whole where they are known, and a text that is too long is cut', () => {
  const path = `o-1/${'ou-1/'.repeat(80)}`;
  const account = 'x'.repeat(1_000);
  expect(linesOn({ what: 'A', account: '1', accountDescription: { path } })).toContain(
    `  Unit path:  ${path}`,
  );
  expect(linesOn({ what: 'A', account })[1]).toHaveLength('  Account:    '.length + 200);
});

test('what fails is tried again until its last try, and then lies in a queue', () => {
  expect(nextTries(29, 30, 'Unhandled')).toBe(
    'It is tried again, 30 times in all, with pauses of up to a quarter of an hour; then it goes to Unhandled. Mend the cause.',
  );
  expect(nextTries(30, 30, 'Unhandled')).toBe(
    'It is given up, and moved to Unhandled, where it lies for 14 days. Mend the cause, then redrive that queue.',
  );
  expect(nextTries(1, 30)).toContain('then it goes to the dead-letter queue.');
});
