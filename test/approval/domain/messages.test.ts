import { advance } from '../../../src/approval/domain/advance-request';
import { type ApprovalRequest, isDue, slotOf } from '../../../src/approval/domain/approval-request';
import { deliverMessages } from '../../../src/approval/domain/deliver-messages';
import { withPointed } from '../../../src/approval/domain/due';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../src/approval/domain/messenger';
import { takeClick } from '../../../src/approval/domain/take-click';
import { takeAsk } from '../../../src/approval/domain/take-from-asker';
import {
  APPROVE,
  askOf,
  DENY,
  EVE,
  HOUR,
  MINUTE,
  SHOW_ALL,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

function dueNames({ messages }: ApprovalRequest): string[] {
  return messages.filter(isDue).map(({ name }) => name.kind);
}

async function asked(workflow = new WorkflowInMemory(), ask = askOf()): Promise<WorkflowInMemory> {
  await workflow.ask(ask);
  return workflow;
}

describe('while the messenger says it is too much', () => {
  test('it is tried again when it says, not before', async () => {
    const workflow = new WorkflowInMemory();
    workflow.messenger.trouble = new MessengerUnavailableError('429', 90_000);
    await workflow.ask();
    const { calls } = workflow.messenger;
    expect(calls).toEqual(['post', 'monitor']);
    await workflow.pass(80_000, 10_000);
    expect(calls).toHaveLength(2);
    workflow.messenger.trouble = undefined;
    await workflow.pass(10_000);
    expect(workflow.messenger.questions()).toHaveLength(1);
    expect(workflow.messenger.monitored).toEqual(['r1 asked']);
  });

  test('what can be brought is brought, and other requests are not held up', async () => {
    const workflow = new WorkflowInMemory();
    workflow.messenger.troubleOf.set('post', new MessengerUnavailableError('429', HOUR));
    await workflow.ask();
    expect(workflow.messenger.monitored).toEqual(['r1 asked']);
    workflow.messenger.troubleOf.clear();
    await workflow.ask(askOf({ requestId: 'r2', subject: 'other' }));
    expect(workflow.messenger.questions()).toEqual(['r2 waits, with 0 approvals and 0 repeats']);
  });
});

test('what was refused is tried later and later, and told each time', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.troubleOf.set(
    'post',
    new MessengerRefusedError('not_in_channel', 'not in the channel'),
  );
  await workflow.ask();
  await workflow.pass(15_000, 5_000);
  expect(workflow.undelivered).toEqual(['question', 'question', 'question']);
  await workflow.pass(2 * HOUR);
  const hours = workflow.undelivered.length;
  await workflow.pass(HOUR);
  expect(workflow.undelivered.length - hours).toBeGreaterThanOrEqual(10);
  expect(workflow.undelivered.length - hours).toBeLessThanOrEqual(13);
  workflow.messenger.troubleOf.clear();
  await workflow.pass(5 * MINUTE);
  expect(workflow.messenger.questions()).toHaveLength(1);
  expect(slotOf(await workflow.request(), 'question')).toMatchObject({ failures: 0 });
});

test('what fails is tried after twice the time, and after five minutes at the most', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.troubleOf.set('post', new MessengerUnavailableError('down'));
  await workflow.ask();
  const start = workflow.now().getTime();
  const seconds: number[] = [];
  for (let { length } = workflow.undelivered; seconds.length < 8;) {
    await workflow.pass(5_000, 5_000);
    if (workflow.undelivered.length === length) continue;
    length = workflow.undelivered.length;
    seconds.push((workflow.now().getTime() - start) / 1_000);
  }
  expect(seconds).toEqual([5, 15, 35, 75, 155, 315, 615, 915]);
});

test('a refusal that cannot be told is let go, one that could be told later is kept', async () => {
  const workflow = await asked();
  workflow.messenger.troubleOf.set(
    'tellOnly',
    new MessengerRefusedError('user_not_in_channel', 'left'),
  );
  await workflow.click('mallory', APPROVE);
  expect(dueNames(await workflow.request())).toEqual([]);
  workflow.messenger.troubleOf.set('tellOnly', new MessengerUnavailableError('down'));
  await workflow.click('mallory', APPROVE);
  expect(dueNames(await workflow.request())).toEqual(['refusal']);
  workflow.messenger.troubleOf.clear();
  await workflow.pass(MINUTE);
  expect(workflow.refusals()).toHaveLength(1);
});

