import { advanceDue } from '../../../src/approval/adapters/advance-due';

const SECOND = 1_000;

let now: number;
let open: Set<string>;
let done: string[];
let failed: string[];
let broken: Set<string>;
let most: number;
let running: number;
let takes: number;

beforeEach(() => {
  now = 0;
  [open, done, failed, broken] = [new Set(), [], [], new Set()];
  [most, running, takes] = [0, 0, 0];
});

const clock = { now: () => new Date(now) };

async function act(id: string): Promise<void> {
  running += 1;
  most = Math.max(most, running);
  await Promise.resolve();
  now += takes;
  running -= 1;
  if (broken.has(id)) throw new Error(`${id} is stuck`);
  done.push(id);
  open.delete(id);
}

const run = async () =>
  advanceDue(
    {
      due: async (_, limit) => ({
        requestIds: [...open].filter((id) => id.startsWith('r')).slice(0, limit),
        clickIds: [...open].filter((id) => id.startsWith('c')).slice(0, limit),
      }),
      request: act,
      click: act,
      failed: ({ id }) => failed.push(id),
    },
    clock,
  );

const ids = (length: number, prefix = 'r') =>
  Array.from({ length }, (_, index) => `${prefix}${index}`);

test('all that is due is done once, over several pages, a few at a time', async () => {
  open = new Set([...ids(120), ...ids(3, 'c')]);
  expect(await run()).toEqual([]);
  expect(new Set(done)).toEqual(new Set([...ids(120), ...ids(3, 'c')]));
  expect(done).toHaveLength(123);
  expect(most).toBe(10);
});

test('where nothing is due, nothing is done', async () => {
  expect(await run()).toEqual([]);
  expect(done).toEqual([]);
});

test('what is stuck is tried once, told, and hides nothing that comes after it', async () => {
  broken = new Set(ids(120));
  open = new Set([...ids(120), 'r-after']);
  expect((await run()).map(String)).toHaveLength(120);
  expect(failed).toHaveLength(120);
  expect(done).toEqual(['r-after']);
});

test('a run ends before the next begins, and leaves what is left to it', async () => {
  open = new Set(ids(120));
  takes = SECOND;
  expect(await run()).toEqual([]);
  expect(done.length).toBeGreaterThanOrEqual(45);
  expect(now).toBeLessThan(60 * SECOND);
  expect(open.size).toBe(120 - done.length);
});
