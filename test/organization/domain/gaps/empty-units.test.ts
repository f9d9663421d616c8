import { emptyUnits } from '../../../../src/organization/domain/gaps/empty-units';
import type { Expectation } from '../../../../src/organization/domain/gaps/find-gaps';
import type { AccountSelection } from '../../../../src/organization/domain/member-accounts';
import { LIST, PAYMENTS } from '../../samples/accounts';

const EXPECTED: Expectation = { sources: ['forwarded-events'], rights: 'REVOKE' };
const SHOPS = 'ou-abcd-11111111';
const ALL: AccountSelection = { kind: 'organization', units: [], excluding: [] };

test('a unit is empty where no account is in it or below it, no matter who names it', () => {
  const selection = { ...ALL, units: [SHOPS, 'ou-abcd-88888888'] };
  const expected = { ...EXPECTED, units: ['ou-abcd-99999999', 'ou-abcd-88888888', 'r-abcd'] };
  expect(emptyUnits({ selection, expected }, LIST)).toEqual([
    'ou-abcd-88888888',
    'ou-abcd-99999999',
  ]);
});

test('where accounts are named one by one, the units are those of the sentries', () => {
  const selection: AccountSelection = { kind: 'accounts', accountIds: [PAYMENTS.id] };
  expect(emptyUnits({ selection, expected: EXPECTED }, LIST)).toEqual([]);
  const expected = { ...EXPECTED, units: [SHOPS, 'ou-abcd-99999999'] };
  expect(emptyUnits({ selection, expected }, LIST)).toEqual(['ou-abcd-99999999']);
});

test('without a list, no unit is known to be empty', () => {
  const selection = { ...ALL, units: ['ou-abcd-99999999'] };
  expect(emptyUnits({ selection, expected: EXPECTED }, undefined)).toEqual([]);
});