test('an hour without the messenger loses nothing, and the decision is shown at last', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.trouble = new MessengerUnavailableError('down');
  await workflow.ask();
  await workflow.pass(30 * MINUTE);
  await workflow.click('ann', DENY);
  await workflow.pass(30 * MINUTE);
  workflow.messenger.trouble = undefined;
  await workflow.pass(6 * MINUTE);
  expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way']);
  expect(workflow.messenger.monitored.sort()).toEqual(['r1 asked', 'r1 denied']);
});

describe('a lease', () => {
  test('keeps a second one away, even if both begin in the same instant', async () => {
    const workflow = new WorkflowInMemory();
    const once = async () => deliverMessages('r1', workflow.configuration, workflow.messagePorts());
    await takeAsk(askOf(), workflow.configuration, workflow.ports());
    await Promise.all([once(), once(), once()]);
    expect(workflow.messenger.questions()).toHaveLength(1);
    expect(workflow.messenger.monitored).toHaveLength(1);
  });

  test('keeps a second one away while the first is at it', async () => {
    const workflow = new WorkflowInMemory();
    workflow.messenger.beforeCall.set(1, async () => {
      await workflow.pause(59_000);
      await deliverMessages('r1', workflow.configuration, workflow.messagePorts());
    });
    await workflow.ask();
    expect(workflow.messenger.questions()).toHaveLength(1);
    expect(workflow.messenger.monitored).toHaveLength(1);
  });

  test('ends where no one has given it back', async () => {
    const workflow = await asked();
    const request = await workflow.request();
    const leasedUntil = new Date(workflow.now().getTime() + MINUTE);
    const messages = request.messages.map((slot) =>
      slot.name.kind === 'question' ? { ...slot, wanted: 2, leasedUntil } : slot,
    );
    workflow.store.put({ ...request, messages }, leasedUntil);
    workflow.messenger.calls.length = 0;
    await workflow.pass(50_000, 10_000);
    expect(workflow.messenger.calls).toEqual([]);
    await workflow.pass(10_000);
    expect(workflow.messenger.calls).toEqual(['update']);
  });
});

test('what becomes of a request while its message is under way is shown as well', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.afterPost.push(async () => {
    await workflow.receive(workflow.clickOf('ann', DENY));
    const clicks = workflow.queue.filter(({ job }) => job.kind === 'click');
    workflow.queue = workflow.queue.filter((each) => !clicks.includes(each));
    await workflow.tick();
  });
  await workflow.ask();
  await workflow.pass(2 * MINUTE);
  expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way']);
});

test('a click before the post was recorded counts, and no second message is posted', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.afterPost.push(async ({ ts, channelId }) =>
    workflow.click('ann', DENY, { messageTs: ts, channelId }),
  );
  await workflow.ask();
  await workflow.pass(2 * MINUTE);
  expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way']);
  expect(slotOf(await workflow.request(), 'question')?.copies).toHaveLength(1);
});

describe('a post that was never recorded', () => {
  async function doubled(): Promise<WorkflowInMemory> {
    const workflow = new WorkflowInMemory();
    workflow.messenger.afterPost.push(async () => Promise.reject(new Error('the function ended')));
    await workflow.ask();
    await workflow.pass(2 * MINUTE);
    expect(workflow.messenger.questions()).toHaveLength(2);
    return workflow;
  }

  test('is learned by a click on it, and both messages say what was decided', async () => {
    const workflow = await doubled();
    await workflow.click('ann', DENY, { messageTs: '1.000' });
    expect(workflow.messenger.questions()).toEqual(
      Array(2).fill('r1 denied by ann: decision under way'),
    );
  });

  test('is learned once, however often people click on it', async () => {
    const workflow = await doubled();
    for (const messageTs of ['1.000', '2.000', '1.000']) {
      await workflow.click('ann', SHOW_ALL, { messageTs });
    }
    const copies = slotOf(await workflow.request(), 'question')?.copies.map(({ ts }) => ts);
    expect(copies?.sort()).toEqual(['1.000', '2.000']);
  });

  test('is learned by a click that does not count, too', async () => {
    const workflow = await doubled();
    await workflow.click('ben', DENY, { messageTs: '2.000' });
    await workflow.click('ann', DENY, { messageTs: '1.000' });
    expect(workflow.messenger.questions()).toEqual(
      Array(2).fill('r1 denied by ben: decision under way'),
    );
  });

  test.each([
    ['app', { appId: 'A2' }],
    ['workspace', { teamId: 'T2' }],
    ['channel', { channelId: 'C2' }],
  ])('is not learned by a click that is from another %s', async (_, values) => {
    const workflow = await doubled();
    workflow.messenger.standing.set('9.999', { channelId: 'C1', ts: '9.999', text: 'not ours' });
    await workflow.click('ann', DENY, { messageTs: '9.999', ...values });
    expect(workflow.messenger.questions()).toContain('not ours');
  });
});

