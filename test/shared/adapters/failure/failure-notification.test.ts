import fc from 'fast-check';
import { workInMessage } from '../../../../src/approval/adapters/work-in-message';
import { workInEvent } from '../../../../src/security-group/adapters/work-in-event';
import { failureNotification } from '../../../../src/shared/adapters/failure/failure-notification';
import { bytesOf } from '../../../../src/shared/adapters/notification/sns-notifications';
import { MAX_FAILURE_MESSAGE_BYTES } from '../../../../src/shared/contracts/failure-message';
import type { Failure } from '../../../../src/shared/domain/failure/failure';
import { nextTries } from '../../../../src/shared/domain/failure/failure-text';
import { failureSchemaErrors } from '../../../support/schemas/failure-schema';

const NOW = new Date('2026-11-01T12:00:00Z');
const FAILING = { construct: 'App/Sentry', functionName: 'Sentry-RespondToChanges' };

function failureOf(work: Failure['work'], values: Partial<Failure> = {}): Failure {
  return {
    work,
    state: 'tried-again',
    reason: 'AccessDeniedException: no',
    next: nextTries(5, 30, 'UnhandledEvents'),
    tries: 5,
    since: new Date('2026-11-01T11:57:00Z'),
    message: { id: 'message-1', deadLetterQueue: 'UnhandledEvents' },
    ...values,
  };
}

test('a message names event, actor, group, request, why, how often, and where it goes', () => {
  const work = {
    what: 'The change by AuthorizeSecurityGroupIngress',
    eventId: 'event-1',
    calledAt: new Date('2026-11-01T11:56:00Z'),
    actor: 'arn:aws:iam::111111111111:user/mallory',
    account: '111111111111',
    region: 'eu-west-1',
    groupIds: ['sg-1'],
    requestId: 'request-1',
  };
  const { subject, text, json, severity } = failureNotification([failureOf(work)], 0, FAILING, NOW);
  expect(subject).toBe('[HIGH] Keeps failing: The change by AuthorizeSecurityGroupIngress');
  expect(text).toBe(`This could not be done:

- The change by AuthorizeSecurityGroupIngress
  Group:      sg-1
  Request:    request-1
  Event:      event-1, 2026-11-01T11:56:00.000Z
  Made by:    arn:aws:iam::111111111111:user/mallory
  Account:    111111111111, Region eu-west-1
  Why:        AccessDeniedException: no
  Failed:     5 times since 2026-11-01T11:57:00.000Z
  Next:       It is tried again, 30 times in all, with pauses of up to a quarter of an hour; then it goes to UnhandledEvents. Mend the cause.
  Message:    message-1

The log of the function Sentry-RespondToChanges has more.
Sent by App/Sentry.`);
  expect(severity).toBe('high');
  expect(JSON.parse(json)).toMatchObject({
    type: 'handling-failed',
    construct: 'App/Sentry',
    failures: [
      {
        ...work,
        calledAt: '2026-11-01T11:56:00.000Z',
        tries: 5,
        deadLetterQueue: 'UnhandledEvents',
      },
    ],
  });
});

test('in a hub, the account is named, with its warning on a line of its own', () => {
  const accountDescription = { name: 'pay\nments', path: 'o-1/r-1/', warning: 'is the till' };
  const work = { what: 'A', account: '111122223333', region: 'eu-west-1', accountDescription };
  const { text, json } = failureNotification([failureOf(work)], 0, FAILING, NOW);
  expect(text).toContain(
    [
      '- A',
      '  WARNING:    is the till',
      '  Account:    111122223333 (pay ments), Region eu-west-1',
      '  Unit path:  o-1/r-1/',
    ].join('\n'),
  );
  expect(JSON.parse(json).failures).toMatchObject([
    {
      account: '111122223333',
      accountName: 'pay ments',
      accountPath: 'o-1/r-1/',
      accountWarning: 'is the till',
    },
  ]);
  expect(failureSchemaErrors(json)).toEqual([]);
});

test('what came from a queue and is given up is critical, and the message says how to redrive it', () => {
  const { subject, text, severity } = failureNotification(
    [
      failureOf(
        { what: 'The heartbeat of the sentry' },
        { state: 'given-up', next: nextTries(30, 30, 'UnhandledEvents'), tries: 30 },
      ),
    ],
    3,
    FAILING,
    NOW,
  );
  expect([subject, severity]).toEqual([
    '[CRITICAL] Given up: The heartbeat of the sentry',
    'critical',
  ]);
  expect(text).toContain('moved to UnhandledEvents, where it lies for 14 days');
  expect(text).toContain('then redrive that queue');
  expect(text).toContain('There are 3 more');
});

test.each([
  ['2026-01-05T06:00:00Z', new Date('2026-01-05T06:00:00Z')],
  [undefined, undefined],
])('a call whose event tells the time %s is named with that time', (eventTime, calledAt) => {
  const detail = {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'AuthorizeSecurityGroupIngress',
    requestParameters: { groupId: 'sg-0123456789abcdef0' },
    eventTime,
  };
  expect(workInEvent(JSON.stringify({ detail })).calledAt).toEqual(calledAt);
});

const bodies = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.json(),
  fc
    .record({
      type: fc.constantFrom('ask', 'outcome', 'click', 'messages', 'decision', 'finding', 7),
      requestId: fc.oneof(fc.string({ unit: 'binary' }), fc.integer()),
      asker: fc.string({ unit: 'binary' }),
      question: fc.oneof(fc.record({ title: fc.string() }), fc.string()),
      statement: fc.oneof(fc.json(), fc.string()),
    })
    .map((message) => JSON.stringify(message)),
);

test('whatever stands in a queue can be named', () => {
  fc.assert(
    fc.property(bodies, fc.string({ unit: 'binary' }), (body, reason) => {
      for (const work of [workInEvent(body), workInMessage(body)]) {
        const { json, subject, text } = failureNotification(
          [failureOf(work, { reason })],
          0,
          FAILING,
          NOW,
        );
        expect(failureSchemaErrors(json)).toEqual([]);
        expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
        expect(text.split('\n').length).toBeLessThan(20);
      }
    }),
  );
});

test('a failure with the largest body that a queue takes fits into a message', () => {
  const huge = '\u{1f600}"\\'.repeat(60_000);
  const work = {
    what: huge,
    eventId: huge,
    actor: huge,
    account: huge,
    accountDescription: { name: huge, path: huge, warning: huge },
    region: huge,
    groupIds: Array.from({ length: 500 }, () => huge),
    requestId: huge,
    keyId: huge,
  };
  const notification = failureNotification(
    [failureOf(work, { reason: huge, next: huge, message: { id: huge, deadLetterQueue: huge } })],
    999,
    FAILING,
    NOW,
  );
  expect(bytesOf(notification)).toBeLessThan(MAX_FAILURE_MESSAGE_BYTES);
  expect(failureSchemaErrors(notification.json)).toEqual([]);
});
