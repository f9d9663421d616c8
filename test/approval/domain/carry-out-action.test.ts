import type { AskResult, CarriedOut } from '../../../src/approval/domain/ask-result';
import {
  type ActionDecision,
  type ActionTry,
  ActionUnansweredError,
  answeredBy,
  type Beginning,
  carryOutAction,
} from '../../../src/approval/domain/carry-out-action';

const NOON = new Date('2026-11-30T12:00:00Z');
const APPROVED: ActionDecision = {
  requestId: 'r1',
  decision: 'approved',
  phase: 'decision',
  attempt: 1,
};
const DONE: CarriedOut = { outcome: 'carried-out', text: 'Done.' };

/** A table with one request, and an action function. */
class Action {
  readonly calls: boolean[] = [];
  turn = 0;
  begun?: string;
  holder?: string;
  last?: AskResult;
  now = NOON;
  actionFunction: () => Promise<CarriedOut> = async () => DONE;

  async carryOut(
    decision: ActionDecision,
    { holder = 'one', tries = 1 } = {},
  ): Promise<AskResult | undefined> {
    return carryOutAction(
      decision,
      this.last,
      { holder, tries },
      {
        begin: async (current) => this.begin(current),
        release: async () => {
          this.holder = undefined;
        },
        conclude: async (_, result) => {
          [this.last, this.holder] = [result, undefined];
        },
        call: async (isBegun) => {
          this.calls.push(isBegun);
          return this.actionFunction();
        },
        now: () => this.now,
      },
    );
  }

  private begin({ turn, decision, holder }: ActionTry): Beginning {
    if (this.turn > turn) return { kind: 'later' };
    if (this.holder && this.holder !== holder) {
      return { kind: 'taken', isSameTurn: this.turn === turn };
    }
    const isBegun = this.begun === decision;
    [this.turn, this.begun, this.holder] = [turn, decision, holder];
    return { kind: 'begun', isBegun };
  }
}

test('a decision is carried out once, and told as often as it comes', async () => {
  const action = new Action();
  const first = await action.carryOut(APPROVED);
  expect(first).toEqual({ phase: 'decision', attempt: 1, ...DONE });
  expect(await action.carryOut(APPROVED, { holder: 'two' })).toEqual(first);
  expect(action.calls).toEqual([false]);
});

test('what the action function says failed is not tried again by itself', async () => {
  const action = new Action();
  action.actionFunction = async () => ({ outcome: 'failed', text: 'Not today.' });
  await action.carryOut(APPROVED);
  await action.carryOut(APPROVED, { tries: 2 });
  expect(action.calls).toEqual([false]);
  await action.carryOut({ ...APPROVED, attempt: 2 });
  expect(action.calls).toEqual([false, true]);
});

test('more time is another thing to do than what was approved first, and a retry of it is not', async () => {
  const action = new Action();
  await action.carryOut(APPROVED);
  action.actionFunction = async () => ({ outcome: 'failed', text: 'Not today.' });
  const until = new Date(NOON.getTime() + 3_600_000);
  await action.carryOut({ ...APPROVED, attempt: 2, isExtension: true, until });
  await action.carryOut({ ...APPROVED, attempt: 3, isExtension: true, until });
  expect(action.calls).toEqual([false, false, true]);
});

test('what the action function throws is, and it hears that it has begun', async () => {
  const action = new Action();
  action.actionFunction = async () => Promise.reject(new Error('busy'));
  await expect(action.carryOut(APPROVED)).rejects.toThrow('busy');
  action.actionFunction = async () => DONE;
  await action.carryOut(APPROVED, { holder: 'two', tries: 2 });
  expect(action.calls).toEqual([false, true]);
});

test('a call whose answer was lost keeps others from beginning: it may be under way', async () => {
  const action = new Action();
  action.actionFunction = async () => Promise.reject(new ActionUnansweredError('socket hang up'));
  await expect(action.carryOut(APPROVED)).rejects.toThrow('is not known');
  await expect(action.carryOut(APPROVED, { holder: 'two', tries: 2 })).rejects.toThrow('under way');
  expect(action.calls).toEqual([false]);
});

