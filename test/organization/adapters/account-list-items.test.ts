import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  accountListIn,
  accountListItems,
  isOfEarlierList,
} from '../../../src/organization/adapters/account-list-items';
import { coverageItem } from '../../../src/organization/adapters/coverage-item';
import type { AccountList } from '../../../src/organization/domain/member-accounts';
import { PAYMENTS } from '../samples/accounts';

const NOON = new Date('2026-11-29T12:00:00Z');
const LATER = new Date('2026-11-29T12:15:00Z');

function listOf(count: number, readAt: Date): AccountList {
  const accounts = Array.from({ length: count }, (_, index) => ({
    ...PAYMENTS,
    id: String(index).padStart(12, '0'),
  }));
  return { readAt, accounts };
}

/** As DynamoDB holds them: by their keys. */
function stored(...items: ReturnType<typeof accountListItems>) {
  const byKey = new Map(
    items.map(({ pk, sk, value }): [string, Record<string, AttributeValue>] => [
      sk,
      { pk: { S: pk }, sk: { S: sk }, version: { N: '1' }, value: { S: JSON.stringify(value) } },
    ]),
  );
  return [...byKey.values()].map((item) => coverageItem.parse(item));
}

test.each([0, 1, 500, 1_200])('a list of %d accounts comes back as it was', (count) => {
  const list = listOf(count, NOON);
  expect(accountListIn(stored(...accountListItems(list)))).toEqual(list);
});

test('where none was written, none is known', () => {
  expect(accountListIn([])).toBeUndefined();
});

test('the latest is taken where an earlier one is still there', () => {
  const shorter = listOf(600, LATER);
  const items = stored(...accountListItems(listOf(1_200, NOON)), ...accountListItems(shorter));
  expect(accountListIn(items)).toEqual(shorter);
});

test.each([1, 2])('a list of which only %d parts are written drops no account', (written) => {
  const parts = accountListItems(listOf(1_300, LATER)).slice(0, written);
  const before = listOf(1_200, NOON);
  expect(accountListIn(stored(...accountListItems(before), ...parts))).toEqual(before);
});

test('items of earlier lists are told from those of this one and of later ones', () => {
  const [noon, later] = [listOf(1, NOON), listOf(1, LATER)];
  const [[ofNoon], [ofLater]] = [accountListItems(noon), accountListItems(later)];
  expect(isOfEarlierList(ofNoon!, later)).toBe(true);
  expect(isOfEarlierList(ofLater!, later)).toBe(false);
  expect(isOfEarlierList(ofLater!, noon)).toBe(false);
});
