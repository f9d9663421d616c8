import { takeOutcome } from '../../../src/approval/domain/take-from-asker';
import {
  APPROVE,
  approveFor,
  askOf,
  DENY,
  HOUR,
  MINUTE,
  RETRY,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

async function asked(workflow = new WorkflowInMemory()): Promise<WorkflowInMemory> {
  await workflow.ask();
  return workflow;
}

test('a request that no one answers expires, and the asker is told', async () => {
  const workflow = await asked();
  await workflow.pass(24 * HOUR - MINUTE);
  expect((await workflow.request()).decision).toBeUndefined();
  await workflow.pass(MINUTE);
  expect((await workflow.request()).decision).toEqual({
    kind: 'expired',
    at: workflow.now(),
    by: [],
  });
  expect(workflow.asker.words()).toEqual(['expired decision 1']);
  expect(workflow.messenger.monitored).toEqual(['r1 asked', 'r1 expired']);
});

test('an approval that is not enough does not keep a request from expiring', async () => {
  const workflow = await asked(new WorkflowInMemory({ requiredApprovals: 2 }));
  await workflow.click('ann', APPROVE);
  await workflow.pass(24 * HOUR);
  expect((await workflow.request()).decision).toMatchObject({ kind: 'expired' });
});

describe('a reminder', () => {
  test('comes each time the span is over, in the thread, until someone decides', async () => {
    const workflow = await asked();
    await workflow.pass(8 * HOUR);
    expect(workflow.messenger.replies()).toEqual(['r1 still waits', 'r1 still waits']);
    await workflow.click('ann', DENY);
    await workflow.pass(8 * HOUR);
    expect(workflow.messenger.replies()).toHaveLength(2);
    expect(workflow.entries()).toEqual(['asked', 'reminded', 'reminded', 'decided']);
  });

  test('comes once for all that were missed', async () => {
    const workflow = await asked();
    await workflow.pause(13 * HOUR);
    await workflow.tick();
    expect(workflow.messenger.replies()).toHaveLength(1);
    await workflow.pass(2 * HOUR);
    expect(workflow.messenger.replies()).toHaveLength(1);
    await workflow.pass(HOUR);
    expect(workflow.messenger.replies()).toHaveLength(2);
  });

  test('is not brought any more once someone has decided', async () => {
    const workflow = await asked();
    workflow.messenger.troubleOf.set('reply', new Error('down'));
    await workflow.pass(4 * HOUR);
    await workflow.click('ann', DENY);
    workflow.messenger.troubleOf.clear();
    await workflow.pass(10 * MINUTE);
    expect(workflow.messenger.replies()).toEqual([]);
  });
});

describe('an approval for a time', () => {
  async function timed(): Promise<WorkflowInMemory> {
    const workflow = await asked();
    await workflow.click('ann', approveFor(3_600));
    return workflow;
  }

  test('ends, and the asker is told of the end', async () => {
    const workflow = await timed();
    await workflow.outcome('carried-out');
    await workflow.pass(HOUR - MINUTE);
    expect(workflow.asker.words()).toEqual(['approved decision 1']);
    await workflow.pass(MINUTE);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved end 1']);
    await workflow.outcome('carried-out', { phase: 'end', attempt: 1 });
    expect(workflow.messenger.monitored).toEqual([
      'r1 asked',
      'r1 approved',
      'r1 carried-out',
      'r1 ended',
    ]);
    expect(workflow.messenger.questions()).toEqual(['r1 approved by ann: end carried-out']);
    expect(workflow.entries()).toEqual([
      'asked',
      'vote',
      'decided',
      'carried-out',
      'end-reminded',
      'ended',
      'carried-out',
    ]);
    expect(workflow.store.dueAtOf('r1')).toBeUndefined();
  });

  test.each(['failed', 'conflicting'] as const)(
    'ends after it has %s, since the asker may have done a part',
    async (outcome) => {
      const workflow = await timed();
      await workflow.outcome(outcome);
      await workflow.pass(HOUR);
      expect(workflow.asker.words().at(-1)).toBe('approved end 1');
    },
  );

  test('ends even if the asker has never answered, and a late outcome of the decision does not count for the end', async () => {
    const workflow = await timed();
    await workflow.pass(HOUR);
    await workflow.outcome('carried-out', { phase: 'decision', attempt: 1 });
    expect((await workflow.request()).carrying).toMatchObject({ phase: 'end', attempt: 1 });
    expect((await workflow.request()).carrying?.outcome).toBeUndefined();
  });

  test('of which the end failed can be ended by a retry', async () => {
    const workflow = await timed();
    await workflow.outcome('carried-out');
    await workflow.pass(HOUR);
    await workflow.outcome('failed', { phase: 'end', attempt: 1 });
    await workflow.click('ann', RETRY);
    expect(workflow.asker.words().at(-1)).toBe('approved end 2');
  });

  test('does not end while it lasts after a retry', async () => {
    const workflow = await timed();
    await workflow.outcome('failed');
    await workflow.click('ann', RETRY);
    await workflow.outcome('carried-out', { phase: 'decision', attempt: 2 });
    await workflow.pass(HOUR - MINUTE);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
    await workflow.pass(MINUTE);
    expect(workflow.asker.words().at(-1)).toBe('approved end 1');
  });
});

describe('a decision', () => {
  test('is sent again until an outcome comes', async () => {
    const workflow = await asked();
    await workflow.click('ann', DENY);
    await workflow.pass(5 * MINUTE - 1);
    expect(workflow.asker.told).toHaveLength(1);
    await workflow.pass(10 * MINUTE);
    expect(workflow.asker.told).toHaveLength(3);
    await workflow.outcome('carried-out');
    await workflow.pass(HOUR);
    expect(workflow.asker.words()).toEqual([
      'denied decision 1',
      'denied decision 1',
      'denied decision 1',
    ]);
  });

  test('is sent when the queue can be reached again', async () => {
    const workflow = await asked();
    const ports = workflow.ports.bind(workflow);
    workflow.ports = () => ({
      ...ports(),
      tellAsker: async () => Promise.reject(new Error('no queue')),
    });
    await workflow.click('ann', DENY);
    await workflow.pass(3 * MINUTE);
    expect(workflow.asker.told).toEqual([]);
    expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way']);
    workflow.ports = ports;
    await workflow.pass(MINUTE);
    expect(workflow.asker.words()).toEqual(['denied decision 1']);
  });

  test('has one outcome: what comes later is not heard', async () => {
    const workflow = await asked();
    await workflow.click('ann', DENY);
    await workflow.outcome('carried-out');
    await workflow.outcome('failed');
    expect((await workflow.request()).carrying?.outcome).toMatchObject({ kind: 'carried-out' });
  });

  test('has no outcome that another asker tells', async () => {
    const workflow = await asked();
    await workflow.click('ann', DENY);
    const outcome = { kind: 'carried-out' as const, text: 'done', at: workflow.now() };
    const report = {
      requestId: 'r1',
      asker: 'stranger',
      attempt: { phase: 'decision' as const, attempt: 1 },
      outcome,
    };
    expect(await takeOutcome(report, workflow.configuration, workflow.ports())).toBe(false);
    expect((await workflow.request()).carrying?.outcome).toBeUndefined();
    await workflow.outcome('carried-out');
    expect((await workflow.request()).carrying?.outcome).toMatchObject({ kind: 'carried-out' });
  });

  test('has no outcome before there is one', async () => {
    const workflow = await asked();
    await workflow.outcome('carried-out');
    expect((await workflow.request()).carrying).toBeUndefined();
    expect(workflow.entries()).toEqual(['asked']);
  });
});

test.each([
  ['an expiry', 24 * HOUR],
  ['a reminder', 4 * HOUR],
])('%s is announced once', async (_, milliseconds) => {
  const workflow = await asked();
  await workflow.pause(milliseconds);
  await workflow.tick();
  await workflow.pass(3 * MINUTE);
  expect(workflow.announced.map(({ entry }) => entry.what)).toEqual(workflow.entries());
});

test('all that happened is announced once, in spite of who reads it in which order', async () => {
  const workflow = await asked();
  await workflow.click('mallory', APPROVE);
  await workflow.pass(4 * HOUR);
  await workflow.click('ann', approveFor(3_600));
  await workflow.outcome('carried-out');
  await workflow.pass(HOUR);
  await workflow.outcome('carried-out', { phase: 'end', attempt: 1 });
  await workflow.pass(HOUR);
  expect(workflow.announced.map(({ entry }) => entry.what)).toEqual(workflow.entries());
  expect((await workflow.request()).unannounced).toEqual([]);
});

test('a request that is all done is not looked at again', async () => {
  const workflow = await asked();
  await workflow.click('ann', APPROVE);
  await workflow.outcome('carried-out');
  expect(workflow.store.dueAtOf('r1')).toBeUndefined();
  const { writes } = workflow.store;
  await workflow.pass(HOUR);
  expect(workflow.store.writes).toBe(writes);
});

test('an open request is looked at next when its reminder or its end comes', async () => {
  const workflow = await asked();
  const start = (await workflow.request()).askedAt.getTime();
  expect(workflow.store.dueAtOf('r1')).toEqual(new Date(start + 4 * HOUR));
  const rare = new WorkflowInMemory({ remindMilliseconds: 48 * HOUR });
  await rare.ask(askOf());
  expect(rare.store.dueAtOf('r1')).toEqual(new Date(start + 24 * HOUR));
});