describe("another request's message is not taken over by a click", () => {
  async function two(): Promise<WorkflowInMemory> {
    const workflow = await asked();
    await workflow.ask(askOf({ requestId: 'r2', subject: 'sg-2 ssh' }));
    return workflow;
  }

  test.each([
    ['of someone who may not decide', 'mallory', {}],
    ['about what was not shown', 'ann', { digest: 'e'.repeat(64) }],
    ['of a guest of a shared channel', 'ann', { userTeamId: 'T2' }],
  ])('%s', async (_, userId, values) => {
    const workflow = await two();
    const { ts: messageTs } = [...workflow.messenger.standing.values()].find(({ text }) =>
      text.startsWith('r2'),
    )!;
    await workflow.click(userId, DENY, { ...values, requestId: 'r1', messageTs });
    await workflow.pass(2 * MINUTE);
    expect(slotOf(await workflow.request('r1'), 'question')?.copies).toHaveLength(1);
    expect(workflow.messenger.questions()).toEqual([
      expect.stringContaining('r1 waits'),
      expect.stringContaining('r2 waits'),
    ]);
    expect(workflow.refusals()).toHaveLength(1);
  });
});

test('a message that has vanished is posted again', async () => {
  const workflow = await asked();
  workflow.messenger.standing.clear();
  await workflow.click('ann', DENY);
  await workflow.pass(2 * MINUTE);
  expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way']);
});

test('of several copies, one that has vanished is forgotten', async () => {
  const workflow = await asked();
  await workflow.click('mallory', DENY, { messageTs: '9.999' });
  expect(slotOf(await workflow.request(), 'question')?.copies).toEqual([
    { channelId: 'C1', ts: '1.000' },
  ]);
});

test('a message that is to be tried again at once is tried once all the same, until someone looks again', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.trouble = new MessengerUnavailableError('429', 0);
  await workflow.ask();
  expect(workflow.undelivered).toEqual(['question', 'step-asked']);
});

test('what belongs into the thread of a question waits until that is there, and says so', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.troubleOf.set('post', new MessengerUnavailableError('down', HOUR));
  await workflow.ask();
  await workflow.pause(4 * HOUR);
  await advance('r1', workflow.configuration, workflow.ports());
  const failures: string[] = [];
  const failed = (_: string, message: string, error: unknown) =>
    failures.push(`${message}: ${String(error)}`);
  const ports = { ...workflow.messagePorts(), failed };
  await deliverMessages('r1', workflow.configuration, ports);
  expect(failures).toContain(
    'reminder-1: MessengerUnavailableError: the question itself is not in its channel yet',
  );
});

describe('a copy that is found while others are brought up to date', () => {
  const copies = async (workflow: WorkflowInMemory) =>
    slotOf(await workflow.request(), 'question')?.copies.map(({ ts }) => ts);

  test('stays, where the question was just posted again', async () => {
    const workflow = new WorkflowInMemory();
    workflow.messenger.afterPost.push(
      async () => Promise.reject(new Error('the function ended')),
      async () => workflow.click('ann', DENY, { messageTs: '1.000' }),
    );
    await workflow.ask();
    await workflow.pass(2 * MINUTE);
    expect((await copies(workflow))?.sort()).toEqual(['1.000', '2.000']);
    expect(workflow.messenger.questions()).toEqual(
      Array(2).fill('r1 denied by ann: decision under way'),
    );
  });

  test('stays, where another has vanished', async () => {
    const workflow = await asked();
    const { channelId } = [...workflow.messenger.standing.values()][0]!;
    workflow.messenger.standing.set('9.999', { channelId, ts: '9.999', text: 'old' });
    workflow.messenger.standing.delete('1.000');
    // After the word to those who watch comes the update.
    workflow.messenger.beforeCall.set(workflow.messenger.calls.length + 2, async () =>
      workflow.click('cid', SHOW_ALL, { messageTs: '9.999' }),
    );
    await workflow.click('ann', DENY);
    await workflow.pass(2 * MINUTE);
    expect(await copies(workflow)).toEqual(['9.999']);
  });
});

