import { LambdaClient, ServiceException, TooManyRequestsException } from '@aws-sdk/client-lambda';
import {
  ActionFailedError,
  actionCall,
  callAction,
} from '../../../src/approval/adapters/action-call';
import type { DecisionStatement } from '../../../src/approval/contracts/approval-messages';
import { ActionUnansweredError } from '../../../src/approval/domain/carry-out-action';

const STATEMENT: DecisionStatement = {
  version: 1,
  requestId: 'r1',
  asker: 'Stack/Action',
  digest: 'd'.repeat(64),
  payload: '"not this one"',
  decision: 'approved',
  phase: 'decision',
  attempt: 1,
  decidedAt: '2026-11-30T12:00:00.000Z',
  decidedBy: ['U0ALICE'],
};
const CALL = actionCall(STATEMENT, '{"id":1}', false);

describe('the call of the action function', () => {
  test('has what was asked, as it was stored, and what was decided', () => {
    expect(CALL).toEqual({
      version: 1,
      type: 'action-call',
      requestId: 'r1',
      idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      isBegun: false,
      decision: 'approved',
      payload: { id: 1 },
      decidedBy: ['U0ALICE'],
      decidedAt: STATEMENT.decidedAt,
      phase: 'decision',
      attempt: 1,
    });
  });

  test('has why someone denied, where they were asked', () => {
    const denied = { ...STATEMENT, decision: 'denied' as const, denialReason: 'Not this week' };
    expect(actionCall(denied, 'null', false)).toMatchObject({ denialReason: 'Not this week' });
  });

  test('has the same key for a retry, and another one for another decision or request', () => {
    const keyWith = (change: Partial<DecisionStatement>) =>
      actionCall({ ...STATEMENT, ...change }, 'null', false).idempotencyKey;
    expect(keyWith({ attempt: 2 })).toBe(CALL.idempotencyKey);
    const others = [{ decision: 'ended' as const }, { requestId: 'r2' }, { asker: 'other' }];
    const keys = others.map(keyWith);
    expect(new Set([CALL.idempotencyKey, ...keys]).size).toBe(4);
  });

  test('has a key for each later end, the same for its retries, and says that it is one', () => {
    const extended = { ...STATEMENT, isExtension: true, until: '2026-11-30T14:00:00.000Z' };
    const callOf = (change: Partial<DecisionStatement>) =>
      actionCall({ ...extended, ...change }, 'null', false);
    expect(callOf({})).toMatchObject({ isExtension: true, until: extended.until });
    expect(callOf({ attempt: 3 }).idempotencyKey).toBe(callOf({}).idempotencyKey);
    const later = callOf({ until: '2026-11-30T15:00:00.000Z' });
    const first = callOf({ isExtension: undefined });
    expect(first.idempotencyKey).toBe(CALL.idempotencyKey);
    const keys = [callOf({}), later, first].map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(3);
  });
});

describe('what the action function returns', () => {
  test('nothing at all, as runtimes without a value answer', async () => {
    expect(await called({ Payload: '' })).toEqual({ outcome: 'carried-out', text: 'Done.' });
  });

  test('a text without end is cut before it is kept', async () => {
    const { text } = await called({ Payload: JSON.stringify('x'.repeat(500_000)) });
    expect(text).toHaveLength(3_000);
    expect(text).toMatch(/the rest is cut here\)$/);
  });

  test.each<[string, unknown, object]>([
    ['a text', 'It is gone.', { outcome: 'carried-out', text: 'It is gone.' }],
    ['nothing', null, { outcome: 'carried-out', text: 'Done.' }],
    ['a text alone in an object', { text: 'Gone.' }, { outcome: 'carried-out', text: 'Gone.' }],
    [
      'an outcome',
      { outcome: 'conflicting', text: 'It has changed.' },
      { outcome: 'conflicting', text: 'It has changed.' },
    ],
    ['something else', { ok: true }, { outcome: 'failed', text: expect.stringContaining('ran') }],
    [
      'an outcome that is none',
      { outcome: 'maybe', text: '' },
      { outcome: 'failed', text: expect.stringContaining('is not known') },
    ],
  ])('%s', async (_, returned, expected) => {
    expect(await called({ Payload: JSON.stringify(returned) })).toEqual(expected);
  });

  test.each([
    ['{"errorMessage":"The disk\\nis full","errorType":"Error"}', 'The disk is full'],
    ['no JSON', 'does not say why (Unhandled)'],
  ])('a failure: %s', async (payload, reason) => {
    const failing = called({ Payload: payload, FunctionError: 'Unhandled' });
    await expect(failing).rejects.toThrow(ActionFailedError);
    await expect(failing).rejects.toThrow(reason);
  });
});

describe('a call without an answer', () => {
  const details = { message: 'no', $metadata: {} };

  test.each<[string, Error]>([
    ['the connection was lost', new Error('socket hang up')],
    ['Lambda had a fault', new ServiceException(details)],
  ])('may be under way still: %s', async (_, error) => {
    await expect(calledThrough(async () => Promise.reject(error))).rejects.toThrow(
      ActionUnansweredError,
    );
  });

  test('that Lambda refused did not begin', async () => {
    const refused = calledThrough(async () =>
      Promise.reject(new TooManyRequestsException(details)),
    );
    await expect(refused).rejects.toThrow(TooManyRequestsException);
  });
});

/** By a client whose answers are these. */
async function called(answer: { Payload: string; FunctionError?: string }) {
  return calledThrough(async () => ({
    response: {},
    output: { $metadata: {}, StatusCode: 200, ...answer, Payload: Buffer.from(answer.Payload) },
  }));
}

async function calledThrough(
  answer: () => Promise<{ readonly response: object; readonly output: object }>,
) {
  const client = new LambdaClient({ region: 'us-east-1' });
  client.middlewareStack.add(() => answer as never, { step: 'initialize', priority: 'high' });
  return callAction(client, 'arn:aws:lambda:us-east-1:111122223333:function:f', CALL);
}
