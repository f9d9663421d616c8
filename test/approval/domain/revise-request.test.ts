import { type ApprovalRequest, withDue } from '../../../src/approval/domain/approval-request';
import { ApprovalConflictError } from '../../../src/approval/domain/approval-store';
import { deliverMessages } from '../../../src/approval/domain/deliver-messages';
import { type Change, revise } from '../../../src/approval/domain/revise-request';
import { takeAsk } from '../../../src/approval/domain/take-from-asker';
import { askOf, WorkflowInMemory } from '../in-memory/workflow-in-memory';

let workflow: WorkflowInMemory;

beforeEach(async () => {
  workflow = new WorkflowInMemory();
  await takeAsk(askOf(), workflow.configuration, workflow.ports());
});

const shown: Change = (request) => withDue(request, { kind: 'whole' });

async function revised(
  known: ApprovalRequest,
  change: Change,
): Promise<ApprovalRequest | undefined> {
  return revise(known, change, workflow.configuration, workflow.store);
}

/** A table to which each write fails, and in which the request is, or is gone. */
function failing(error: Error, left?: ApprovalRequest) {
  const tries = { writes: 0 };
  const store = Object.assign(Object.create(workflow.store), {
    read: async () => left,
    write: async () => {
      tries.writes += 1;
      throw error;
    },
  });
  return { store, tries };
}

test('what is written is what is known from then on', async () => {
  const known = await workflow.request();
  const after = await revised(known, shown);
  expect(after).toEqual(await workflow.request());
  expect(after?.revision).toBe(known.revision + 1);
});

test('where nothing changes, nothing is written', async () => {
  const { writes } = workflow.store;
  const known = await workflow.request();
  expect(await revised(known, (request) => request)).toBe(known);
  expect(workflow.store.writes).toBe(writes);
});

test('where someone else wrote in between, what they left is changed', async () => {
  const known = await workflow.request();
  await revised(known, (request) => ({ ...request, repeats: 7 }));
  const after = await revised(known, shown);
  expect(after).toMatchObject({ repeats: 7 });
  expect(after?.messages.at(-1)?.name).toEqual({ kind: 'whole' });
});

test('where others write again and again, it is given up after eight tries', async () => {
  const known = await workflow.request();
  const { store, tries } = failing(new ApprovalConflictError('r1'), known);
  await expect(revise(known, shown, workflow.configuration, store)).rejects.toThrow(
    'r1 was written by someone else in the meantime.',
  );
  expect(tries.writes).toBe(8);
});

test('what fails otherwise is not tried again', async () => {
  const known = await workflow.request();
  const { store, tries } = failing(new Error('no table'), known);
  await expect(revise(known, shown, workflow.configuration, store)).rejects.toThrow('no table');
  expect(tries.writes).toBe(1);
});

test('of a request that is gone, nothing is left to change', async () => {
  const known = await workflow.request();
  const { store } = failing(new ApprovalConflictError('r1'));
  expect(await revise(known, shown, workflow.configuration, store)).toBeUndefined();
});

test('of a request that goes before its message is sent, none is', async () => {
  const known = await workflow.request();
  const { store } = failing(new ApprovalConflictError('r1'));
  let reads = 0;
  const read = async () => {
    reads += 1;
    return reads === 1 ? known : undefined;
  };
  const ports = { ...workflow.messagePorts(), store: Object.assign(store, { read }) };
  await deliverMessages('r1', workflow.configuration, ports);
  expect(workflow.messenger.calls).toEqual([]);
  expect(workflow.undelivered).toEqual([]);
});
