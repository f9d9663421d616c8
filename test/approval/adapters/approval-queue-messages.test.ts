import { createHash } from 'node:crypto';
import { approvalDigest, canonicalJson } from '../../../src/approval/adapters/approval-digest';
import {
  decisionStatement,
  parseClickPointer,
  parseDecision,
  parseMessagesPointer,
  parseWorkflowMessage,
} from '../../../src/approval/adapters/approval-queue-messages';
import { queueText } from '../../../src/approval/adapters/sent-queue-messages';
import { admit, NEW_SOURCE, NEW_SUBJECT } from '../../../src/approval/domain/admit';
import type {
  ApprovalRequest,
  Carrying,
  Decision,
} from '../../../src/approval/domain/approval-request';
import { askOf, CONFIGURATION } from '../in-memory/workflow-in-memory';

const NOON = new Date('2026-01-01T12:00:00Z');
const { requestId, asker, subject, source, question, payload } = askOf();
const ASK = { version: 1, type: 'ask', requestId, asker, subject, source, question, payload };
const OUTCOME = {
  version: 1,
  type: 'outcome',
  requestId: 'r1',
  asker: 'sentry',
  phase: 'end',
  attempt: 2,
  outcome: 'failed',
  text: 'no right to',
};
const manyFacts = (length: number) =>
  Array.from({ length }, () => ({ label: 'a', value: 'x'.repeat(10_000) }));

describe('what an asker asks', () => {
  test('is taken with the digest of question and payload', () => {
    expect(parseWorkflowMessage(JSON.stringify(ASK))).toEqual({
      kind: 'ask',
      ask: {
        requestId,
        asker,
        subject,
        source,
        question,
        payload,
        digest: approvalDigest(question, payload),
      },
    });
  });

  test('is taken with its labels, which are a part of its digest', () => {
    const labels = {
      account: '111122223333',
      units: ['r-abcd', 'ou-abcd-12345678'],
      tags: { team: 'payments' },
    };
    expect(parseWorkflowMessage(JSON.stringify({ ...ASK, labels }))).toMatchObject({
      ask: { labels, digest: approvalDigest(question, payload, labels) },
    });
  });

  test('may come with new fields beside the question, as versions to come may have them', () => {
    expect(parseWorkflowMessage(JSON.stringify({ ...ASK, more: 1 }))).toEqual(
      parseWorkflowMessage(JSON.stringify(ASK)),
    );
  });

  test.each<[string, object]>([
    ['of 19 facts as long as they may be', { question: { ...question, facts: manyFacts(19) } }],
    ['with a payload of 64 KB', { payload: 'x'.repeat(65_536) }],
    [
      'with ids as long as they may be',
      {
        requestId: 'aZ0-_'.repeat(12),
        subject: 's'.repeat(256),
        source: 's'.repeat(256),
        asker: 'a'.repeat(128),
      },
    ],
  ])('is taken %s', (_, change) => {
    expect(parseWorkflowMessage(JSON.stringify({ ...ASK, ...change })).kind).toBe('ask');
  });

  test.each<[string, object, string]>([
    ['another version', { version: 2 }, 'version'],
    ['another type', { type: 'command' }, 'type'],
    ['an id with a slash', { requestId: 'a/b' }, 'requestId'],
    ['an id that is too long', { requestId: 'a'.repeat(65) }, 'requestId'],
    ['no asker', { asker: '' }, 'asker'],
    ['no subject', { subject: undefined }, 'subject'],
    ['a subject that is too long', { subject: 's'.repeat(257) }, 'subject'],
    ['a source that is too long', { source: 's'.repeat(257) }, 'source'],
    ['a payload that is no text', { payload: {} }, 'payload'],
    ['a payload over 64 KB', { payload: 'ü'.repeat(32_769) }, 'takes more than 65536 bytes'],
    [
      'a payload that is too long once it is JSON in JSON',
      { payload: '\u0001'.repeat(50_000) },
      'takes more than 240000 bytes in a decision',
    ],
    [
      'a requester of more than 2 KB',
      { question: { ...question, requester: { name: 'ü'.repeat(1_000) } } },
      'its requester takes more than 2000 bytes',
    ],
    [
      'a question over 200 KB',
      { question: { ...question, facts: manyFacts(20) } },
      'takes more than 200000 bytes',
    ],
    [
      'a question and a payload that together do not fit',
      { question: { ...question, facts: manyFacts(19) }, payload: '"'.repeat(60_000) },
      'together',
    ],
    [
      'something in the question that no one would be shown',
      { question: { ...question, hidden: 'x' } },
      'at question',
    ],
    ['a text that is endless', { question: { ...question, title: 'x'.repeat(20_001) } }, 'title'],
    ['an account that has a name', { labels: { account: 'shop' } }, 'labels.account'],
    ['a unit that has a name', { labels: { units: ['Shops'] } }, 'labels.units'],
    [
      'more units than nest',
      { labels: { units: Array.from({ length: 13 }, () => 'r-abcd') } },
      'labels.units',
    ],
    ['a label that no route is found by', { labels: { acount: '111122223333' } }, 'at labels'],
  ])('is refused with %s', (_, change, reason) => {
    expectUnreadable(JSON.stringify({ ...ASK, ...change }), reason);
  });

  test('is refused where it is no JSON, without showing it', () => {
    expect(() => parseWorkflowMessage('{"secret')).toThrow(
      'The message to the approval workflow, of 8 characters, is no JSON.',
    );
  });
});

