import {
  type HistoryLimits,
  type HistoryPage,
  type HistoryRecord,
  readHistory,
} from '../../../../src/security-group/domain/rehearsing/read-history';

/** Seconds after noon. */
function at(second: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 12, 0, second));
}

const WINDOW = { from: at(0), to: at(100) };
const ALL: HistoryLimits = { records: 1_000, length: 1_000 };

function record(eventId: string, second: number, milliseconds = 0): HistoryRecord {
  return { eventId, time: new Date(at(second).getTime() + milliseconds), length: 10 };
}

/** Records as the history has them: the newest first. */
function page(...records: HistoryRecord[]): HistoryPage {
  const oldest = records.at(-1)?.time;
  return { records, ...(oldest && { oldest }) };
}

/** What was read of calls with these pages, and in which order they were asked for. */
async function read(
  calls: Readonly<Record<string, readonly HistoryPage[]>>,
  limits = ALL,
  mostPages = Infinity,
) {
  const asked: string[] = [];
  const history = {
    page: async (eventName: string, window: typeof WINDOW, next: string | undefined) => {
      expect(window).toBe(WINDOW);
      if (asked.length >= mostPages) return undefined;
      asked.push(`${eventName} ${next ?? 'first'}`);
      const index = Number(next ?? 0);
      const pages = calls[eventName]!;
      const isLast = index + 1 === pages.length;
      return { ...pages[index]!, ...(!isLast && { next: String(index + 1) }) };
    },
  };
  const found = await readHistory(Object.keys(calls), WINDOW, history, limits);
  return { ...found, records: found.records.map(({ eventId }) => eventId), asked };
}

test('all that is there is read, in the order of times, each once', async () => {
  const calls = {
    Authorize: [page(record('a', 50), record('b', 30)), page(record('c', 10))],
    Revoke: [page(record('d', 40), record('b', 30))],
  };
  expect(await read(calls)).toEqual({
    records: ['c', 'b', 'd', 'a'],
    covered: WINDOW,
    isCutShort: false,
    asked: ['Authorize first', 'Revoke first', 'Authorize 1'],
  });
});

test('within one second, the order is that of the history', async () => {
  const { records } = await read({ Authorize: [page(record('later', 5), record('earlier', 5))] });
  expect(records).toEqual(['earlier', 'later']);
});

test('a page of each call is read first, and then of the one that is least far back', async () => {
  const calls = {
    Authorize: [page(record('a', 20)), page(record('b', 10))],
    Revoke: [page(record('c', 60)), page(record('d', 40)), page(record('e', 15))],
    Modify: [page(), page(record('f', 5))],
  };
  expect((await read(calls)).asked).toEqual([
    'Authorize first',
    'Revoke first',
    'Modify first',
    'Modify 1',
    'Revoke 1',
    'Revoke 2',
    'Authorize 1',
  ]);
});

describe('where it has to stop', () => {
  const calls = {
    Authorize: [page(record('a', 90), record('b', 80)), page(record('c', 70))],
    Revoke: [page(record('d', 75), record('e', 60)), page(record('f', 50))],
  };

  test('what is newer than the second that was reached is told, and the rest is a window again', async () => {
    expect(await read(calls, ALL, 2)).toMatchObject({
      records: ['a'],
      covered: { from: at(81), to: at(100) },
      rest: { from: at(0), to: at(80) },
      isCutShort: false,
    });
    expect(await read(calls, ALL, 3)).toMatchObject({
      records: ['c', 'd', 'b', 'a'],
      covered: { from: at(61), to: at(100) },
      rest: { from: at(0), to: at(60) },
    });
  });

  test.each<[string, HistoryLimits, number]>([
    ['records, of which one page of each call is always read', { records: 1, length: 1_000 }, 2],
    ['records', { records: 4, length: 1_000 }, 2],
    ['records, one more', { records: 5, length: 1_000 }, 3],
    ['characters', { records: 1_000, length: 40 }, 2],
    ['characters, one more', { records: 1_000, length: 41 }, 3],
    ['nothing', ALL, 4],
  ])('it stops for %s', async (_, limits, pages) => {
    expect((await read(calls, limits)).asked).toHaveLength(pages);
  });

  test('the first and the last second of the window are parts like any other', async () => {
    const last = { Authorize: [page(record('a', 100), record('b', 99)), page(record('c', 0))] };
    expect(await read(last, ALL, 1)).toMatchObject({
      records: ['a'],
      covered: { from: at(100), to: at(100) },
      rest: { from: at(0), to: at(99) },
      isCutShort: false,
    });
    const first = { Authorize: [page(record('a', 1), record('b', 0)), page(record('c', 0))] };
    expect((await read(first, ALL, 1)).rest).toEqual({ from: at(0), to: at(0) });
  });

  test('parts of a second that was reached belong to the rest', async () => {
    const parts = {
      Authorize: [page(record('a', 90), record('b', 80, 500)), page(record('c', 80))],
    };
    expect(await read(parts, ALL, 1)).toMatchObject({
      records: ['a'],
      covered: { from: at(81), to: at(100) },
      rest: { from: at(0), to: at(80) },
    });
  });

  test('the last second of the window is told whole', async () => {
    const last = { Authorize: [page(record('a', 100, 999)), page(record('b', 99))] };
    expect((await read(last)).records).toEqual(['b', 'a']);
    expect(await read(last, ALL, 1)).toMatchObject({
      records: ['a'],
      covered: { from: at(100), to: at(100) },
      rest: { from: at(0), to: at(99) },
      isCutShort: true,
    });
  });

  test('what the history has beyond the window belongs to another part', async () => {
    const beyond = { Authorize: [page(record('a', 101), record('b', 100, 999), record('c', 0))] };
    expect((await read(beyond)).records).toEqual(['c', 'b']);
  });

  test('while a call has brought nothing yet, nothing is told', async () => {
    const late = { Authorize: [page(), page(record('a', 90))] };
    expect(await read(late, ALL, 1)).toMatchObject({ records: [], isCutShort: true });
  });

  test('nothing is left of a window of one second', async () => {
    const window = { from: at(0), to: at(0) };
    const history = { page: async () => ({ ...page(record('a', 0)), next: '1' }) };
    const found = await readHistory(['Authorize'], window, history, { records: 1, length: 1_000 });
    expect(found).toMatchObject({ covered: window, isCutShort: true });
    expect(found).not.toHaveProperty('rest');
  });
});

test('a history that does not answer for each call is an error in words', async () => {
  const calls = { Authorize: [page()], Revoke: [page()] };
  await expect(read(calls, ALL, 1)).rejects.toThrow(
    "CloudTrail's event history did not answer often enough to read even the beginning: others in this account and Region are looking things up. Try again later.",
  );
});
