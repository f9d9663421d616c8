import type { ApprovalConfiguration } from '../../../src/approval/domain/approval-configuration';
import { MessengerRefusedError } from '../../../src/approval/domain/messenger';
import { carryingText } from '../../../src/approval/domain/request-text';
import {
  APPROVE,
  approveFor,
  askOf,
  type ClickValues,
  DENY,
  HOUR,
  MINUTE,
  RETRY,
  SHOW_ALL,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const GROUP = 'S0SECOPS';

/** A request, about whose approvers Slack says nothing from the second minute on. */
async function unreadable(
  configuration: Partial<ApprovalConfiguration> = {},
  ask = askOf(),
): Promise<WorkflowInMemory> {
  const workflow = new WorkflowInMemory({
    approvers: { kind: 'userGroup', userGroupId: GROUP },
    ...configuration,
  });
  workflow.people.groups.set(GROUP, ['ann', 'ben', 'cid']);
  workflow.asker.answers = () => 'carried-out';
  await workflow.ask(ask);
  await workflow.pass(MINUTE);
  cut(workflow);
  return workflow;
}

function cut({ people }: WorkflowInMemory): void {
  people.groupTrouble = new MessengerRefusedError('no_such_subteam', 'Slack refuses it');
}

function mend({ people }: WorkflowInMemory): void {
  people.groupTrouble = undefined;
}

/** Until so long after the end. */
async function untilEnd(workflow: WorkflowInMemory, after = 0): Promise<void> {
  const { expiresAt } = await workflow.request();
  await workflow.pass(expiresAt.getTime() + after - workflow.now().getTime(), 4 * HOUR);
}

const WAITS =
  'Your click is not lost, but it waits: Slack does not say who is who (no_such_subteam). ' +
  'It is judged as soon as it can be, until 2026-01-03 00:00 UTC. ' +
  'If the request ends before that, it is as if it were denied until then.';

describe('a click that was made in time while no one can say who may decide', () => {
  test('is kept, and the one who clicked hears once that it waits, and why', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', DENY);
    await workflow.pass(HOUR);
    expect(workflow.refusals()).toEqual([`ann: ${WAITS}`]);
    expect(workflow.entries()).toEqual(['asked', 'waiting-click']);
    expect(workflow.store.unjudgedClicks()).toHaveLength(1);
  });

  test('waits on where another one is known not to count', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', DENY);
    await workflow.click('mallory', DENY);
    const { waitingClicks = [] } = await workflow.request();
    expect(waitingClicks.map(({ click }) => click.userId)).toEqual(['ann']);
    mend(workflow);
    await workflow.pass(MINUTE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', by: ['ann'] });
  });

  test('has the request end as if it were denied, and the asker told so', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', DENY);
    await untilEnd(workflow);
    expect((await workflow.request()).decision).toEqual({
      kind: 'expired',
      at: workflow.now(),
      by: [],
      isClickWaiting: true,
    });
    expect(workflow.asker.told).toEqual([
      expect.objectContaining({ decision: 'expired', attempt: 1, isClickWaiting: true }),
    ]);
  });

  test.each([
    ['denied', DENY, 'denied decision 2'],
    ['approved', APPROVE, 'approved decision 2'],
  ])('counts two hours after the end: it is %s then', async (kind, action, told) => {
    const workflow = await unreadable();
    await workflow.click('ann', action);
    await untilEnd(workflow, 2 * HOUR);
    mend(workflow);
    await workflow.pass(MINUTE);
    expect((await workflow.request()).decision).toMatchObject({ kind, by: ['ann'], isLate: true });
    expect(workflow.asker.words()).toEqual(['expired decision 1', told]);
    expect(workflow.asker.told.at(-1)).toMatchObject({ isLate: true });
    expect(workflow.messenger.questions()).toEqual([`r1 ${kind} by ann: decision carried-out`]);
    expect(workflow.store.unjudgedClicks()).toEqual([]);
    expect((await workflow.request()).waitingClicks).toBeUndefined();
  });

  test('does not count a day after the end any more', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', APPROVE);
    await untilEnd(workflow, 24 * HOUR);
    mend(workflow);
    await workflow.pass(MINUTE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'expired' });
    expect(workflow.refusals().at(-1)).toBe(
      'ann: Your click does not count: it came in time, but could not be judged within 24 hours of the end.',
    );
    expect(workflow.store.unjudgedClicks()).toEqual([]);
  });

  test('is given up a day after the end, even if no one can say then', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', APPROVE);
    await untilEnd(workflow, 24 * HOUR);
    expect(workflow.store.unjudgedClicks()).toEqual([]);
    expect((await workflow.request()).waitingClicks).toBeUndefined();
  });

  test('counts before the end as any other', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', approveFor(3_600));
    await workflow.pass(HOUR);
    mend(workflow);
    await workflow.pass(MINUTE);
    expect((await workflow.request()).decision).toEqual({
      kind: 'approved',
      at: workflow.now(),
      by: ['ann'],
      until: new Date(workflow.now().getTime() + HOUR),
    });
    await untilEnd(workflow);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved end 1']);
  });

  test('is not counted for one who has left the group by the time it is judged', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', APPROVE);
    await untilEnd(workflow, HOUR);
    workflow.people.groups.set(GROUP, ['ben']);
    mend(workflow);
    await workflow.pass(MINUTE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'expired' });
    expect(workflow.refusals().at(-1)).toMatch(/^ann: .+you are not one of the approvers/);
  });

  test('does not wait where the one who clicked was no approver by the last reading before', async () => {
    const workflow = await unreadable();
    await workflow.click('mallory', APPROVE);
    workflow.people.groups.set(GROUP, ['mallory']);
    await untilEnd(workflow);
    mend(workflow);
    await workflow.pass(HOUR);
    expect((await workflow.request()).decision).toEqual(
      expect.not.objectContaining({ isClickWaiting: true }),
    );
    expect(workflow.asker.words()).toEqual(['expired decision 1']);
    expect(workflow.refusals()).toEqual([
      'mallory: Your click does not count: you were not one of the approvers when they were read last before it. If you are one now, click again.',
    ]);
  });

  test.each<[string, ClickValues]>([
    ['in another channel', { channelId: 'C2' }],
    ['on what was not shown', { digest: 'e'.repeat(64) }],
  ])('does not wait %s', async (_, values) => {
    const workflow = await unreadable();
    await workflow.click('ann', DENY, values);
    expect(workflow.entries()).toEqual(['asked', 'refused-click']);
    expect((await workflow.request()).waitingClicks).toBeUndefined();
  });

  test('goes by the reading before it, however often the group has changed since', async () => {
    const workflow = await unreadable();
    mend(workflow);
    const click = workflow.clickOf('ann', DENY);
    await workflow.pause(MINUTE);
    for (const members of [['ben'], ['ben', 'cid'], ['ann', 'cid']]) {
      workflow.people.groups.set(GROUP, members);
      await workflow.click('cid', SHOW_ALL);
      await workflow.pause(MINUTE);
    }
    await workflow.receive(click);
    await workflow.work();
    expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', by: ['ann'] });
  });

  test('does not count for one who has become an approver since', async () => {
    const workflow = await unreadable();
    mend(workflow);
    const click = workflow.clickOf('dan', DENY);
    await workflow.pause(2 * MINUTE);
    workflow.people.groups.set(GROUP, ['ann', 'dan']);
    await workflow.receive(click);
    await workflow.work();
    expect((await workflow.request()).decision).toBeUndefined();
    await workflow.click('dan', DENY);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', by: ['dan'] });
  });

  test('that only wants to see all, or a retry, waits as well, and has nothing end otherwise', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', SHOW_ALL);
    expect(workflow.refusals()).toEqual([
      'ann: Your click is not lost, but it waits: Slack does not say who is who (no_such_subteam). It is judged as soon as it can be.',
    ]);
    await workflow.click('ann', RETRY);
    expect(workflow.refusals().at(-1)).toContain('there is nothing to retry');
    await untilEnd(workflow);
    expect((await workflow.request()).decision).toEqual({
      kind: 'expired',
      at: workflow.now(),
      by: [],
    });
  });

  test('that came at the end is too late', async () => {
    const workflow = await unreadable();
    await untilEnd(workflow);
    await workflow.click('ann', APPROVE);
    expect(workflow.refusals()).toEqual(['ann: Your click does not count: it is expired already.']);
    expect((await workflow.request()).decision?.isClickWaiting).toBeUndefined();
  });

  test('waits for the asker to answer about the end, so that the two do not cross', async () => {
    const workflow = await unreadable();
    workflow.asker.answers = undefined;
    await workflow.click('ann', APPROVE);
    await untilEnd(workflow);
    mend(workflow);
    await workflow.pass(2 * MINUTE);
    expect(workflow.asker.words()).toEqual(['expired decision 1']);
    await workflow.outcome('carried-out');
    await workflow.pass(MINUTE);
    expect(workflow.asker.words()).toEqual(['expired decision 1', 'approved decision 2']);
  });

  test('does not wait for an asker that never answers', async () => {
    const workflow = await unreadable();
    workflow.asker.answers = undefined;
    await workflow.click('ann', APPROVE);
    await untilEnd(workflow);
    mend(workflow);
    await workflow.pass(6 * MINUTE);
    expect(workflow.asker.words().at(-1)).toBe('approved decision 2');
  });
});

