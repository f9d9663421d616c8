import {
  type Grant,
  hasEndedRequest,
  isAdopted,
  isSuspended,
  type LedgerEntry,
  livingGrants,
} from '../../../../src/security-group/domain/ledger/ledger';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-01T12:00:00Z');
const SINCE = new Date('2025-12-01T00:00:00Z');
const A_MOMENT_LATER = new Date(NOW.getTime() + 1);

const operator: Grant = { cause: 'operator', by: 'olga', since: SINCE };
const asked: Grant = { ...operator, cause: 'approval-request', requestId: 'r1' };

const entry = (values: Partial<LedgerEntry>): LedgerEntry => ({
  rule: rule({ id: 'sgr-ssh' }),
  grants: [],
  revision: 1,
  ...values,
});

describe('a grant', () => {
  test('counts for good where it has no end', () => {
    expect(livingGrants(entry({ grants: [operator] }), NOW)).toEqual([operator]);
  });

  test('counts until its end, and not at it', () => {
    expect(
      livingGrants(entry({ grants: [{ ...operator, until: A_MOMENT_LATER }] }), NOW),
    ).toHaveLength(1);
    expect(livingGrants(entry({ grants: [{ ...operator, until: NOW }] }), NOW)).toEqual([]);
  });

  test('does not count while a request suspends it, and counts again from its end on', () => {
    const until = (end?: Date) =>
      entry({ grants: [operator], suspension: { requestId: 'r1', until: end } });
    expect(livingGrants(until(), NOW)).toEqual([]);
    expect(livingGrants(until(A_MOMENT_LATER), NOW)).toEqual([]);
    expect(livingGrants(until(NOW), NOW)).toEqual([operator]);
    expect(isSuspended(until(A_MOMENT_LATER), NOW)).toBe(true);
    expect(isSuspended(until(NOW), NOW)).toBe(false);
  });

  test('is none where the ledger has no entry', () => {
    expect(livingGrants(undefined, NOW)).toEqual([]);
    expect(isSuspended(undefined, NOW)).toBe(false);
    expect(hasEndedRequest(undefined, NOW)).toBe(false);
  });
});

describe('a request has run out', () => {
  test.each<[string, Partial<LedgerEntry>]>([
    ['that suspended the grants until now', { suspension: { requestId: 'r1', until: NOW } }],
    ['whose grant was until now', { grants: [operator, { ...asked, until: NOW }] }],
  ])('%s', (_, values) => {
    expect(hasEndedRequest(entry(values), NOW)).toBe(true);
  });

  test.each<[string, Partial<LedgerEntry>]>([
    ['while it suspends the grants', { suspension: { requestId: 'r1', until: A_MOMENT_LATER } }],
    ['while its grant lasts', { grants: [{ ...asked, until: A_MOMENT_LATER }] }],
    ['where what has ended is no request', { grants: [{ ...operator, until: NOW }] }],
  ])('not %s', (_, values) => {
    expect(hasEndedRequest(entry(values), NOW)).toBe(false);
  });
});

test('a group is adopted while it is watched, and where it was let go as deleted and is there after all', () => {
  const record = groupRecord(SINCE);
  expect(isAdopted({ record })).toBe(true);
  expect(isAdopted({ record: { ...record, releasedAt: NOW, releasedFor: 'deleted' } })).toBe(true);
  expect(isAdopted({ record: { ...record, releasedAt: NOW, releasedFor: 'not-chosen' } })).toBe(
    false,
  );
  expect(isAdopted({ record: { ...record, releasedAt: NOW } })).toBe(false);
  expect(isAdopted({})).toBe(false);
});