test('of a question that stands twice, and once where it is answered is gone, the other copy stays', async () => {
  const workflow = await asked();
  const { channelId } = [...workflow.messenger.standing.values()][0]!;
  workflow.messenger.standing.set('9.999', { channelId, ts: '9.999', text: 'old' });
  await workflow.click('ann', SHOW_ALL, { messageTs: '9.999' });
  workflow.messenger.standing.delete('9.999');
  await workflow.pass(4 * HOUR, HOUR);
  expect(slotOf(await workflow.request(), 'question')?.copies).toEqual([
    { channelId, ts: '1.000' },
  ]);
  expect(workflow.messenger.questions()).toHaveLength(1);
});

describe('of several copies', () => {
  const elsewhere = { channelId: 'C1', ts: '9.999' };

  /** The question stands twice, and copies are in such troubles when someone decides. */
  async function inTrouble(troubles: Readonly<Record<string, Error>>): Promise<WorkflowInMemory> {
    const workflow = await asked();
    const request = await workflow.request();
    const messages = request.messages.map((slot) =>
      slot.name.kind === 'question' ? { ...slot, copies: [...slot.copies, elsewhere] } : slot,
    );
    workflow.store.put({ ...request, messages });
    workflow.messenger.standing.set('9.999', { ...elsewhere, text: 'old' });
    Object.entries(troubles).forEach(([ts, trouble]) =>
      workflow.messenger.troubleAt.set(ts, trouble),
    );
    await workflow.click('ann', DENY);
    return workflow;
  }

  test('one that is refused is let go, and the others are brought up to date once', async () => {
    const workflow = await inTrouble({
      9.999: new MessengerRefusedError('is_archived', 'archived'),
    });
    expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way', 'old']);
    expect(slotOf(await workflow.request(), 'question')?.copies).toEqual([
      { channelId: 'C1', ts: '1.000' },
    ]);
    expect(dueNames(await workflow.request())).toEqual([]);
    expect(workflow.undelivered).toEqual([]);
  });

  test('one that cannot be reached just now is kept, and holds up no other', async () => {
    const workflow = await inTrouble({ 9.999: new MessengerUnavailableError('429', 90_000) });
    expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way', 'old']);
    workflow.messenger.troubleAt.clear();
    await workflow.pass(2 * MINUTE);
    expect(workflow.messenger.questions()).toEqual(
      Array(2).fill('r1 denied by ann: decision under way'),
    );
  });

  test('none is let go where all are refused: the messenger as a whole may be in trouble', async () => {
    const revoked = new MessengerRefusedError('token_revoked', 'revoked');
    const workflow = await inTrouble({ '1.000': revoked, '9.999': revoked });
    expect(slotOf(await workflow.request(), 'question')).toMatchObject({
      failures: 1,
      copies: [{ ts: '1.000' }, { ts: '9.999' }],
    });
    workflow.messenger.troubleAt.clear();
    await workflow.pass(MINUTE);
    expect(workflow.messenger.questions()).toEqual(
      Array(2).fill('r1 denied by ann: decision under way'),
    );
  });
});

