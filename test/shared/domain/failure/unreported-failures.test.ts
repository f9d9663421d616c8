import type { Failure } from '../../../../src/shared/domain/failure/failure';
import { UnreportedFailures } from '../../../../src/shared/domain/failure/unreported-failures';

const MOST = 25;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let unreported: UnreportedFailures;
let now: Date;

beforeEach(() => {
  unreported = new UnreportedFailures();
  now = new Date('2026-11-01T12:00:00Z');
});

function fail(what: string, reason = 'denied'): void {
  const failure: Failure = { work: { what }, state: 'tried-again', reason, next: '' };
  unreported.add(what, failure, now);
}

/** As a function does it: the names in the message, or undefined where there is none. */
function send(): string[] | undefined {
  const taken = unreported.next(MOST, now);
  if (taken) unreported.sent(taken.failures.length, now);
  return taken?.failures.map(({ work }) => work.what);
}

function pass(milliseconds: number): void {
  now = new Date(now.getTime() + milliseconds);
}

test('what fails is reported once, however often it fails on', () => {
  fail('one');
  expect(send()).toEqual(['one']);
  fail('one');
  expect(send()).toBeUndefined();
});

test('what still fails a day later is reported again', () => {
  fail('one');
  send();
  pass(DAY);
  fail('one');
  expect(send()).toEqual(['one']);
});

test('what could not be sent is in the next message', () => {
  fail('one');
  expect(unreported.next(MOST, now)?.failures).toHaveLength(1);
  fail('two');
  expect(send()).toEqual(['one', 'two']);
});

test('what waits is the failure as it was first, however often it fails on', () => {
  fail('one');
  fail('one', 'denied again');
  expect(unreported.next(MOST, now)).toMatchObject({
    failures: [{ reason: 'denied' }],
    left: 0,
  });
});

test('within a quarter of an hour there are three messages, and then the next', () => {
  for (const name of ['one', 'two', 'three', 'four']) {
    fail(name);
    expect(send()).toEqual(name === 'four' ? undefined : [name]);
  }
  pass(15 * MINUTE - 1);
  expect(send()).toBeUndefined();
  pass(1);
  expect(send()).toEqual(['four']);
});

test('a thousand events that fail in one minute become a few messages, and each is reported within hours', () => {
  for (let n = 0; n < 1_000; n += 1) fail(`event ${n}`);
  const sizes: number[] = [];
  const reported = new Set<string>();
  for (let minute = 0; minute < 5 * 60; minute += 1) {
    const names = send();
    if (names) sizes.push(names.length);
    names?.forEach((name) => reported.add(name));
    if (minute === 14) expect(sizes).toEqual([25, 25, 25]);
    pass(MINUTE);
  }
  expect(reported.size).toBe(1_000);
  expect(sizes).toHaveLength(40);
});

describe('what is too much to be remembered', () => {
  beforeEach(() => {
    for (let n = 0; n < 1_200; n += 1) fail(`event ${n}`);
  });

  test('is counted once, however often it fails on', () => {
    fail('event 0');
    fail('event 1199');
    const taken = unreported.next(2_000, now);
    expect([taken?.failures.length, taken?.left]).toEqual([1_000, 200]);
  });

  test('is counted no more once it waits with the others', () => {
    unreported.sent(25, now);
    fail('event 1199');
    expect(unreported.left(0)).toBe(976 + 199);
  });

  test('is counted until all others were told', () => {
    unreported.sent(25, now);
    expect(unreported.left(0)).toBe(1_175);
    unreported.sent(975, now);
    expect(unreported.left(0)).toBe(0);
  });
});

test('of what was reported, the latest ten thousand are remembered', () => {
  for (let thousand = 0; thousand < 10; thousand += 1) {
    for (let n = 0; n < 1_000; n += 1) fail(`event ${thousand * 1_000 + n}`);
    unreported.sent(1_000, now);
  }
  const isReportedAgain = (what: string) => {
    fail(what);
    return unreported.left(0) > 0;
  };
  expect(isReportedAgain('event 0')).toBe(false);
  fail('one more');
  unreported.sent(1, now);
  expect(isReportedAgain('event 1')).toBe(false);
  expect(isReportedAgain('event 0')).toBe(true);
});
