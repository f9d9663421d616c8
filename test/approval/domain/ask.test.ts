import { takeAsk, takeUnreadableAsk } from '../../../src/approval/domain/take-from-asker';
import {
  APPROVE,
  askOf,
  DENY,
  EVE,
  HOUR,
  MINUTE,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

test('what comes twice with the same id is asked once', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  await workflow.ask();
  expect(workflow.messenger.questions()).toEqual(['r1 waits, with 0 approvals and 0 repeats']);
  expect(workflow.entries()).toEqual(['asked']);
});

test('what comes twice in the same instant is asked once, and repeats nothing', async () => {
  const workflow = new WorkflowInMemory();
  const takenAs = workflow.store.takenAs.bind(workflow.store);
  let reads = 0;
  const store = Object.assign(Object.create(workflow.store), {
    takenAs: async (id: string) => {
      const taken = await takenAs(id);
      reads += 1;
      if (reads === 1) await workflow.ask();
      return taken;
    },
    subject: async (subject: string) => {
      await new Promise(setImmediate);
      return workflow.store.subject(subject);
    },
  });
  await takeAsk(askOf(), workflow.configuration, workflow.ports(store));
  await workflow.work();
  expect(workflow.entries()).toEqual(['asked']);
  expect((await workflow.request()).joined).toEqual([]);
});

test.each([
  ['approved', APPROVE],
  ['denied', DENY],
] as const)(
  'what comes again after the request that it had joined is %s was answered, and asks no one',
  async (_, action) => {
    const workflow = new WorkflowInMemory({ denialPauseMilliseconds: 0 });
    await workflow.ask();
    await workflow.ask(askOf({ requestId: 'r2' }));
    await workflow.click('ann', action);
    await workflow.ask(askOf({ requestId: 'r2' }));
    expect(workflow.store.all().map(({ id }) => id)).toEqual(['r1', 'r2']);
    expect(toldOf(workflow, 'r2')).toEqual(['not-asked']);
    expect(workflow.messenger.questions()).toHaveLength(1);
    expect(workflow.queue).toEqual([]);
  },
);

test('what comes again is known, however many came after it', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  await workflow.ask(askOf({ requestId: 'r2' }));
  const request = await workflow.request();
  workflow.store.put({
    ...request,
    repeats: 101,
    joined: Array.from({ length: 100 }, (_, index) => `other-${index}`),
  });
  await workflow.ask(askOf({ requestId: 'r2' }));
  expect((await workflow.request()).repeats).toBe(101);
});

test('what joins in the same instant twice is counted once', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  workflow.store.beforeWrite.set(workflow.store.writes + 1, async () =>
    workflow.ask(askOf({ requestId: 'r2' })),
  );
  await workflow.ask(askOf({ requestId: 'r2' }));
  expect((await workflow.request()).repeats).toBe(1);
});

test('the same, asked again while it is open, counts up on the request', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  await workflow.ask(askOf({ requestId: 'r2' }, UNVERIFIED));
  await workflow.ask(askOf({ requestId: 'r2' }, UNVERIFIED));
  await workflow.ask(askOf({ requestId: 'r3' }, EVE));
  const { joined, requesters } = await workflow.request();
  expect(joined).toEqual(['r2', 'r3']);
  expect(requesters.map(({ name }) => name)).toEqual([EVE.name, UNVERIFIED.name]);
  expect(workflow.messenger.questions()).toEqual(['r1 waits, with 0 approvals and 2 repeats']);
  expect(workflow.entries()).toEqual(['asked', 'repeated', 'repeated']);
});

test('two requests about the same in the same instant become one', async () => {
  const workflow = new WorkflowInMemory();
  workflow.store.beforeWrite.set(1, async () => workflow.ask(askOf({ requestId: 'r2' })));
  await workflow.ask();
  expect((await workflow.request('r2')).joined).toEqual(['r1']);
  expect((await workflow.request('r1')).decision).toMatchObject({ reason: 'asked-already' });
});

test("askers may call what they ask about alike: it is not the same, and neither uses up the other's questions", async () => {
  const workflow = new WorkflowInMemory({ requestsAnHour: 1 });
  await workflow.ask();
  await workflow.ask(askOf({ requestId: 'r2', asker: 'another' }));
  expect(workflow.messenger.questions()).toEqual([
    'r1 waits, with 0 approvals and 0 repeats',
    'r2 waits, with 0 approvals and 0 repeats',
  ]);
});

test('a request about something else is another', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  await workflow.ask(askOf({ requestId: 'r2', subject: 'sg-2 ssh' }));
  expect(workflow.messenger.questions()).toHaveLength(2);
});