describe('those who deliver are pointed to a message', () => {
  const pointers = ({ queue }: WorkflowInMemory) =>
    queue.filter(({ job }) => job.kind === 'messages');

  /** Each minute someone looks what is due, and no one delivers. */
  async function waited(workflow: WorkflowInMemory, minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      await workflow.pause(MINUTE);
      const { requestIds } = await workflow.store.due(workflow.now(), 10);
      for (const id of requestIds) await advance(id, workflow.configuration, workflow.ports());
    }
  }

  async function askedOfNoOne(): Promise<WorkflowInMemory> {
    const workflow = new WorkflowInMemory();
    await takeAsk(askOf(), workflow.configuration, workflow.ports());
    return workflow;
  }

  test('every five minutes while they do not begin, and not each minute', async () => {
    const workflow = await askedOfNoOne();
    await waited(workflow, 60);
    expect(pointers(workflow)).toHaveLength(13);
  });

  test('no more often where the question says that there are too few approvers', async () => {
    const workflow = new WorkflowInMemory({ approvers: { kind: 'users', userIds: [] } });
    await takeAsk(askOf(), workflow.configuration, workflow.ports());
    await waited(workflow, 4);
    expect(pointers(workflow)).toHaveLength(1);
  });

  test('again where the pointer was lost', async () => {
    const workflow = await askedOfNoOne();
    workflow.queue = [];
    await workflow.pass(4 * MINUTE);
    expect(workflow.messenger.questions()).toEqual([]);
    await workflow.pass(MINUTE);
    expect(workflow.messenger.questions()).toHaveLength(1);
  });

  test('at once where there is something new to show', async () => {
    const workflow = await askedOfNoOne();
    const click = workflow.clickOf('ann', DENY, { messageTs: '1.000' });
    await takeClick(click, workflow.configuration, workflow.ports());
    expect(pointers(workflow)).toHaveLength(2);
  });

  test('a minute late at the most where it is to be tried again', async () => {
    const workflow = new WorkflowInMemory();
    workflow.messenger.trouble = new MessengerUnavailableError('429', 90_000);
    await workflow.ask();
    expect(pointers(workflow)).toEqual([]);
    workflow.messenger.trouble = undefined;
    await workflow.pass(2 * MINUTE);
    expect(workflow.messenger.questions()).toHaveLength(1);
  });

  test('by no mark that comes after they have failed', async () => {
    const workflow = await askedOfNoOne();
    const { messages } = await workflow.request();
    workflow.messenger.trouble = new MessengerUnavailableError('down');
    await workflow.work();
    expect(withPointed(await workflow.request(), messages, workflow.now())).toEqual(
      await workflow.request(),
    );
  });
});

test('after an outage the latest reminder is brought, and no earlier one', async () => {
  const workflow = await asked();
  workflow.messenger.trouble = new MessengerUnavailableError('down');
  await workflow.pass(13 * HOUR);
  expect(workflow.entries().filter((what) => what === 'reminded')).toHaveLength(3);
  workflow.messenger.trouble = undefined;
  await workflow.pass(10 * MINUTE);
  expect(workflow.messenger.replies()).toHaveLength(1);
});

describe('a question that an admin has deleted', () => {
  test('is posted again at its reminder, which reminds people, and nothing stands without its question', async () => {
    const workflow = await asked();
    workflow.messenger.standing.clear();
    await workflow.pass(4 * HOUR, HOUR);
    expect(workflow.messenger.questions()).toEqual(['r1 waits, with 0 approvals and 0 repeats']);
    expect(workflow.messenger.replies()).toEqual([]);
    await workflow.pass(4 * HOUR, HOUR);
    expect(workflow.messenger.questions()).toHaveLength(1);
    expect(workflow.messenger.replies()).toEqual(['r1 still waits']);
    await workflow.click('ann', APPROVE);
    expect(workflow.messenger.questions()).toEqual(['r1 approved by ann: decision under way']);
  });

  test('is posted again, and then all of it, where someone wanted to see all of it', async () => {
    const workflow = await asked();
    const click = workflow.clickOf('ann', SHOW_ALL);
    workflow.messenger.standing.clear();
    await workflow.receive(click);
    await workflow.work();
    await workflow.pass(2 * MINUTE);
    expect(workflow.messenger.questions()).toEqual(['r1 waits, with 0 approvals and 0 repeats']);
    expect(workflow.messenger.replies()).toEqual([
      'r1 part 1',
      'r1 part 2',
      'r1 part 3 with buttons',
    ]);
  });
});

