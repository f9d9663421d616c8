import {
  beginningOfWait,
  isDue,
  isWaiting,
  waitingSince,
} from '../../../../src/security-group/domain/learning/waiting';
import type { GroupLedger, LedgerEntry } from '../../../../src/security-group/domain/ledger/ledger';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-1' });
const https = rule({ id: 'sgr-2', fromPort: 443, toPort: 443 });
const smtp = rule({ id: 'sgr-3', fromPort: 25, toPort: 25 });

/** Minutes after noon. */
function at(minute: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 12, minute));
}

function entry(of: Rule, unexplainedSince?: Date, values: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    rule: of,
    grants: [],
    revision: 1,
    ...(unexplainedSince && { unexplainedSince }),
    ...values,
  };
}

function ledgerOf(...entries: LedgerEntry[]): GroupLedger {
  return { entries: new Map(entries.map((one) => [ruleKey(one.rule), one])), repeats: [] };
}

function standing(...rules: Rule[]) {
  return { rules, unreadableRuleIds: [] };
}

const GRANTED = { grants: [{ cause: 'operator' as const, by: 'olga', since: at(0) }] };

test('a rule without a grant waits, but not one found at adoption, or whose grant has ended', () => {
  expect(isWaiting(entry(ssh, at(0)))).toBe(true);
  expect(isWaiting(entry(ssh))).toBe(false);
  expect(isWaiting(entry(ssh, new Date(0)))).toBe(false);
  expect(isWaiting(entry(ssh, at(0), GRANTED))).toBe(false);
});

test('a rule has waited since its own time, or since it was first seen with any values', () => {
  const other = { ...https, id: 'sgr-1' };
  const another = { ...smtp, id: 'sgr-1' };
  expect(waitingSince(ssh, ledgerOf(entry(ssh, at(9)), entry(other, at(3))))).toEqual(at(9));
  expect(waitingSince(ssh, ledgerOf(entry(another, at(5)), entry(other, at(3))))).toEqual(at(3));
  expect(waitingSince(ssh, ledgerOf(entry(https, at(3))))).toBeUndefined();
  expect(waitingSince(ssh, ledgerOf(entry(other, at(3), GRANTED)))).toBeUndefined();
});

test('where rules come and go, a new one has waited since the first of those that are gone', () => {
  const ledger = ledgerOf(entry(https, at(3)), entry(smtp, at(2)));
  expect(beginningOfWait(ssh, standing(ssh), ledger)).toEqual(at(2));
  expect(beginningOfWait(ssh, standing(ssh, smtp), ledger)).toEqual(at(3));
  expect(beginningOfWait(ssh, standing(ssh, smtp, https), ledger)).toBeUndefined();
  expect(beginningOfWait(https, standing(https), ledger)).toEqual(at(3));
});

test('a wait is over after its time', () => {
  expect(isDue(at(0), at(10), 10 * 60_000)).toBe(true);
  expect(isDue(at(0), at(10), 10 * 60_000 + 1)).toBe(false);
  expect(isDue(undefined, at(10), 0)).toBe(false);
});
