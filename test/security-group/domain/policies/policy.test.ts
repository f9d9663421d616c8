import {
  type Disabling,
  isAnsweredByApprovals,
  isDisabled,
  isToldOf,
  type Policy,
  RESPONSES,
  withoutAsking,
  withoutNameAndScope,
} from '../../../../src/security-group/domain/policies/policy';
import { isOver } from '../../../../src/security-group/domain/policies/rule-exclusion';
import {
  isPaused,
  isTooLong,
} from '../../../../src/security-group/domain/policies/sentry-configuration';
import { forbidSsh } from '../../samples/changes';
import { rule } from '../../samples/rules';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const NOON = new Date('2026-01-01T12:00:00Z');

function after(milliseconds: number): Date {
  return new Date(NOON.getTime() + milliseconds);
}

function disabling(milliseconds: number): Disabling {
  return { policy: 'ssh', since: NOON, until: after(milliseconds), reason: 'x', by: 'olga' };
}

describe('an order to disable a policy', () => {
  test('may be as long as a week', () => {
    expect(isDisabled({ ...forbidSsh, disabling: disabling(WEEK) }, NOON)).toBe(true);
    expect(isDisabled({ ...forbidSsh, disabling: disabling(WEEK + 1) }, NOON)).toBe(false);
  });

  test('holds from its beginning until its end', () => {
    const policy = { ...forbidSsh, disabling: disabling(HOUR) };
    expect([-1, 0, HOUR - 1, HOUR].map((time) => isDisabled(policy, after(time)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isDisabled(forbidSsh, NOON)).toBe(false);
  });

  test('is told of until a week after its end', () => {
    expect(isToldOf(disabling(HOUR), after(HOUR + WEEK - 1))).toBe(true);
    expect(isToldOf(disabling(HOUR), after(HOUR + WEEK))).toBe(false);
    expect(isToldOf(disabling(WEEK + 1), NOON)).toBe(false);
  });
});

describe('a pause', () => {
  const until = (milliseconds: number) => ({ until: after(milliseconds), reason: 'x', by: 'olga' });

  test('may be a week long from when it was written, and a minute more for clocks that differ', () => {
    expect(isTooLong(until(WEEK + 60_000), NOON)).toBe(false);
    expect(isTooLong(until(WEEK + 60_001), NOON)).toBe(true);
    expect(isTooLong(until(HOUR), NOON)).toBe(false);
  });

  test('that no one can date is too long', () => {
    expect(isTooLong(until(HOUR), undefined)).toBe(true);
  });

  test('holds until its end', () => {
    expect(isPaused({ pause: until(1) }, NOON)).toBe(true);
    expect(isPaused({ pause: until(0) }, NOON)).toBe(false);
    expect(isPaused({}, NOON)).toBe(false);
  });
});

test('the exclusion of a rule is over at its end, and never where it has none', () => {
  expect(isOver({ until: NOON }, after(-1))).toBe(false);
  expect(isOver({ until: NOON }, NOON)).toBe(true);
  expect(isOver({}, NOON)).toBe(false);
});

test('a policy asks for the same under another name, elsewhere, disabled or with exclusions', () => {
  const groups = { include: [{ kind: 'all' as const }], exclude: [] };
  const other: Policy = {
    ...forbidSsh,
    name: 'ssh',
    identity: 'i',
    appliesTo: groups,
    appliesIn: { accounts: ['111111111111'] },
    excluding: [{ groupId: 'sg-1', rule: rule(), reason: 'x' }],
    disabling: disabling(HOUR),
  };
  expect(withoutNameAndScope(other)).toStrictEqual(forbidSsh);
  expect(withoutNameAndScope({ ...other, response: 'notifyOnly' })).toStrictEqual({
    ...forbidSsh,
    response: 'notifyOnly',
  });
});

test('what a policy has people asked about is reverted where no one is asked', () => {
  expect(RESPONSES.map((response) => withoutAsking({ ...forbidSsh, response }).response)).toEqual([
    'revert',
    'revert',
    'revert',
    'notifyOnly',
  ]);
});

test('approvals answer a policy that asks, or that says whom it would ask', () => {
  const asking = { workflow: 'approvals', whenUnanswered: 'revert' as const };
  expect(isAnsweredByApprovals({ ...forbidSsh, response: 'revertIfDenied' })).toBe(true);
  expect(isAnsweredByApprovals({ ...forbidSsh, asking })).toBe(true);
  expect(isAnsweredByApprovals(forbidSsh)).toBe(false);
});