test('two messages at the same time lead to one call', async () => {
  const action = new Action();
  action.actionFunction = async () => {
    expect(await action.carryOut(APPROVED, { holder: 'two' })).toBeUndefined();
    await expect(action.carryOut(APPROVED, { holder: 'three', tries: 2 })).rejects.toThrow(
      'under way',
    );
    await expect(action.carryOut({ ...APPROVED, attempt: 2 }, { holder: 'four' })).rejects.toThrow(
      'under way',
    );
    return DONE;
  };
  await action.carryOut(APPROVED);
  expect(action.calls).toEqual([false]);
});

test('a decision does not count any more once a later one has begun, nor after the end', async () => {
  const action = new Action();
  await action.carryOut({ ...APPROVED, attempt: 2 });
  expect(await action.carryOut(APPROVED)).toBeUndefined();
  await action.carryOut({ ...APPROVED, decision: 'ended', phase: 'end' });
  expect(await action.carryOut({ ...APPROVED, attempt: 3 })).toBeUndefined();
  expect(action.calls).toEqual([false, false]);
});

test('another decision about the same request has not begun before', async () => {
  const action = new Action();
  await action.carryOut({ ...APPROVED, decision: 'expired' });
  await action.carryOut({ ...APPROVED, attempt: 2 });
  expect(action.calls).toEqual([false, false]);
});

test('an approval whose time is over is not carried out', async () => {
  const action = new Action();
  const result = await action.carryOut({ ...APPROVED, until: NOON });
  expect(result).toMatchObject({
    outcome: 'conflicting',
    text: expect.stringMatching(/^Nothing was done/),
  });
  await action.carryOut({ ...APPROVED, decision: 'ended', phase: 'end', until: NOON });
  expect(action.calls).toEqual([false]);
});

test.each([
  ['threw', new Error('half done'), false],
  ['got no answer', new ActionUnansweredError('socket hang up'), true],
])(
  'no one reads that nothing was done, where a call %s before the time was over',
  async (...given) => {
    const [, error, isLeaseToEnd] = given;
    const until = new Date(NOON.getTime() + 300_000);
    const action = new Action();
    action.actionFunction = async () => Promise.reject(error);
    await expect(action.carryOut({ ...APPROVED, until })).rejects.toThrow(error);
    action.now = until;
    if (isLeaseToEnd) action.holder = undefined;
    expect(
      await action.carryOut({ ...APPROVED, until }, { holder: 'two', tries: 2 }),
    ).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('An earlier call may have done it'),
    });
    expect(action.calls).toEqual([false]);
  },
);

test('an action function that says nothing has done it', () => {
  expect(answeredBy({})).toEqual(DONE);
  expect(answeredBy({ text: ' ' })).toEqual(DONE);
  expect(answeredBy({ outcome: 'conflicting', text: 'Gone.' })).toEqual({
    outcome: 'conflicting',
    text: 'Gone.',
  });
});

test('one that came before the end, or before a later attempt, is not carried out', async () => {
  const told = new Action();
  told.last = { ...DONE, phase: 'end', attempt: 1 };
  expect(await told.carryOut(APPROVED)).toBeUndefined();
  const begun = new Action();
  begun.turn = 2;
  expect(await begun.carryOut(APPROVED)).toBeUndefined();
  expect([told.calls, begun.calls]).toEqual([[], []]);
});

test('more time after more time is another thing to do, and what was approved first is not', async () => {
  const action = new Action();
  const hours = (count: number) => new Date(NOON.getTime() + count * 3_600_000);
  await action.carryOut({ ...APPROVED, until: hours(1) });
  expect(action.begun).toBe('approved');
  for (const attempt of [2, 3]) {
    await action.carryOut({ ...APPROVED, attempt, isExtension: true, until: hours(attempt) });
  }
  expect(action.begun).toBe('approved until 2026-11-30T15:00:00.000Z');
  expect(action.calls).toEqual([false, false, false]);
});
