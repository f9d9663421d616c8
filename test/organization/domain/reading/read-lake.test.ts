import {
  LakeBusyError,
  type LakePorts,
  readLake,
} from '../../../../src/organization/domain/reading/read-lake';

const HOUR = 60 * 60_000;
const START = Date.parse('2026-11-29T00:00:00Z');

interface Event {
  readonly id: number;
  readonly at: number;
}

/** A store with an event each minute, and what was handed on of it. */
class StoreInMemory implements LakePorts<Event> {
  readUntil: Date | undefined;
  readonly handedOn = new Set<number>();
  failure: Error | undefined;
  readonly watermark = {
    read: async () => this.readUntil,
    write: async (readUntil: Date) => {
      this.readUntil = readUntil;
    },
  };

  async *pages({ from, until }: { from: Date; until: Date }): AsyncGenerator<Event[]> {
    const events = Array.from({ length: 24 * 60 }, (_, id) => ({ id, at: START + id * 60_000 }));
    const found = events.filter(({ at }) => at >= from.getTime() && at < until.getTime());
    yield found.slice(0, 5);
    if (this.failure) throw this.failure;
    yield found.slice(5);
  }

  async handOn(events: readonly Event[]): Promise<void> {
    events.forEach(({ id }) => this.handedOn.add(id));
  }
}

test('after an outage of seven hours, nothing is missing, and what was read twice does not matter', async () => {
  const store = new StoreInMemory();
  await run(store, 1);
  store.failure = new Error('FAILED');
  await expect(run(store, 4)).rejects.toThrow('FAILED');
  store.failure = undefined;
  for (const hour of [8, 8.2, 8.4]) await run(store, hour);

  const missing = Array.from({ length: 7 * 60 }, (_, minute) => 60 + minute).filter(
    (minute) => !store.handedOn.has(minute),
  );
  expect(missing).toEqual([]);
});

test('a run says which rows it has read, and how many', async () => {
  const store = new StoreInMemory();
  const { window, rows, isPutOff } = await run(store, 1);
  expect(store.readUntil).toEqual(window.until);
  expect(rows).toBeGreaterThan(0);
  expect(rows).toBe(store.handedOn.size);
  expect(isPutOff).toBe(false);
});

test('where the store is busy, the next run reads what this one did not', async () => {
  const store = new StoreInMemory();
  await run(store, 1);
  store.failure = new LakeBusyError('busy');
  expect(await run(store, 2)).toMatchObject({ isPutOff: true });
  expect(store.readUntil).toEqual(new Date(START + HOUR));
  store.failure = undefined;
  await run(store, 3);
  expect(store.handedOn.has(90)).toBe(true);
});

async function run(store: StoreInMemory, hour: number) {
  return readLake(store, new Date(START + hour * HOUR));
}
