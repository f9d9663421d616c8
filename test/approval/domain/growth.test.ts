import { admit, join, NEW_SOURCE, NEW_SUBJECT } from '../../../src/approval/domain/admit';
import type { ApprovalRequest } from '../../../src/approval/domain/approval-request';
import { afterTime } from '../../../src/approval/domain/due';
import { judgeClick } from '../../../src/approval/domain/judge-click';
import { MessengerUnavailableError } from '../../../src/approval/domain/messenger';
import {
  APPROVE,
  askOf,
  CONFIGURATION,
  DENY,
  DIGEST,
  HOUR,
  MINUTE,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

function refusalsIn({ messages }: ApprovalRequest): string[] {
  return messages.flatMap(({ name }) => (name.kind === 'refusal' ? [name.clickId] : []));
}

/** All of them verified, and none of them an approver. */
async function askedBy(
  people: number,
  workflow = new WorkflowInMemory(),
): Promise<WorkflowInMemory> {
  for (let number = 1; number <= people; number += 1) {
    const email = `p${number}@example.com`;
    workflow.people.users.set(email, `p${number}`);
    await workflow.ask(askOf({ requestId: `r${number}` }, { name: `admin/${email}`, email }));
  }
  return workflow;
}

test('of those who ask, twenty are known by name, and the others stand for people whom no one knows', async () => {
  const workflow = await askedBy(25);
  const { requesters } = await workflow.request();
  expect(requesters).toHaveLength(21);
  expect(requesters.at(-1)).toEqual({ name: 'and others', slackUserId: '' });
  await workflow.click('ann', APPROVE);
  expect((await workflow.request()).decision).toBeUndefined();
  await workflow.click('ben', APPROVE);
  expect((await workflow.request()).decision).toMatchObject({
    kind: 'approved',
    by: ['ann', 'ben'],
  });
});

test('twenty verified people who ask make no second approver necessary', async () => {
  const workflow = await askedBy(20);
  await workflow.click('ann', APPROVE);
  expect((await workflow.request()).decision).toMatchObject({ kind: 'approved' });
});

test('repeats are all counted, and the last hundred are known by their ids', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  for (let number = 2; number <= 151; number += 1) {
    await workflow.ask(askOf({ requestId: `r${number}` }));
  }
  const { joined, repeats } = await workflow.request();
  expect([repeats, joined.length, joined[0], joined.at(-1)]).toEqual([150, 100, 'r52', 'r151']);
  expect(workflow.messenger.questions()).toEqual(['r1 waits, with 0 approvals and 150 repeats']);
});

test('a refusal that was told is not kept', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  for (let number = 0; number < 3; number += 1) await workflow.click('mallory', APPROVE);
  expect(workflow.refusals()).toHaveLength(3);
  expect(refusalsIn(await workflow.request())).toEqual([]);
});

test('no more than fifty refusals wait to be told, and every click is in the audit all the same', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  workflow.messenger.trouble = new MessengerUnavailableError('down', HOUR);
  for (let number = 0; number < 60; number += 1) await workflow.click('mallory', APPROVE);
  expect(refusalsIn(await workflow.request())).toHaveLength(50);
  expect(workflow.entries().filter((what) => what === 'refused-click')).toHaveLength(60);
  workflow.messenger.trouble = undefined;
  await workflow.pass(HOUR, 10 * MINUTE);
  expect(workflow.refusals()).toHaveLength(50);
  expect(refusalsIn(await workflow.request())).toEqual([]);
});

test('fifty refusals may wait beside other messages that do', async () => {
  const workflow = new WorkflowInMemory();
  workflow.messenger.trouble = new MessengerUnavailableError('down', HOUR);
  await workflow.ask();
  for (let number = 0; number < 51; number += 1) await workflow.click('mallory', APPROVE);
  expect(refusalsIn(await workflow.request())).toHaveLength(50);
});

describe('a click that was judged so long ago that it is forgotten', () => {
  /** A first click, and 200 after it, of which the last is judged here. */
  async function forgotten(action: typeof APPROVE): Promise<WorkflowInMemory> {
    const workflow = new WorkflowInMemory({ requiredApprovals: 2 });
    await workflow.ask();
    const first = workflow.clickOf('ann', action);
    await workflow.receive(first);
    await workflow.work();
    const request = await workflow.request();
    workflow.store.put({
      ...request,
      judgedClicks: [
        ...request.judgedClicks,
        ...Array.from({ length: 199 }, (_, index) => `other-${index}`),
      ],
    });
    await workflow.click('mallory', APPROVE);
    expect((await workflow.request()).judgedClicks).toHaveLength(200);
    expect((await workflow.request()).judgedClicks).not.toContain(first.id);
    await workflow.receive(first);
    await workflow.work();
    return workflow;
  }

  test('does not approve twice', async () => {
    const workflow = await forgotten(APPROVE);
    expect((await workflow.request()).votes).toHaveLength(1);
    expect((await workflow.request()).decision).toBeUndefined();
    expect(workflow.refusals().at(-1)).toMatch(/^ann: .+you have approved it already/);
  });

  test('does not deny twice', async () => {
    const workflow = await forgotten(DENY);
    expect(workflow.entries().filter((what) => what === 'decided')).toHaveLength(1);
    expect(workflow.asker.words().every((words) => words === 'denied decision 1')).toBe(true);
  });
});

test('whatever people and tools do to an open request, it grows by less than what an item has left beside the largest question', () => {
  const start = new Date('2026-01-01T00:00:00Z');
  const { request: asked } = admit(askOf(), NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, start);
  const authority = { teamId: 'T1', appId: 'A1', members: ['ann'] };
  let request: ApprovalRequest = asked;
  for (let number = 0; number < 1_000; number += 1) {
    const now = new Date(start.getTime() + number * MINUTE);
    const id = String(number).padStart(64, 'c');
    const click = {
      id,
      userId: 'U0123456789',
      userTeamId: 'T1',
      teamId: 'T1',
      appId: 'A1',
      channelId: 'C1',
      messageTs: '1.000',
      at: now,
      button: { requestId: 'r1', digest: DIGEST, action: APPROVE },
    };
    request = join(request, askOf({ requestId: id }, { name: id.repeat(10) }), now);
    request = judgeClick(request, click, authority, CONFIGURATION, now);
    request = afterTime(request, { ...CONFIGURATION, remindMilliseconds: MINUTE }, now);
    // They are announced as they come.
    request = { ...request, unannounced: [] };
  }
  expect(request.decision).toBeUndefined();
  expect(JSON.stringify(request).length - JSON.stringify(asked).length).toBeLessThan(100_000);
});
