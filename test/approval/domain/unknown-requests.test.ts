import type { ApprovalRequest } from '../../../src/approval/domain/approval-request';
import type { OpinionClick } from '../../../src/approval/domain/opinion';
import { takeClick } from '../../../src/approval/domain/take-click';
import {
  takeAsk,
  takeOutcome,
  takeUnreadableAsk,
} from '../../../src/approval/domain/take-from-asker';
import { takeOpinion } from '../../../src/approval/domain/take-opinion';
import { APP } from '../in-memory/people-in-memory';
import { APPROVE, askOf, DIGEST, WorkflowInMemory } from '../in-memory/workflow-in-memory';

let workflow: WorkflowInMemory;

beforeEach(() => {
  workflow = new WorkflowInMemory();
});

/** The table, from which a request is gone: as one that is older than it keeps. */
function without(id: string) {
  const { store } = workflow;
  return Object.assign(Object.create(store), {
    read: async (requestId: string): Promise<ApprovalRequest | undefined> =>
      requestId === id ? undefined : store.read(requestId),
  });
}

function opinionOf(requestId: string): OpinionClick {
  return {
    id: 'click-1',
    userId: 'olga',
    ...APP,
    userTeamId: APP.teamId,
    channelId: 'D-olga',
    messageTs: '1.000',
    at: workflow.now(),
    opinion: { requestId, digest: DIGEST, isStillNeeded: true },
  };
}

function reportOf(requestId: string) {
  return {
    requestId,
    asker: 'sentry',
    attempt: { phase: 'decision', attempt: 1 },
    outcome: { kind: 'carried-out', text: 'done', at: workflow.now() },
  } as const;
}

test.each<[string, (requestId: string) => Promise<boolean>]>([
  [
    'a click',
    async (requestId) => {
      const click = workflow.clickOf('ann', APPROVE, { requestId });
      return takeClick(click, workflow.configuration, workflow.ports());
    },
  ],
  [
    'an opinion',
    async (requestId) =>
      takeOpinion(opinionOf(requestId), workflow.configuration, workflow.ports()),
  ],
  [
    'an outcome',
    async (requestId) => takeOutcome(reportOf(requestId), workflow.configuration, workflow.ports()),
  ],
])('%s is taken, and one about a request that no one knows is not', async (_, take) => {
  await workflow.ask();
  const { writes } = workflow.store;
  expect(await take('r9')).toBe(false);
  expect(workflow.store.writes).toBe(writes);
  expect(await take('r1')).toBe(true);
});

test('what comes again after its request is gone asks no one', async () => {
  await workflow.ask();
  const { writes } = workflow.store;
  for (const take of [takeAsk, takeUnreadableAsk]) {
    await take(askOf(), workflow.configuration, workflow.ports(without('r1')));
  }
  expect(workflow.store.writes).toBe(writes);
});

test('the same is asked again where the open request about it is gone', async () => {
  await workflow.ask();
  await takeAsk(askOf({ requestId: 'r2' }), workflow.configuration, workflow.ports(without('r1')));
  await workflow.work();
  expect((await workflow.request('r2')).decision).toBeUndefined();
  expect(workflow.messenger.questions()).toHaveLength(2);
});

test('an ask of which all ids are taken by other askers fails, and says whose they are not', async () => {
  await workflow.ask();
  await workflow.ask(askOf({ requestId: 'r2', subject: 'sg-2 ssh' }));
  const ports = { ...workflow.ports(), idsWithin: () => ['r1', 'r2'] };
  const others = askOf({ asker: 'another', subject: 'other' });
  for (const take of [takeAsk, takeUnreadableAsk]) {
    await expect(take(others, workflow.configuration, ports)).rejects.toThrow(
      'The ids r1 and r2 are of other askers than another.',
    );
  }
});

test('what was cut short when it came first is done when it comes again', async () => {
  const cut = { tellAsker: async () => Promise.reject(new Error('no queue')) };
  const ports = { ...workflow.ports(), ...cut };
  await expect(takeUnreadableAsk(askOf(), workflow.configuration, ports)).rejects.toThrow();
  expect(workflow.asker.words()).toEqual([]);
  await takeAsk(askOf(), workflow.configuration, workflow.ports());
  expect(workflow.asker.words()).toEqual(['not-asked decision 1']);
});

test('the asker of what cannot be read hears of it at once', async () => {
  await takeUnreadableAsk(askOf(), workflow.configuration, workflow.ports());
  expect(workflow.asker.words()).toEqual(['not-asked decision 1']);
});

test('an ask that cannot be read is answered once, even if it comes twice in the same instant', async () => {
  const take = async () => takeUnreadableAsk(askOf(), workflow.configuration, workflow.ports());
  workflow.store.beforeWrite.set(1, take);
  await take();
  expect(workflow.entries()).toEqual(['not-asked']);
  expect(workflow.asker.words()).toEqual(['not-asked decision 1']);
});
