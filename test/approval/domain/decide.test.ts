import { join } from '../../../src/approval/domain/admit';
import { takeClick } from '../../../src/approval/domain/take-click';
import {
  APPROVE,
  approveFor,
  askOf,
  DENY,
  EVE,
  HOUR,
  MINUTE,
  RETRY,
  SHOW_ALL,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

async function asked(workflow = new WorkflowInMemory(), ask = askOf()): Promise<WorkflowInMemory> {
  await workflow.ask(ask);
  return workflow;
}

test('one approver approves, and the asker, the message and the audit say so', async () => {
  const workflow = await asked();
  await workflow.click('ann', APPROVE);
  expect((await workflow.request()).decision).toEqual({
    kind: 'approved',
    at: workflow.now(),
    by: ['ann'],
  });
  expect(workflow.asker.words()).toEqual(['approved decision 1']);
  expect(workflow.messenger.questions()).toEqual(['r1 approved by ann: decision under way']);
  expect(workflow.messenger.monitored).toEqual(['r1 asked', 'r1 approved']);
  expect(workflow.entries()).toEqual(['asked', 'vote', 'decided']);
});

test('one approver denies, and no approval counts after it', async () => {
  const workflow = await asked();
  await workflow.click('ann', DENY);
  await workflow.click('ben', APPROVE);
  expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', by: ['ann'] });
  expect(workflow.asker.words()).toEqual(['denied decision 1']);
  expect(workflow.refusals()).toEqual(['ben: Your click does not count: it is denied already.']);
});

describe('where those who deny are asked why', () => {
  const REQUIRED = { denialPrompt: 'required' } as const;
  const deniedWith = async (values: object, configuration: object = REQUIRED) => {
    const workflow = await asked(new WorkflowInMemory(configuration));
    await workflow.click('ann', DENY, values);
    return workflow;
  };

  test('the decision and its entry in the audit have the reason', async () => {
    const workflow = await deniedWith({ reason: 'No ticket' });
    expect((await workflow.request()).decision).toMatchObject({ denialReason: 'No ticket' });
    const entries = workflow.store.audit.get('r1') ?? [];
    expect(entries.at(-1)).toMatchObject({
      what: 'decided',
      detail: 'denied',
      reason: 'No ticket',
    });
  });

  test('a denial without a modal counts, and says that no one asked for a reason', async () => {
    const { decision } = await (await deniedWith({})).request();
    expect(decision).toMatchObject({ kind: 'denied', isReasonUnasked: true });
  });

  test('an empty reason is none', async () => {
    const workflow = await deniedWith({ reason: '' });
    const { decision } = await workflow.request();
    expect(workflow.store.audit.get('r1')?.at(-1)).not.toHaveProperty('reason');
    expect(Object.keys(decision ?? {}).sort()).toEqual(['at', 'by', 'kind']);
  });

  test('a reason counts too where a deployment has ended the asking meanwhile', async () => {
    const { decision } = await (await deniedWith({ reason: 'No ticket' }, {})).request();
    expect(decision).toMatchObject({ denialReason: 'No ticket' });
  });

  test('one who may not decide denies nothing by a reason', async () => {
    const workflow = await asked(new WorkflowInMemory(REQUIRED));
    await workflow.click('mallory', DENY, { reason: 'No ticket' });
    expect((await workflow.request()).decision).toBeUndefined();
  });
});

test('one denial outweighs earlier approvals', async () => {
  const workflow = await asked(new WorkflowInMemory({ requiredApprovals: 3 }));
  await workflow.click('ann', APPROVE);
  await workflow.click('ben', APPROVE);
  await workflow.click('cid', DENY);
  expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', by: ['cid'] });
});

test('the membership that was seen is in the audit of what counted and of what did not', async () => {
  const workflow = await asked();
  await workflow.click('mallory', APPROVE);
  await workflow.click('ann', APPROVE);
  const entries = workflow.store.audit.get('r1') ?? [];
  const members = ['ann', 'ben', 'cid', 'eve'];
  expect(entries.filter(({ by }) => by)).toMatchObject([
    { what: 'refused-click', by: 'mallory', membership: members },
    { what: 'vote', by: 'ann', membership: members },
    { what: 'decided', by: 'ann', membership: members },
  ]);
});

describe('required approvals', () => {
  test('come from different people', async () => {
    const workflow = await asked(new WorkflowInMemory({ requiredApprovals: 2 }));
    await workflow.click('ann', APPROVE);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    expect(workflow.refusals()).toEqual([
      'ann: Your click does not count: you have approved it already: someone else has to as well.',
    ]);
    expect(workflow.messenger.questions()).toEqual(['r1 waits, with 1 approvals and 0 repeats']);
    await workflow.click('ben', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({
      kind: 'approved',
      by: ['ann', 'ben'],
    });
  });

  test('of two durations the shorter counts, from the decision on', async () => {
    const workflow = await asked(new WorkflowInMemory({ requiredApprovals: 2 }));
    await workflow.click('ann', approveFor(3_600));
    await workflow.pass(30 * MINUTE);
    await workflow.click('ben', approveFor(28_800));
    expect((await workflow.request()).decision?.until).toEqual(
      new Date(workflow.now().getTime() + HOUR),
    );
  });

  test('a duration counts even if the other approval is for good', async () => {
    const workflow = await asked(new WorkflowInMemory({ requiredApprovals: 2 }));
    await workflow.click('ann', APPROVE);
    await workflow.click('ben', approveFor(28_800));
    expect((await workflow.request()).decision?.until).toEqual(
      new Date(workflow.now().getTime() + 8 * HOUR),
    );
  });

  test('an approval for good has no end', async () => {
    const workflow = await asked();
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision?.until).toBeUndefined();
  });
});

describe('who asked for it', () => {
  test('cannot approve it', async () => {
    const workflow = await asked();
    await workflow.click('eve', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    expect(workflow.refusals()).toEqual([
      'eve: Your click does not count: you asked for it yourself: someone else has to approve it.',
    ]);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
  });

  test('can deny it', async () => {
    const workflow = await asked();
    await workflow.click('eve', DENY);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', by: ['eve'] });
  });

  test('can approve it where that is allowed', async () => {
    const workflow = await asked(new WorkflowInMemory({ allowSelfApproval: true }));
    await workflow.click('eve', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['eve'] });
  });

  test.each([
    ['has a name that proves nothing', UNVERIFIED],
    ['has an address that Slack does not know', { name: 'admin/zoe', email: 'zoe@example.com' }],
  ])('needs two approvers where the requester %s', async (_, requester) => {
    const workflow = await asked(new WorkflowInMemory(), askOf({}, requester));
    await workflow.click('eve', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({
      kind: 'approved',
      by: ['eve', 'ann'],
    });
  });

  test.each([1, 2, 3])(
    'has %i others approve, even where no one knows who asked and the requester approves first',
    async (requiredApprovals) => {
      const workflow = await asked(
        new WorkflowInMemory({
          requiredApprovals,
          approvers: { kind: 'users', userIds: ['eve', 'ann', 'ben', 'cid'] },
        }),
        askOf({}, UNVERIFIED),
      );
      for (const userId of ['eve', 'ann', 'ben', 'cid'].slice(0, requiredApprovals)) {
        await workflow.click(userId, APPROVE);
      }
      expect((await workflow.request()).decision).toBeUndefined();
      await workflow.click(['ann', 'ben', 'cid'][requiredApprovals - 1]!, APPROVE);
      expect((await workflow.request()).decision?.by).toHaveLength(requiredApprovals + 1);
    },
  );

  test('needs no more approvers for each other name that an unknown requester takes', async () => {
    const workflow = await asked(
      new WorkflowInMemory({ requiredApprovals: 2 }),
      askOf({}, UNVERIFIED),
    );
    for (const requestId of ['r2', 'r3', 'r4']) {
      await workflow.ask(askOf({ requestId }, { name: `admin/${requestId}` }));
    }
    for (const userId of ['ann', 'ben', 'cid']) await workflow.click(userId, APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved' });
  });

  test('needs one approver where self approval is allowed, no matter who asks', async () => {
    const workflow = await asked(
      new WorkflowInMemory({ allowSelfApproval: true }),
      askOf({}, UNVERIFIED),
    );
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved' });
  });

  test('is not taken for unknown while Slack does not say: the click is judged once it does', async () => {
    const workflow = new WorkflowInMemory();
    workflow.people.isDown = true;
    await workflow.ask();
    await workflow.click('eve', APPROVE);
    await workflow.pass(5 * MINUTE);
    expect((await workflow.request()).decision).toBeUndefined();
    expect(workflow.store.unjudgedClicks()).toHaveLength(1);
    workflow.people.isDown = false;
    await workflow.pass(10 * MINUTE);
    expect((await workflow.request()).decision).toBeUndefined();
    expect(workflow.store.unjudgedClicks()).toEqual([]);
    expect(workflow.refusals()).toEqual([
      expect.stringMatching(/^eve: .+it waits: Slack does not answer now\./),
      expect.stringMatching(/^eve: .+you asked for it yourself/),
    ]);
  });
});

describe('what a program asks by itself', () => {
  const PROGRAM = { name: 'IamKeySentry', isAutomatic: true };

  test('needs no second approver: no one could approve what is their own', async () => {
    const workflow = await asked(new WorkflowInMemory(), askOf({}, PROGRAM));
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
    expect(workflow.people.lookedUp).toEqual([]);
  });

  test('is decided while no one can be looked up in Slack', async () => {
    const workflow = await asked(new WorkflowInMemory(), askOf({}, PROGRAM));
    workflow.people.userWithEmail = async () => {
      throw new Error('no one is to be looked up');
    };
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved' });
  });

  test('for a person, whom it names by an address, cannot be approved by that person', async () => {
    const workflow = await asked(new WorkflowInMemory(), askOf({}, { ...EVE, isAutomatic: true }));
    expect((await workflow.request()).requesters).toEqual([
      { ...EVE, isAutomatic: true, slackUserId: 'eve' },
    ]);
    await workflow.click('eve', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
  });

  test('needs two approvers once someone unknown, by the same name, wants it as well', async () => {
    const workflow = await asked(new WorkflowInMemory(), askOf({}, PROGRAM));
    await workflow.ask(askOf({ requestId: 'r2' }, { name: PROGRAM.name }));
    expect((await workflow.request()).requesters).toEqual([
      PROGRAM,
      { name: PROGRAM.name, slackUserId: '' },
    ]);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    await workflow.click('ben', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({
      kind: 'approved',
      by: ['ann', 'ben'],
    });
  });
});

describe('who repeats it', () => {
  const again = askOf({ requestId: 'r2' }, EVE);

  test('cannot approve it', async () => {
    const workflow = await asked(
      new WorkflowInMemory(),
      askOf({}, { name: 'admin/ann', email: 'ann@example.com' }),
    );
    await workflow.ask(again);
    await workflow.click('eve', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    expect(workflow.refusals()).toHaveLength(1);
  });

  test('has not approved it, even if the click came first', async () => {
    const workflow = new WorkflowInMemory({ requiredApprovals: 2 });
    workflow.people.users.set('dan@example.com', 'dan');
    await asked(workflow, askOf({}, { name: 'admin/dan', email: 'dan@example.com' }));
    await workflow.click('eve', APPROVE);
    await workflow.ask(again);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    await workflow.click('ben', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({
      kind: 'approved',
      by: ['ann', 'ben'],
    });
  });

  test('cannot approve it, even if the repeat comes while the click is judged', async () => {
    const workflow = new WorkflowInMemory({ requiredApprovals: 2 });
    workflow.people.users.set('dan@example.com', 'dan');
    await asked(workflow, askOf({}, { name: 'admin/dan', email: 'dan@example.com' }));
    await workflow.click('ann', APPROVE);
    workflow.store.beforeWrite.set(workflow.store.writes + 1, async () => {
      const before = await workflow.request();
      await workflow.store.write(join(before, again, workflow.now()), before, workflow.now());
    });
    await workflow.click('eve', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    expect((await workflow.request()).votes.map(({ userId }) => userId)).toEqual(['ann']);
  });

  test('makes two approvers necessary where no one knows who it is', async () => {
    const workflow = await asked();
    await workflow.ask(askOf({ requestId: 'r2' }, UNVERIFIED));
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    await workflow.click('ben', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved' });
  });
});

describe('a click does not count', () => {
  test.each([
    ['by someone who is no approver', 'mallory', APPROVE, {}, 'you are not one of the approvers'],
    [
      'from another workspace',
      'ann',
      APPROVE,
      { teamId: 'T2' },
      'the click did not come from the workspace and the app',
    ],
    [
      'from another app',
      'ann',
      APPROVE,
      { appId: 'A2' },
      'the click did not come from the workspace and the app',
    ],
    [
      'by a guest of a shared channel',
      'ann',
      APPROVE,
      { userTeamId: 'T2' },
      'only people of this workspace may decide',
    ],
    [
      'in another channel',
      'ann',
      APPROVE,
      { channelId: 'C2' },
      'requests are decided in their approval channel only',
    ],
    [
      'on what was not shown',
      'ann',
      APPROVE,
      { digest: 'e'.repeat(64) },
      'the request is not what this message shows',
    ],
    [
      'for a duration that is not offered',
      'ann',
      approveFor(7_200),
      {},
      'this duration is not offered',
    ],
    [
      'to deny, by someone who is no approver',
      'mallory',
      DENY,
      {},
      'you are not one of the approvers',
    ],
    [
      'to deny what was not shown',
      'ann',
      DENY,
      { digest: 'e'.repeat(64) },
      'the request is not what this message shows',
    ],
    [
      'to see all, by someone who is no approver',
      'mallory',
      SHOW_ALL,
      {},
      'you are not one of the approvers',
    ],
    ['to retry what did not fail', 'ann', RETRY, {}, 'there is nothing to retry'],
  ])('%s', async (_, userId, action, values, reason) => {
    const workflow = await asked();
    await workflow.click(userId, action, values);
    const { decision, votes } = await workflow.request();
    expect({ decision, votes }).toEqual({ decision: undefined, votes: [] });
    expect(workflow.entries()).toEqual(['asked', 'refused-click']);
    expect(workflow.refusals()).toEqual([
      expect.stringContaining(`${userId}: Your click does not count: ${reason}`),
    ]);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
  });

  test('for a time, where what is asked cannot end', async () => {
    const ask = askOf();
    const workflow = await asked(new WorkflowInMemory(), {
      ...ask,
      question: { ...ask.question, mayBeTimed: false },
    });
    await workflow.click('ann', approveFor(3_600));
    expect((await workflow.request()).decision).toBeUndefined();
  });

  test('where the user group has no members', async () => {
    const workflow = await asked(
      new WorkflowInMemory({ approvers: { kind: 'userGroup', userGroupId: 'S1' } }),
    );
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    workflow.people.groups.set('S1', ['ann']);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
  });

  test('once the request is over its time, though no one has looked at it since', async () => {
    const workflow = await asked();
    await workflow.pause(24 * HOUR);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'expired', by: [] });
    expect(workflow.asker.words()).toEqual(['expired decision 1']);
    expect(workflow.refusals()).toEqual(['ann: Your click does not count: its time is over.']);
  });

  test('by someone who is no approver, even while no one can say who asked', async () => {
    const workflow = new WorkflowInMemory();
    workflow.people.userWithEmail = async () => Promise.reject(new Error('Slack does not say'));
    await workflow.ask();
    await workflow.click('mallory', APPROVE);
    expect(workflow.entries()).toEqual(['asked', 'refused-click']);
    expect(workflow.store.unjudgedClicks()).toEqual([]);
  });

  test('by someone who is no approver, though no one can say who is: it is taken, and need not come again', async () => {
    const workflow = await asked();
    workflow.people.isDown = true;
    const click = workflow.clickOf('mallory', APPROVE);
    expect(await takeClick(click, workflow.configuration, workflow.ports())).toBe(true);
    expect(workflow.entries()).toEqual(['asked', 'refused-click']);
  });

  test('by someone who is no approver, also where no one was read before it', async () => {
    const workflow = new WorkflowInMemory({
      approvers: { kind: 'userGroup', userGroupId: 'S1' },
    });
    workflow.people.userWithEmail = async () => Promise.reject(new Error('Slack does not say'));
    await workflow.ask();
    const at = new Date(workflow.now().getTime() - 1);
    await workflow.click('mallory', APPROVE, { at });
    expect(workflow.entries()).toEqual(expect.arrayContaining(['refused-click']));
    expect(workflow.entries()).not.toContain('waiting-click');
    expect(workflow.store.unjudgedClicks()).toEqual([]);
  });

  test('of a request that no one knows, and nothing is written', async () => {
    const workflow = await asked();
    const { writes } = workflow.store;
    await workflow.click('ann', APPROVE, { requestId: 'r9' });
    expect(workflow.store.writes).toBe(writes);
    expect(workflow.store.unjudgedClicks()).toEqual([]);
  });
});

test('a click that was made in time counts, even if it is judged only later', async () => {
  const workflow = await asked();
  workflow.people.isDown = true;
  await workflow.pause(24 * HOUR - 1);
  await workflow.click('ann', APPROVE);
  workflow.people.isDown = false;
  await workflow.pause(MINUTE);
  await workflow.work();
  expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
});

test('the same click changes nothing the second time', async () => {
  const workflow = await asked(new WorkflowInMemory({ requiredApprovals: 2 }));
  const click = workflow.clickOf('ann', APPROVE);
  await workflow.receive(click);
  await workflow.work();
  const before = await workflow.request();
  await workflow.receive(click);
  await workflow.work();
  expect(await workflow.request()).toEqual(before);
  expect(workflow.refusals()).toEqual([]);
});

test('a click is taken again where others write all the time, and no one hears that it waits', async () => {
  const workflow = await asked();
  const { store } = workflow;
  for (let number = 1; number <= 8; number += 1) {
    store.beforeWrite.set(store.writes + number, async () => store.put(await workflow.request()));
  }
  const click = workflow.clickOf('ann', APPROVE);
  await expect(takeClick(click, workflow.configuration, workflow.ports())).rejects.toThrow(
    'in the meantime',
  );
  expect((await workflow.request()).waitingClicks).toBeUndefined();
  expect(await takeClick(click, workflow.configuration, workflow.ports())).toBe(true);
  expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
});

test('the same click counts once where another function judges it while the requester is looked up', async () => {
  const workflow = new WorkflowInMemory({ requiredApprovals: 2 });
  workflow.people.users.set('dan@example.com', 'dan');
  workflow.people.isDown = true;
  await asked(workflow, askOf({}, { name: 'admin/dan', email: 'dan@example.com' }));
  workflow.people.isDown = false;
  const click = workflow.clickOf('ann', APPROVE);
  workflow.people.afterLookUp.set(workflow.people.lookedUp.length + 1, async () => {
    await takeClick(click, workflow.configuration, workflow.ports());
  });
  await workflow.receive(click);
  await workflow.work();
  expect((await workflow.request()).votes).toHaveLength(1);
  expect(workflow.entries()).toEqual(['asked', 'vote']);
});

test.each([
  ['for how long', approveFor(3_600), 'approve for 3600 s'],
  ['that it was for good', APPROVE, 'approve'],
])('the audit says of an approval %s', async (_, action, detail) => {
  const workflow = await asked();
  await workflow.click('ann', action);
  const entries = workflow.store.audit.get('r1') ?? [];
  expect(entries.find(({ what }) => what === 'vote')).toMatchObject({ by: 'ann', detail });
});

describe('a retry', () => {
  async function failed(): Promise<WorkflowInMemory> {
    const workflow = await asked();
    await workflow.click('ann', APPROVE);
    await workflow.outcome('failed');
    return workflow;
  }

  test('is another attempt after a failure', async () => {
    const workflow = await failed();
    expect(workflow.messenger.questions()).toEqual(['r1 approved by ann: decision failed']);
    await workflow.click('ben', RETRY);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
    await workflow.outcome('carried-out', { phase: 'decision', attempt: 2 });
    expect(workflow.messenger.questions()).toEqual(['r1 approved by ann: decision carried-out']);
    expect(workflow.entries()).toEqual([
      'asked',
      'vote',
      'decided',
      'failed',
      'retried',
      'carried-out',
    ]);
  });

  test('is taken for a day; then the message has none any more, and says how people are asked again', async () => {
    const workflow = await failed();
    const [before] = workflow.messenger.questions();
    await workflow.pass(23 * HOUR, HOUR);
    expect(workflow.messenger.questions()).toEqual([before]);
    await workflow.pass(HOUR, HOUR);
    expect(workflow.messenger.questions()).toEqual([`${before}, without retry`]);
    await workflow.pass(29 * 24 * HOUR, 24 * HOUR);
    await workflow.click('ben', RETRY);
    expect(workflow.asker.words()).toEqual(['approved decision 1']);
    expect(workflow.refusals()).toEqual([
      'ben: Your click does not count: it was approved more than a day ago, and people have to be asked again.',
    ]);
  });

  test('is not given another day by each one that fails', async () => {
    const workflow = await failed();
    await workflow.pass(23 * HOUR, HOUR);
    await workflow.click('ben', RETRY);
    await workflow.outcome('failed', { phase: 'decision', attempt: 2 });
    await workflow.pass(HOUR, HOUR);
    await workflow.click('ben', RETRY);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
  });

  test('is refused, too, where the version before has left the button', async () => {
    const workflow = await failed();
    const asLeft = await workflow.request();
    await workflow.pause(30 * 24 * HOUR);
    await workflow.click('ben', RETRY);
    expect(asLeft.carrying?.isRetryOver).toBeUndefined();
    expect(workflow.asker.words()).toEqual(['approved decision 1']);
    expect(workflow.messenger.questions()).toEqual([
      'r1 approved by ann: decision failed, without retry',
    ]);
  });

  test('of a denial has no end: it makes nothing that does not stand', async () => {
    const workflow = await asked();
    await workflow.click('ann', DENY);
    await workflow.outcome('failed');
    await workflow.pass(30 * 24 * HOUR, 24 * HOUR);
    await workflow.click('ben', RETRY);
    expect(workflow.asker.words()).toEqual(['denied decision 1', 'denied decision 2']);
  });

  test('is made once of two clicks', async () => {
    const workflow = await failed();
    await workflow.click('ben', RETRY);
    await workflow.click('cid', RETRY);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
    expect(workflow.refusals()).toEqual([
      'cid: Your click does not count: there is nothing to retry: the last try did not fail.',
    ]);
  });

  test.each(['carried-out', 'conflicting'] as const)(
    'is not offered once it is %s',
    async (outcome) => {
      const workflow = await asked();
      await workflow.click('ann', APPROVE);
      await workflow.outcome(outcome);
      await workflow.click('ann', RETRY);
      expect(workflow.asker.words()).toEqual(['approved decision 1']);
    },
  );

  test('leaves nothing to say to an outcome of an earlier attempt', async () => {
    const workflow = await failed();
    await workflow.click('ben', RETRY);
    await workflow.outcome('carried-out', { phase: 'decision', attempt: 1 });
    expect((await workflow.request()).carrying).toMatchObject({ attempt: 2 });
    expect((await workflow.request()).carrying?.outcome).toBeUndefined();
  });
});