test('a click in the last moment is looked at before the request ends', async () => {
  const workflow = await unreadable();
  await untilEnd(workflow, -1);
  await workflow.store.storeClick(workflow.clickOf('ann', DENY));
  await workflow.pass(MINUTE);
  expect((await workflow.request()).decision).toMatchObject({
    kind: 'expired',
    isClickWaiting: true,
  });
});

test('a click that no one has looked at by the end counts after it', async () => {
  const workflow = await unreadable();
  mend(workflow);
  const click = workflow.clickOf('ann', DENY);
  await untilEnd(workflow, HOUR);
  expect((await workflow.request()).decision).toMatchObject({ kind: 'expired' });
  await workflow.receive(click);
  await workflow.work();
  expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', isLate: true });
});

describe('a denial whose reason is written while the request ends', () => {
  /** Deny is clicked a minute before the end, and its modal submitted so long after it. */
  async function submittedAfter(
    workflow: WorkflowInMemory,
    milliseconds: number,
    userId = 'ann',
  ): Promise<void> {
    await untilEnd(workflow, -MINUTE);
    const at = workflow.now();
    await untilEnd(workflow, milliseconds);
    await workflow.click(userId, DENY, { at, submittedAt: workflow.now(), reason: 'No ticket' });
  }

  test('counts after it, and the asker that was told of the end hears of it', async () => {
    const workflow = await unreadable();
    mend(workflow);
    await submittedAfter(workflow, MINUTE);
    expect((await workflow.request()).decision).toMatchObject({
      kind: 'denied',
      by: ['ann'],
      isLate: true,
      denialReason: 'No ticket',
    });
    expect(workflow.asker.words()).toEqual(['expired decision 1', 'denied decision 2']);
  });

  test('waits where the asker has not answered about the end', async () => {
    const workflow = await unreadable();
    mend(workflow);
    workflow.asker.answers = undefined;
    await submittedAfter(workflow, MINUTE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'expired' });
    await workflow.outcome('carried-out');
    await workflow.pass(MINUTE);
    expect(workflow.asker.words()).toEqual(['expired decision 1', 'denied decision 2']);
  });

  test('that waits, as Slack does not say who may decide, is stored with both times', async () => {
    const workflow = await unreadable();
    await submittedAfter(workflow, MINUTE);
    expect((await workflow.request()).waitingClicks).toMatchObject([
      { click: { at: expect.any(Date), submittedAt: workflow.now() } },
    ]);
    mend(workflow);
    await workflow.pass(MINUTE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', isLate: true });
  });

  test('does not count for one who was no approver when Deny was clicked', async () => {
    const workflow = await unreadable();
    mend(workflow);
    await untilEnd(workflow, -MINUTE);
    const at = workflow.now();
    workflow.people.groups.set(GROUP, ['dan']);
    await workflow.click('dan', SHOW_ALL);
    await untilEnd(workflow, MINUTE);
    await workflow.click('dan', DENY, {
      at: new Date(at.getTime() - 1),
      submittedAt: workflow.now(),
    });
    expect((await workflow.request()).decision).toMatchObject({ kind: 'expired' });
  });
});

