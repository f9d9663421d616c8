import {
  afterAbsence,
  mayBeBelieved,
} from '../../../../src/security-group/domain/learning/absent-events';
import type { Grant } from '../../../../src/security-group/domain/ledger/ledger';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = new Date('2026-01-01T12:00:00Z');

function after(milliseconds: number): Date {
  return new Date(NOON.getTime() + milliseconds);
}

const grant: Grant = { cause: 'trusted-actor', by: 'x', since: NOON, receivedAt: NOON };

/** The grant after a look so long after noon, with the last dry run that the history has. */
function look(known: Grant, at: number, lastHeartbeat?: number): Grant {
  const heartbeat = lastHeartbeat === undefined ? {} : { lastHeartbeat: after(lastHeartbeat) };
  return afterAbsence(known, { at: after(at), ...heartbeat });
}

test('the clocks of a grant of an earlier version begin with the first look', () => {
  const { receivedAt: _unknown, ...earlier } = grant;
  expect(look(earlier, 30 * HOUR, 30 * HOUR)).toEqual({ ...grant, receivedAt: after(30 * HOUR) });
});

describe('a history that has what was called an hour later', () => {
  test('refutes with its second look, a quarter of an hour after the first', () => {
    const lacking = look(grant, 2 * HOUR, HOUR);
    expect(lacking).toEqual({ ...grant, lackedAt: after(2 * HOUR) });
    expect(look(lacking, 2 * HOUR + 15 * MINUTE - 1, HOUR)).toBe(lacking);
    expect(look(lacking, 2 * HOUR + 15 * MINUTE, HOUR)).toEqual({ ...lacking, confirmed: false });
  });

  test('and no history that has only what was called before that', () => {
    expect(look(grant, 2 * HOUR, HOUR - 1)).toBe(grant);
  });
});

describe('without any proof', () => {
  test('a grant is believed for a day, is reported then, and refuted by the look after that', () => {
    expect(look(grant, 24 * HOUR - 1)).toBe(grant);
    const reported = look(grant, 24 * HOUR);
    expect(reported).toEqual({ ...grant, reportedAt: after(24 * HOUR) });
    expect(look(reported, 25 * HOUR)).toEqual({ ...reported, confirmed: false });
  });
});

test('a grant is believed for a day before and after the event was received, or else was made', () => {
  const times = [-24 * HOUR, -24 * HOUR + 1, 24 * HOUR - 1, 24 * HOUR].map(after);
  const expected = [false, true, true, false];
  expect(times.map((now) => mayBeBelieved({ since: NOON }, now))).toEqual(expected);
  const received = { since: after(-90 * HOUR), receivedAt: NOON };
  expect(times.map((now) => mayBeBelieved(received, now))).toEqual(expected);
});
