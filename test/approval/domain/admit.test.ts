import {
  admit,
  isSameRequester,
  join,
  NEW_SOURCE,
  NEW_SUBJECT,
  refused,
} from '../../../src/approval/domain/admit';
import type { Requester } from '../../../src/approval/domain/question';
import { askOf, CONFIGURATION, EVE, HOUR, UNVERIFIED } from '../in-memory/workflow-in-memory';

const NOW = new Date('2026-01-01T12:00:00Z');

function before(milliseconds: number): Date {
  return new Date(NOW.getTime() - milliseconds);
}

const NOT_ASKED = { kind: 'not-asked', at: NOW, by: [] };

describe('a request that is admitted', () => {
  const admitted = (subject = NEW_SUBJECT, source = NEW_SOURCE) =>
    admit(askOf(), subject, source, CONFIGURATION, NOW);

  test('is all that its asker has given, with when it ends and that it was asked', () => {
    expect(admitted().request).toEqual({
      id: 'r1',
      asker: 'sentry',
      subject: 'sg-1 ssh',
      question: askOf().question,
      payload: '{}',
      digest: askOf().digest,
      askedAt: NOW,
      expiresAt: before(-24 * HOUR),
      requesters: [EVE],
      joined: [],
      repeats: 0,
      votes: [],
      judgedClicks: [],
      reminders: 0,
      messages: [
        { name: { kind: 'question' }, wanted: 1, shown: 0, failures: 0, copies: [] },
        { name: { kind: 'step', step: 'asked' }, wanted: 1, shown: 0, failures: 0, copies: [] },
      ],
      unannounced: [{ at: NOW, what: 'asked', detail: 'Open SSH' }],
      revision: 0,
    });
  });

  test('is the open one of its subject, of which an earlier denial counts no more', () => {
    const subject = { deniedAt: before(2 * HOUR), revision: 7 };
    expect(admitted(subject).subject).toEqual({ openRequestId: 'r1', revision: 7 });
  });

  test('counts for its source, with those of the last hour', () => {
    const source = { askedAt: [before(HOUR), before(HOUR - 1)], revision: 3 };
    expect(admitted(undefined, source).source).toEqual({
      askedAt: [before(HOUR - 1), NOW],
      revision: 3,
    });
  });

  test('is asked by the route of its labels', () => {
    const route = {
      name: 'shop',
      accounts: ['111122223333'],
      units: [],
      approvers: { kind: 'users', userIds: ['pia'] },
      requiredApprovals: 1,
      approvalChannelId: 'CSHOP',
    } as const;
    const labels = { account: '111122223333' };
    const ask = { ...askOf({ labels }), askedAs: 'r0' };
    const configuration = { ...CONFIGURATION, routes: [route] };
    expect(admit(ask, NEW_SUBJECT, NEW_SOURCE, configuration, NOW).request).toMatchObject({
      askedAs: 'r0',
      labels,
      route: { name: 'shop', channelId: 'CSHOP' },
    });
  });
});

describe('a request that no one is asked about', () => {
  test.each([
    ['denied-before', { deniedAt: before(2 * HOUR - 1), revision: 1 }, NEW_SOURCE],
    [
      'too-many',
      { deniedAt: before(2 * HOUR), revision: 1 },
      { askedAt: Array.from({ length: 10 }, () => before(1)), revision: 1 },
    ],
  ])('%s: it changes nothing of its subject and its source', (reason, subject, source) => {
    const admission = admit(askOf(), subject, source, CONFIGURATION, NOW);
    expect(admission).toMatchObject({ subject, source });
    expect(admission.request).toMatchObject({
      decision: { ...NOT_ASKED, reason },
      carrying: { phase: 'decision', attempt: 1 },
      messages: [],
      unannounced: [{ at: NOW, what: 'not-asked', detail: reason }],
    });
  });

  test('has a decision that says why', () => {
    expect(refused(askOf(), 'unreadable', CONFIGURATION, NOW)).toMatchObject({
      id: 'r1',
      decision: { ...NOT_ASKED, reason: 'unreadable' },
    });
  });
});

test('one that is asked again has its question shown again, and an entry that says by which ask', () => {
  const { request } = admit(askOf(), NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOW);
  const joined = join(request, askOf({ requestId: 'r2' }, UNVERIFIED), NOW);
  expect(joined.unannounced.at(-1)).toEqual({ at: NOW, what: 'repeated', detail: 'r2' });
  expect(joined.messages.find(({ name }) => name.kind === 'question')?.wanted).toBe(2);
  expect(joined.requesters).toEqual([EVE, UNVERIFIED]);
});

test.each<[string, Requester, boolean]>([
  ['itself', EVE, true],
  ['one of another name', { ...EVE, name: 'admin/other' }, false],
  ['one of another address', { ...EVE, email: 'other@example.com' }, false],
  ['one without an address', { name: EVE.name }, false],
  ['a program', { ...EVE, isAutomatic: true }, false],
])('a requester and %s: whether they are the same', (_, other, isSame) => {
  expect(isSameRequester(EVE, other)).toBe(isSame);
});
