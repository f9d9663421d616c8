import { CachedConfiguration } from '../../../../src/shared/adapters/configuration/cached-configuration';

const SECOND = 1_000;

let now: number;
let loads: number;
let configuration: CachedConfiguration<number>;

beforeEach(() => {
  now = Date.parse('2026-01-01T00:00:00Z');
  loads = 0;
  configuration = new CachedConfiguration(
    async () => {
      loads += 1;
      return loads;
    },
    { now: () => new Date(now) },
  );
});

const asOf = (time: number) => configuration.asOf(new Date(time));

test('many events from before it was read share one look', async () => {
  expect(
    await Promise.all([asOf(now - 5 * SECOND), asOf(now - 60 * SECOND), asOf(now - 2 * SECOND)]),
  ).toEqual([1, 1, 1]);
});

test('an event from after it was read has it read again, since a deployment may lie between', async () => {
  await asOf(now - 5 * SECOND);
  now += 10 * SECOND;
  expect(await asOf(now - SECOND)).toBe(2);
});

test('the second in which it was read does not count, since events tell no fractions', async () => {
  await asOf(now - 5 * SECOND);
  expect(await asOf(now - SECOND / 2)).toBe(2);
});

test('after a minute it is read again in any case', async () => {
  await asOf(now - 5 * SECOND);
  now += 61 * SECOND;
  expect(await asOf(now - 120 * SECOND)).toBe(2);
});

test('what was last read is known however long ago, and also while it is read again', async () => {
  expect(configuration.last).toBeUndefined();
  await asOf(now - 5 * SECOND);
  now += 3_600 * SECOND;
  const again = asOf(now - 5 * SECOND);
  expect(configuration.last).toBe(1);
  await again;
  expect(configuration.last).toBe(2);
});

test('a look that fails is not kept', async () => {
  const failing = new CachedConfiguration(
    async () => {
      loads += 1;
      if (loads === 1) throw new Error('Throttling');
      return loads;
    },
    { now: () => new Date(now) },
  );
  await expect(failing.asOf(new Date(now - 5 * SECOND))).rejects.toThrow('Throttling');
  expect(await failing.asOf(new Date(now - 5 * SECOND))).toBe(2);
});