test('a denial of a new approver counts, though its reason takes minutes to write', async () => {
  const workflow = await unreadable();
  mend(workflow);
  workflow.people.groups.set(GROUP, ['ann', 'dan']);
  const at = workflow.now();
  await workflow.pass(5 * MINUTE);
  await workflow.click('dan', DENY, { at, submittedAt: workflow.now(), reason: 'No' });
  expect((await workflow.request()).decision).toMatchObject({ kind: 'denied', by: ['dan'] });
});

describe('several clicks that wait', () => {
  test('are judged as they came: what was approved first is approved', async () => {
    const workflow = await unreadable();
    await workflow.click('ann', APPROVE);
    await workflow.pause(MINUTE);
    await workflow.click('ben', DENY);
    await untilEnd(workflow, HOUR);
    mend(workflow);
    workflow.queue = workflow.queue.filter(({ job }) => job.kind !== 'click');
    const [, second] = workflow.store.unjudgedClicks();
    await workflow.receive((await workflow.store.readClick(second!))!);
    await workflow.work();
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved', by: ['ann'] });
    expect(workflow.refusals().at(-1)).toBe(
      'ben: Your click does not count: it is approved already.',
    );
  });

  test('are counted together, with an approval from before', async () => {
    const workflow = await unreadable({ requiredApprovals: 2 }, askOf({}, UNVERIFIED));
    mend(workflow);
    await workflow.click('cid', APPROVE);
    cut(workflow);
    await workflow.click('ann', APPROVE);
    await workflow.click('ben', APPROVE);
    await untilEnd(workflow, HOUR);
    mend(workflow);
    await workflow.pass(MINUTE);
    expect((await workflow.request()).decision).toMatchObject({
      kind: 'approved',
      by: ['cid', 'ann', 'ben'],
      isLate: true,
    });
  });

  test('that are not enough leave it as it ended', async () => {
    const workflow = await unreadable({ requiredApprovals: 2 });
    await workflow.click('ann', APPROVE);
    await untilEnd(workflow, HOUR);
    mend(workflow);
    await workflow.pass(25 * HOUR, HOUR);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'expired' });
    expect(workflow.asker.words()).toEqual(['expired decision 1']);
  });

  test('of more than twenty, all are judged, and twenty hear that they wait', async () => {
    const approvers = Array.from({ length: 22 }, (_, index) => `p${index}`);
    const workflow = await unreadable({ requiredApprovals: 22 });
    mend(workflow);
    workflow.people.groups.set(GROUP, approvers);
    await workflow.click('p0', APPROVE);
    cut(workflow);
    for (const userId of approvers.slice(1)) await workflow.click(userId, APPROVE);
    expect(workflow.refusals()).toHaveLength(20);
    await untilEnd(workflow, HOUR);
    mend(workflow);
    await workflow.pass(2 * MINUTE);
    expect((await workflow.request()).decision?.by).toHaveLength(22);
  });
});