describe('what an asker says has become of a decision', () => {
  test('is taken with the attempt that it is of', () => {
    expect(parseWorkflowMessage(JSON.stringify(OUTCOME))).toEqual({
      kind: 'outcome',
      requestId: 'r1',
      asker: 'sentry',
      attempt: { phase: 'end', attempt: 2 },
      outcome: { kind: 'failed', text: 'no right to' },
    });
  });

  test.each<[string, object]>([
    ['an unknown outcome', { outcome: 'maybe' }],
    ['no one who has asked', { asker: undefined }],
    ['an attempt before the first', { attempt: 0 }],
    ['an unknown phase', { phase: 'begin' }],
    ['a text that is endless', { text: 'x'.repeat(3_001) }],
  ])('is refused with %s', (_, change) => {
    expect(() => parseWorkflowMessage(JSON.stringify({ ...OUTCOME, ...change }))).toThrow(
      'cannot be read',
    );
  });
});

describe('pointers', () => {
  const CLICK = { version: 1, type: 'click', clickId: 'a'.repeat(64) };
  const MESSAGES = { version: 1, type: 'messages', requestId: 'r1' };

  test('name what the table holds', () => {
    expect(parseClickPointer(JSON.stringify(CLICK)).clickId).toBe('a'.repeat(64));
    expect(parseMessagesPointer(JSON.stringify(MESSAGES)).requestId).toBe('r1');
  });

  test.each([
    { ...CLICK, clickId: 'A'.repeat(64) },
    { ...CLICK, version: 2 },
    MESSAGES,
    ASK,
    OUTCOME,
  ])(
    'about a click are nothing else: what comes from the address that anyone can call neither asks nor reports',
    (message) => {
      expect(() => parseClickPointer(JSON.stringify(message))).toThrow(
        'The message about a click cannot be read',
      );
    },
  );

  test('about messages are no clicks', () => {
    expect(() => parseMessagesPointer(JSON.stringify(CLICK))).toThrow(
      'The message about messages cannot be read',
    );
  });
});