test.each([
  ['approved', APPROVE],
  ['denied', DENY],
] as const)('a subject whose request is %s is open no more', async (_, action) => {
  const workflow = new WorkflowInMemory({ denialPauseMilliseconds: 0 });
  await workflow.ask();
  await workflow.click('ann', action);
  await workflow.ask(askOf({ requestId: 'r2' }));
  expect((await workflow.request('r2')).decision).toBeUndefined();
  expect(workflow.messenger.questions()).toHaveLength(2);
});

describe('after a denial', () => {
  async function denied(): Promise<WorkflowInMemory> {
    const workflow = new WorkflowInMemory();
    await workflow.ask();
    await workflow.click('ann', DENY);
    return workflow;
  }

  test('no one is asked the same for a while, and the asker is told', async () => {
    const workflow = await denied();
    await workflow.pass(2 * HOUR - 1);
    await workflow.ask(askOf({ requestId: 'r2' }));
    expect((await workflow.request('r2')).decision).toEqual({
      kind: 'not-asked',
      at: workflow.now(),
      by: [],
      reason: 'denied-before',
    });
    expect(workflow.asker.words().at(-1)).toBe('not-asked decision 1');
    expect(workflow.messenger.questions()).toHaveLength(1);
    expect(workflow.entries('r2')).toEqual(['not-asked']);
    await workflow.outcome('carried-out', { phase: 'decision', attempt: 1 }, 'r2');
    expect(workflow.messenger.monitored).not.toContainEqual(expect.stringContaining('r2'));
    expect(workflow.store.dueAtOf('r2')).toBeUndefined();
  });

  test('it is asked again when the pause is over, which a request in between does not extend', async () => {
    const workflow = await denied();
    await workflow.pass(HOUR);
    await workflow.ask(askOf({ requestId: 'r2' }));
    await workflow.pass(HOUR);
    await workflow.ask(askOf({ requestId: 'r3' }));
    expect((await workflow.request('r3')).decision).toBeUndefined();
  });

  test('something else is asked all the same', async () => {
    const workflow = await denied();
    await workflow.ask(askOf({ requestId: 'r2', subject: 'sg-1 rdp' }));
    expect((await workflow.request('r2')).decision).toBeUndefined();
  });
});

describe('one source', () => {
  async function full(): Promise<WorkflowInMemory> {
    const workflow = new WorkflowInMemory({ requestsAnHour: 2 });
    await workflow.ask(askOf({ requestId: 'r1', subject: 'one' }));
    await workflow.pass(30 * MINUTE);
    await workflow.ask(askOf({ requestId: 'r2', subject: 'two' }));
    return workflow;
  }

  test('causes so many requests an hour, and of more the asker alone hears', async () => {
    const workflow = await full();
    await workflow.ask(askOf({ requestId: 'r3', subject: 'three' }));
    expect((await workflow.request('r3')).decision).toMatchObject({
      kind: 'not-asked',
      reason: 'too-many',
    });
    expect(workflow.asker.words()).toEqual(['not-asked decision 1']);
    expect(workflow.messenger.questions()).toHaveLength(2);
  });

  test('may ask again an hour after its first, and not-asked ones do not count', async () => {
    const workflow = await full();
    await workflow.ask(askOf({ requestId: 'r3', subject: 'three' }));
    await workflow.pass(30 * MINUTE);
    await workflow.ask(askOf({ requestId: 'r4', subject: 'four' }));
    await workflow.ask(askOf({ requestId: 'r5', subject: 'five' }));
    expect((await workflow.request('r4')).decision).toBeUndefined();
    expect((await workflow.request('r5')).decision).toMatchObject({ kind: 'not-asked' });
  });

  test('does not stop another', async () => {
    const workflow = await full();
    await workflow.ask(askOf({ requestId: 'r3', subject: 'three', source: 'bob sg-1' }));
    expect((await workflow.request('r3')).decision).toBeUndefined();
  });

  test('may repeat an open request, which asks no one again', async () => {
    const workflow = await full();
    await workflow.ask(askOf({ requestId: 'r3', subject: 'one' }));
    expect((await workflow.request('r1')).joined).toEqual(['r3']);
  });

  test('does not get past its cap by two requests in the same instant', async () => {
    const workflow = new WorkflowInMemory({ requestsAnHour: 1 });
    workflow.store.beforeWrite.set(1, async () =>
      workflow.ask(askOf({ requestId: 'r2', subject: 'two' })),
    );
    await workflow.ask(askOf({ requestId: 'r1', subject: 'one' }));
    expect((await workflow.request('r1')).decision).toMatchObject({
      kind: 'not-asked',
      reason: 'too-many',
    });
  });
});

