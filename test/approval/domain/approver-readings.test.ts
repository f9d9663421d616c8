import type { Approvers } from '../../../src/approval/domain/approval-configuration';
import { ApprovalConflictError } from '../../../src/approval/domain/approval-store';
import { approversAt, approversNow } from '../../../src/approval/domain/approver-readings';
import { ApprovalsInMemory } from '../in-memory/approvals-in-memory';
import { PeopleInMemory } from '../in-memory/people-in-memory';

const GROUP = 'S0SECOPS';
const OF_GROUP: Approvers = { kind: 'userGroup', userGroupId: GROUP };
const NAMED: Approvers = { kind: 'users', userIds: ['zoe'] };

let store: ApprovalsInMemory;
let people: PeopleInMemory;

beforeEach(() => {
  store = new ApprovalsInMemory();
  people = new PeopleInMemory();
});

/** The group has these members at that minute, and someone reads it then. */
async function read(minute: number, members: readonly string[]): Promise<readonly string[]> {
  people.groups.set(GROUP, members);
  return approversNow(OF_GROUP, { store, people, clock: { now: () => minuteOf(minute) } });
}

function minuteOf(minute: number): Date {
  return new Date(60_000 * minute);
}

async function readings(): Promise<[number, readonly string[]][]> {
  const kept = (await store.memberReadings(GROUP)).readings;
  return kept.map(({ at, members }) => [at.getTime() / 60_000, members]);
}

test('people who are named are the approvers at all times, and no group is read for them', async () => {
  people.isDown = true;
  const ports = { store, people, clock: { now: () => minuteOf(1) } };
  expect(await approversNow(NAMED, ports)).toEqual(['zoe']);
  expect(await approversAt(NAMED, minuteOf(0), ports)).toEqual(['zoe']);
});

test('a reading is kept where it finds other people than the last one', async () => {
  await read(1, ['ann', 'ben']);
  await read(2, ['ann', 'cid']);
  await read(3, ['ann']);
  expect(await read(4, ['ann', 'dan'])).toEqual(['ann', 'dan']);
  expect(await readings()).toEqual([
    [1, ['ann', 'ben']],
    [2, ['ann', 'cid']],
    [3, ['ann']],
    [4, ['ann', 'dan']],
  ]);
});

test.each([
  ['the same people', ['ann', 'ben']],
  ['them in another order', ['ben', 'ann']],
  ['one of them twice', ['ann', 'ben', 'ann']],
])('a reading is not kept where it finds %s', async (_, members) => {
  await read(1, ['ann', 'ben']);
  expect(await read(2, members)).toEqual(members);
  expect(await readings()).toEqual([[1, ['ann', 'ben']]]);
  expect((await store.memberReadings(GROUP)).revision).toBe(1);
});

test.each([
  [0, undefined],
  [1, ['ann']],
  [2, ['ann']],
  [3, ['ben']],
  [9, ['ben']],
])('by minute %i, the last reading before has %j', async (minute, members) => {
  await read(1, ['ann']);
  await read(3, ['ben']);
  expect(await approversAt(OF_GROUP, minuteOf(minute), { store })).toEqual(members);
});

test('of many large readings, the oldest are forgotten, and no more of them than have to be', async () => {
  const large = (letter: string) =>
    Array.from({ length: 1_000 }, (_, index) => letter.repeat(95) + String(index).padStart(4, '0'));
  for (const [minute, letter] of [...'abcd'].entries()) await read(minute, large(letter));
  expect((await readings()).map(([minute]) => minute)).toEqual([2, 3]);
});

describe('a reading that cannot be kept', () => {
  const failing = (error: Error) => ({
    store: {
      memberReadings: async () => store.memberReadings(GROUP),
      keepMemberReadings: async () => Promise.reject(error),
    },
    people,
    clock: { now: () => minuteOf(1) },
  });

  test('counts where someone else has kept one in the same moment', async () => {
    people.groups.set(GROUP, ['ann']);
    const ports = failing(new ApprovalConflictError(GROUP));
    expect(await approversNow(OF_GROUP, ports)).toEqual(['ann']);
  });

  test('does not count otherwise: a click that waits is judged by it later', async () => {
    const ports = failing(new Error('no table'));
    await expect(approversNow(OF_GROUP, ports)).rejects.toThrow('no table');
  });
});