describe('a decision', () => {
  const open = admit(askOf(), NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON).request;
  const request = (decision: Decision, carrying: Carrying): ApprovalRequest => ({
    ...open,
    decision,
    carrying,
  });
  const received = (statement: string) =>
    parseDecision(queueText({ version: 1, type: 'decision', statement, mac: 'm' }));
  const approved: Decision = {
    kind: 'approved',
    at: NOON,
    by: ['ann', 'ben'],
    until: new Date('2026-01-01T13:00:00Z'),
  };

  test.each(['isClickWaiting', 'isRouteLost', 'isLate'] as const)(
    'says %s, and nothing of it else',
    (name) => {
      const decision: Decision = { kind: 'expired', at: new Date(0), by: [] };
      const stated = (values: Decision) =>
        received(decisionStatement(request(values, { phase: 'decision', attempt: 1 }))).statement;
      expect(stated({ ...decision, [name]: true })[name]).toBe(true);
      expect(stated(decision)).not.toHaveProperty(name);
    },
  );

  test('says who gave an approval more time, when, and its later end; its end is that of the first', () => {
    const approval = {
      at: new Date('2026-01-01T12:55:00Z'),
      by: ['cid'],
      until: new Date('2026-01-01T14:00:00Z'),
    };
    const extended = (carrying: Carrying): ApprovalRequest => ({
      ...request(approved, carrying),
      extension: { number: 1, end: approved.until!, votes: [], approval },
    });
    const stated = (carrying: Carrying) =>
      received(decisionStatement(extended(carrying))).statement;
    expect(stated({ phase: 'decision', attempt: 2 })).toMatchObject({
      decision: 'approved',
      attempt: 2,
      decidedAt: approval.at.toISOString(),
      decidedBy: ['cid'],
      until: approval.until.toISOString(),
      isExtension: true,
    });
    const end = stated({ phase: 'end', attempt: 1 });
    expect(end).toMatchObject({ decision: 'ended', decidedAt: NOON.toISOString() });
    expect(end).not.toHaveProperty('isExtension');
  });

  test('says why it was denied', () => {
    const denied: Decision = { kind: 'denied', at: NOON, by: ['ann'], denialReason: 'No ticket' };
    const statement = decisionStatement(request(denied, { phase: 'decision', attempt: 1 }));
    expect(received(statement).statement).toMatchObject({ denialReason: 'No ticket' });
  });

  test('comes to its asker with what it is about', () => {
    const statement = decisionStatement(request(approved, { phase: 'decision', attempt: 2 }));
    expect(received(statement)).toEqual({
      statementText: statement,
      mac: 'm',
      statement: {
        version: 1,
        requestId: 'r1',
        asker: 'sentry',
        digest: open.digest,
        payload: '{}',
        decision: 'approved',
        phase: 'decision',
        attempt: 2,
        decidedAt: '2026-01-01T12:00:00.000Z',
        decidedBy: ['ann', 'ben'],
        until: '2026-01-01T13:00:00.000Z',
      },
    });
  });

  test('whose time is over is told as ended', () => {
    expect(
      received(decisionStatement(request(approved, { phase: 'end', attempt: 1 }))).statement,
    ).toMatchObject({ decision: 'ended', phase: 'end' });
  });

  test('that no one was asked for says why', () => {
    const decision: Decision = { kind: 'not-asked', at: NOON, by: [], reason: 'too-many' };
    expect(
      received(decisionStatement(request(decision, { phase: 'decision', attempt: 1 }))).statement,
    ).toMatchObject({ decision: 'not-asked', reason: 'too-many', decidedBy: [] });
  });

  test('is not told before there is one', () => {
    expect(() => decisionStatement(open)).toThrow('The request r1 is not decided');
  });

  test.each([
    '{}',
    '"',
    'null',
    JSON.stringify({ version: 1, requestId: 'r1', decision: 'approved' }),
  ])('is refused where its statement is %s', (statement) => {
    expect(() => received(statement)).toThrow('The statement of a decision');
  });

  test('goes through a queue to the letter, with characters that SQS does not take', () => {
    const statement = decisionStatement({
      ...request(approved, { phase: 'decision', attempt: 1 }),
      payload: 'a\uffff\ufffe\ud800"\u0001ü😀',
    });
    const text = queueText({ version: 1, type: 'decision', statement, mac: 'm' });
    // Of what SQS documents as allowed: tab, line ends, and these ranges.
    expect(text).toMatch(/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u);
    expect(parseDecision(text).statementText).toBe(statement);
    expect(parseDecision(text).statement.payload).toBe('a\uffff\ufffe\ud800"\u0001ü😀');
  });
});

/** What the workflow asks no one; whom it can tell, it tells. */
function expectUnreadable(message: string, reason: RegExp | string): void {
  expect(() => {
    const read = parseWorkflowMessage(message);
    if (read.kind === 'unreadable-ask') throw new Error(`It cannot be read: ${read.reason}`);
  }).toThrow(reason);
}

describe('a question that cannot be read', () => {
  test('has the digest that its asker makes of it, so that the answer is known for its own', () => {
    const unknown = { ...ASK.question, hidden: 1, title: 7 };
    const message = JSON.stringify({ ...ASK, question: unknown });
    const digest = createHash('sha256')
      .update(canonicalJson([unknown, ASK.payload]))
      .digest('hex');
    expect(parseWorkflowMessage(message)).toMatchObject({
      kind: 'unreadable-ask',
      ask: { requestId: ASK.requestId, asker: ASK.asker, payload: ASK.payload, digest },
    });
  });

  test.each<[string, object, boolean]>([
    ['breaks a limit', { payload: 'x'.repeat(70_000) }, false],
    ['lacks something', { subject: undefined }, false],
    ['is of a later version', { version: 2 }, true],
    ['has a field that a later version may show', { question: { ...ASK.question, n: 1 } }, true],
  ])('may be read after a deployment, or never: it %s', (_, change, isNewer) => {
    const message = JSON.stringify({ ...ASK, ...change });
    expect(parseWorkflowMessage(message)).toMatchObject({ kind: 'unreadable-ask', isNewer });
  });

  test('of no one who could be told is an error', () => {
    for (const change of [{ requestId: 'a b' }, { asker: '' }, { version: 'one' }, { type: 'x' }]) {
      expect(() => parseWorkflowMessage(JSON.stringify({ ...ASK, ...change }))).toThrow(
        'cannot be read by this version',
      );
    }
  });
});