describe('all of a question', () => {
  test('is shown once more where the part with the buttons was deleted', async () => {
    const workflow = await asked();
    await workflow.click('ann', SHOW_ALL);
    const [last] = [...workflow.messenger.standing.keys()].slice(-1);
    workflow.messenger.standing.delete(last!);
    await workflow.click('ann', SHOW_ALL);
    await workflow.pass(2 * MINUTE);
    expect(workflow.messenger.replies().slice(-3)).toEqual([
      'r1 part 1',
      'r1 part 2',
      'r1 part 3 with buttons',
    ]);
  });

  test('stands in the thread, with buttons at its end until someone decides', async () => {
    const workflow = await asked();
    await workflow.click('ann', SHOW_ALL);
    expect(workflow.messenger.replies()).toEqual([
      'r1 part 1',
      'r1 part 2',
      'r1 part 3 with buttons',
    ]);
    await workflow.click('ann', APPROVE);
    expect(workflow.messenger.replies()).toEqual(['r1 part 1', 'r1 part 2', 'r1 part 3']);
    expect(workflow.entries()).toEqual(['asked', 'viewed', 'vote', 'decided']);
  });

  test('is shown once, however many want to see it', async () => {
    const workflow = await asked();
    await workflow.click('ann', SHOW_ALL);
    await workflow.click('ben', SHOW_ALL);
    await workflow.pass(2 * MINUTE);
    expect(workflow.messenger.replies()).toHaveLength(3);
  });

  test('resumes where it was cut short', async () => {
    const workflow = await asked();
    workflow.messenger.beforeCall.set(workflow.messenger.calls.length + 3, () =>
      Promise.reject(new MessengerUnavailableError('429', 30_000)),
    );
    await workflow.click('ann', SHOW_ALL);
    expect(workflow.messenger.replies()).toEqual(['r1 part 1']);
    await workflow.pass(MINUTE);
    expect(workflow.messenger.replies()).toEqual([
      'r1 part 1',
      'r1 part 2',
      'r1 part 3 with buttons',
    ]);
  });

  test('has no buttons left where someone decides while it is brought', async () => {
    const workflow = await asked();
    workflow.messenger.afterPost.push(
      async () => undefined,
      async () => workflow.click('ben', DENY),
    );
    await workflow.click('ann', SHOW_ALL);
    await workflow.pass(MINUTE);
    expect(workflow.messenger.replies()).toEqual(['r1 part 1', 'r1 part 2', 'r1 part 3']);
  });

  test('is not shown once more after the decision, though the part that had buttons was deleted', async () => {
    const workflow = await asked();
    await workflow.click('ann', SHOW_ALL);
    const [last] = [...workflow.messenger.standing.keys()].slice(-1);
    workflow.messenger.standing.delete(last!);
    await workflow.click('ann', DENY);
    await workflow.pass(2 * MINUTE);
    expect(workflow.messenger.replies()).toEqual(['r1 part 1', 'r1 part 2']);
  });

  test('is all in one thread, below the question that was posted again in between', async () => {
    const workflow = await asked();
    workflow.messenger.beforeCall.set(workflow.messenger.calls.length + 3, () => {
      throw new MessengerUnavailableError('429', 30_000);
    });
    await workflow.click('ann', SHOW_ALL);
    expect(workflow.messenger.replies()).toEqual(['r1 part 1']);
    workflow.messenger.standing.clear();
    await workflow.pass(2 * MINUTE);
    const threads = [...workflow.messenger.standing.values()].map(({ threadTs }) => threadTs);
    const [question] = [...workflow.messenger.standing.keys()];
    expect(threads).toEqual([undefined, question, question, question]);
  });

  test('can still be seen after the decision', async () => {
    const workflow = await asked();
    await workflow.click('ann', DENY);
    await workflow.click('ann', SHOW_ALL);
    expect(workflow.messenger.replies()).toEqual(['r1 part 1', 'r1 part 2', 'r1 part 3']);
  });
});

test('who asks is looked up before the question is shown, and each only once', async () => {
  const workflow = await asked();
  await workflow.ask(askOf({ requestId: 'r2' }, UNVERIFIED));
  await workflow.click('mallory', APPROVE);
  expect((await workflow.request()).requesters).toEqual([
    { ...EVE, slackUserId: 'eve' },
    { ...UNVERIFIED, slackUserId: '' },
  ]);
  expect(workflow.people.lookedUp).toEqual([EVE.email]);
});

test('the question is shown even while no one says who asks', async () => {
  const workflow = new WorkflowInMemory();
  workflow.people.isDown = true;
  await workflow.ask();
  expect(workflow.messenger.questions()).toHaveLength(1);
});
