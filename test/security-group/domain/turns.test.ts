import { inTurns, turnsOf } from '../../../src/security-group/domain/turns';

/** Work that counts how much of it is under way. */
function counted() {
  let underWay = 0;
  const counts = { most: 0, done: 0 };
  const work = async (item: number): Promise<number> => {
    underWay += 1;
    counts.most = Math.max(counts.most, underWay);
    await new Promise((resolve) => void setImmediate(resolve));
    underWay -= 1;
    counts.done += 1;
    if (item < 0) throw new Error(`failed at ${item}`);
    return 2 * item;
  };
  return { counts, work };
}

test('the results come in order, and no more is under way than may be', async () => {
  const { counts, work } = counted();
  const items = Array.from({ length: 100 }, (_, index) => index);
  expect(await inTurns(items, 7, work)).toEqual(items.map((item) => 2 * item));
  expect(counts.most).toBe(7);
});

test('where one fails, the others are done before it throws', async () => {
  const { counts, work } = counted();
  await expect(inTurns([1, -1, 2, -2, 3], 2, work)).rejects.toThrow('failed at -1');
  expect(counts.done).toBe(5);
});

test('a turn that fails is free for the next', async () => {
  const { counts, work } = counted();
  const turn = turnsOf(1);
  const results = await Promise.allSettled(
    [-1, 1, -2, 2].map(async (item) => turn(async () => work(item))),
  );
  expect(results.map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(counts.most).toBe(1);
});

test('a turn that is over is free for one that comes later', async () => {
  const turn = turnsOf(1);
  await turn(async () => undefined);
  const isTooLong = new Promise((resolve) => void setImmediate(() => resolve('it waits')));
  expect(await Promise.race([turn(async () => 'it is done'), isTooLong])).toBe('it is done');
});

test('of nothing, nothing comes', async () => {
  expect(await inTurns([], 3, counted().work)).toEqual([]);
});