describe('an answer always comes back', () => {
  test('to who asks the same while it is open: at once, once, and with its own digest', async () => {
    const workflow = new WorkflowInMemory();
    await workflow.ask();
    const again = askOf({ requestId: 'r2', digest: 'b'.repeat(64), payload: 'other' });
    await workflow.ask(again);
    await workflow.ask(again);
    expect(await workflow.request('r2')).toMatchObject({
      digest: again.digest,
      payload: 'other',
      decision: { kind: 'not-asked', by: [], reason: 'asked-already' },
    });
    expect(toldOf(workflow, 'r2')).toEqual(['not-asked']);
    expect(workflow.entries('r2')).toEqual(['not-asked']);
    expect((await workflow.request()).repeats).toBe(1);
    await workflow.click('ann', APPROVE);
    expect(toldOf(workflow, 'r1')).toEqual(['approved']);
    expect(toldOf(workflow, 'r2')).toEqual(['not-asked']);
  });

  test('to who asks what cannot be read: no one in Slack sees anything of it', async () => {
    const workflow = new WorkflowInMemory();
    for (let n = 0; n < 2; n += 1) {
      await takeUnreadableAsk(askOf(), workflow.configuration, workflow.ports(workflow.store));
      await workflow.work();
    }
    expect((await workflow.request()).decision).toMatchObject({
      kind: 'not-asked',
      reason: 'unreadable',
    });
    expect(toldOf(workflow, 'r1')).toEqual(['not-asked']);
    expect(workflow.messenger.questions()).toEqual([]);
  });

  test('again until it has answered', async () => {
    const workflow = new WorkflowInMemory();
    workflow.asker.answers = undefined;
    await workflow.ask();
    await workflow.ask(askOf({ requestId: 'r2' }));
    await workflow.pass(5 * MINUTE);
    expect(toldOf(workflow, 'r2')).toEqual(['not-asked', 'not-asked']);
  });
});

describe('two askers that take the same id', () => {
  const OTHERS = askOf({ asker: 'another', subject: 'sg-2 ssh' });

  test('are each asked for, and each told what became of its own', async () => {
    const workflow = new WorkflowInMemory();
    workflow.asker.answers = () => 'carried-out';
    await workflow.ask();
    await workflow.ask(OTHERS);
    await workflow.ask(OTHERS);
    expect(workflow.store.all().map(({ id, askedAs }) => [id, askedAs])).toEqual([
      ['r1', undefined],
      ['another-r1', 'r1'],
    ]);
    await workflow.click('ann', DENY, { requestId: 'another-r1' });
    expect((await workflow.request()).decision).toBeUndefined();
    const { decision, carrying } = await workflow.request('another-r1');
    expect(decision?.kind).toBe('denied');
    expect(toldOf(workflow, 'r1')).toEqual(['denied']);
    expect(carrying?.outcome?.kind).toBe('carried-out');
  });

  test('do so in the same instant, and none is lost', async () => {
    const workflow = new WorkflowInMemory();
    workflow.store.beforeWrite.set(1, async () => workflow.ask(OTHERS));
    await workflow.ask();
    expect(workflow.store.all().map(({ id, asker }) => [id, asker])).toEqual([
      ['r1', 'another'],
      ['sentry-r1', 'sentry'],
    ]);
  });

  test('also where one takes the id that the other would be given', async () => {
    const workflow = new WorkflowInMemory();
    await workflow.ask(OTHERS);
    await workflow.ask({ ...OTHERS, requestId: 'sentry-r1', subject: 'sg-3 ssh' });
    await workflow.ask();
    expect(workflow.store.all().map(({ id, asker, askedAs }) => [id, asker, askedAs])).toEqual([
      ['r1', 'another', undefined],
      ['another-sentry-r1', 'another', 'sentry-r1'],
      ['sentry-r1', 'sentry', 'r1'],
    ]);
  });

  test('also with what cannot be read', async () => {
    const workflow = new WorkflowInMemory();
    await workflow.ask();
    await takeUnreadableAsk(OTHERS, workflow.configuration, workflow.ports());
    expect(await workflow.request('another-r1')).toMatchObject({
      askedAs: 'r1',
      decision: { kind: 'not-asked', reason: 'unreadable' },
    });
  });
});

function toldOf({ asker }: WorkflowInMemory, id: string): string[] {
  return asker.told.filter(({ requestId }) => requestId === id).map(({ decision }) => decision);
}
