import { advance } from '../../../src/approval/domain/advance-request';
import { ApprovalConflictError } from '../../../src/approval/domain/approval-store';
import { takeClick } from '../../../src/approval/domain/take-click';
import { takeAsk, takeOutcome } from '../../../src/approval/domain/take-from-asker';
import type { WorkflowPorts } from '../../../src/approval/domain/workflow-ports';
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

let workflow: WorkflowInMemory;

beforeEach(() => {
  workflow = new WorkflowInMemory();
});

const NO_QUEUE = { tellAsker: async () => Promise.reject(new Error('no queue')) };
const NO_BUS = { announce: async () => Promise.reject(new Error('no bus')) };
const NO_POINTERS = { pointToMessages: async () => Promise.reject(new Error('no pointers')) };

async function advanceWith(ports: Partial<WorkflowPorts>): Promise<void> {
  await advance('r1', workflow.configuration, { ...workflow.ports(), ...ports });
}

/** As the workflow takes a click, with ports of which some are others. */
async function clickWith(
  ports: Partial<WorkflowPorts>,
  ...given: Parameters<WorkflowInMemory['clickOf']>
) {
  const click = workflow.clickOf(...given);
  await takeClick(click, workflow.configuration, { ...workflow.ports(), ...ports });
}

test('of a request that is gone, nothing is due', async () => {
  await advanceWith({});
  expect(workflow.store.writes).toBe(0);
});

test('of a request that goes before it is moved on, nothing is done', async () => {
  await workflow.ask();
  await workflow.pause(4 * HOUR);
  const known = await workflow.request();
  let reads = 0;
  const store = Object.assign(Object.create(workflow.store), {
    read: async () => {
      reads += 1;
      return reads === 1 ? known : undefined;
    },
    write: async () => Promise.reject(new ApprovalConflictError('r1')),
  });
  await advanceWith({ store });
  expect(workflow.announced.map(({ entry }) => entry.what)).toEqual(['asked']);
});

test('where no message is due, no one is pointed to any', async () => {
  await workflow.ask();
  const { messages } = await workflow.request();
  await advanceWith(NO_POINTERS);
  expect((await workflow.request()).messages).toEqual(messages);
});

describe('where a part of what is due fails', () => {
  test('all that failed is told, by the request', async () => {
    await workflow.ask();
    const click = clickWith({ ...NO_QUEUE, ...NO_BUS, ...NO_POINTERS }, 'ann', DENY);
    await expect(click).rejects.toThrow('r1: Error: no queue Error: no bus Error: no pointers');
  });

  test.each<[string, Partial<WorkflowPorts>]>([
    ['the asker cannot be told', NO_QUEUE],
    ['nothing can be announced', NO_BUS],
    ['no one can be pointed to messages', NO_POINTERS],
  ])('the rest is done: %s', async (_, ports) => {
    await workflow.ask();
    await expect(clickWith(ports, 'ann', DENY)).rejects.toThrow();
    await workflow.work();
    const done = {
      told: workflow.asker.words(),
      announced: workflow.announced.map(({ entry }) => entry.what),
      shown: workflow.messenger.questions(),
    };
    expect(done).toEqual({
      told: ports === NO_QUEUE ? [] : ['denied decision 1'],
      announced: ports === NO_BUS ? ['asked'] : ['asked', 'decided'],
      shown: [
        ports === NO_POINTERS
          ? 'r1 waits, with 0 approvals and 0 repeats'
          : 'r1 denied by ann: decision under way',
      ],
    });
    await workflow.tick();
    expect(workflow.asker.words()).toEqual(['denied decision 1']);
    expect(workflow.announced.map(({ entry }) => entry.what)).toEqual(['asked', 'decided']);
    expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way']);
  });
});

test('an attempt that begins while its asker is told of the one before is told of as well', async () => {
  const overtaken = async () => {
    const attempt = { phase: 'decision', attempt: 1 } as const;
    const outcome = { kind: 'failed', text: 'busy', at: workflow.now() } as const;
    const report = { requestId: 'r1', asker: 'sentry', attempt, outcome };
    await takeOutcome(report, workflow.configuration, workflow.ports());
    await expect(clickWith(NO_QUEUE, 'ben', RETRY)).rejects.toThrow('no queue');
  };
  await workflow.ask();
  await clickWith({ tellAsker: overtaken }, 'ann', APPROVE);
  expect(workflow.asker.words()).toEqual([]);
  await workflow.tick();
  expect(workflow.asker.words()).toEqual(['approved decision 2']);
});

test('an end that begins while its asker is told of the approval is told of as well', async () => {
  const overtaken = async () => {
    await workflow.pause(HOUR);
    await expect(advanceWith(NO_QUEUE)).rejects.toThrow('no queue');
  };
  await workflow.ask();
  await clickWith({ tellAsker: overtaken }, 'ann', approveFor(3_600));
  expect((await workflow.request()).carrying).toEqual({ phase: 'end', attempt: 1 });
  await workflow.tick();
  expect(workflow.asker.words()).toEqual(['approved end 1']);
});

test('an outcome that comes while its asker is told is not sent for again', async () => {
  await workflow.ask();
  await workflow.click('ann', APPROVE);
  await workflow.pause(5 * MINUTE);
  const [told] = workflow.asker.told;
  await advanceWith({ tellAsker: async () => workflow.outcome('carried-out', told) });
  expect((await workflow.request()).carrying).toMatchObject({ outcome: { kind: 'carried-out' } });
  await workflow.pass(HOUR);
  expect(workflow.asker.words()).toEqual(['approved decision 1']);
});

test('what happens while other things are announced is announced as well', async () => {
  const announce: WorkflowPorts['announce'] = async (request, entry) => {
    await workflow.ports().announce(request, entry);
    if (entry.what !== 'asked') return;
    for (const userId of ['mallory', 'mallory']) {
      await expect(clickWith(NO_BUS, userId, DENY)).rejects.toThrow('no bus');
    }
  };
  await takeAsk(askOf(), workflow.configuration, { ...workflow.ports(), announce });
  await workflow.tick();
  const announced = workflow.announced.map(({ entry }) => entry.what);
  expect(announced.sort()).toEqual(['asked', 'refused-click', 'refused-click']);
});

describe('who is who', () => {
  test('is not known while Slack does not say, which is told, and holds no message up', async () => {
    workflow.people.isDown = true;
    await takeAsk(askOf(), workflow.configuration, workflow.ports());
    expect(workflow.failedLookUps).toEqual(['r1']);
    await workflow.work();
    expect(workflow.messenger.questions()).toHaveLength(1);
  });

  test('is read no more of a group that has decided', async () => {
    workflow.configuration = {
      ...workflow.configuration,
      approvers: { kind: 'userGroup', userGroupId: 'S0SECOPS' },
    };
    workflow.people.groups.set('S0SECOPS', ['ann', 'ben']);
    await workflow.ask();
    await workflow.click('ann', DENY);
    workflow.people.groupTrouble = new Error('no such group');
    await workflow.outcome('carried-out');
    expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision carried-out']);
    expect(workflow.failedLookUps).toEqual([]);
  });
});