test('a late denial keeps people from being asked the same again at once', async () => {
  const workflow = await unreadable();
  await workflow.click('ann', DENY);
  await untilEnd(workflow, HOUR);
  mend(workflow);
  await workflow.pass(MINUTE);
  await workflow.ask(askOf({ requestId: 'r2' }));
  expect((await workflow.request('r2')).decision).toMatchObject({ reason: 'denied-before' });
});

test('a late approval leaves another open request about the same as it is', async () => {
  const workflow = await unreadable();
  await workflow.click('ann', APPROVE);
  await untilEnd(workflow, HOUR);
  await workflow.ask(askOf({ requestId: 'r2' }));
  mend(workflow);
  await workflow.pass(MINUTE);
  expect((await workflow.request('r1')).decision).toMatchObject({ kind: 'approved' });
  expect((await workflow.request('r2')).decision).toBeUndefined();
  await workflow.ask(askOf({ requestId: 'r3' }));
  expect((await workflow.request('r2')).joined).toEqual(['r3']);
});

test('a late approval is shown as the first try of its own, not as another of the end', async () => {
  const workflow = await unreadable();
  await workflow.click('ann', APPROVE);
  await untilEnd(workflow, HOUR);
  workflow.asker.answers = undefined;
  mend(workflow);
  await workflow.pass(MINUTE);
  const { carrying } = await workflow.request();
  expect(carrying).toMatchObject({ attempt: 2 });
  expect(carryingText(carrying!).words).toBe('Being carried out.');
});

test('a late approval that failed can be tried again', async () => {
  const workflow = await unreadable();
  workflow.asker.answers = ({ attempt }) => (attempt === 2 ? 'failed' : 'carried-out');
  await workflow.click('ann', APPROVE);
  await untilEnd(workflow, HOUR);
  mend(workflow);
  await workflow.pass(MINUTE);
  await workflow.click('ben', RETRY);
  expect(workflow.asker.words()).toEqual([
    'expired decision 1',
    'approved decision 2',
    'approved decision 3',
  ]);
});
