import { isNarrow, reachOf, scopeText } from '../../../src/organization/domain/account-scope';
import { HUB, PAYMENTS, SANDBOX } from '../samples/accounts';

const SHOPS = { units: ['ou-abcd-11111111'] };

describe('an account is meant', () => {
  test('by its id, whatever is known of it', () => {
    expect(reachOf({ accounts: [PAYMENTS.id] }, PAYMENTS.id, undefined)).toBe('within');
    expect(reachOf({ accounts: [PAYMENTS.id] }, SANDBOX.id, undefined)).toBe('outside');
  });

  test('by any unit above it, and by the root', () => {
    expect(reachOf(SHOPS, PAYMENTS.id, PAYMENTS)).toBe('within');
    expect(reachOf({ units: ['r-abcd'] }, HUB.id, HUB)).toBe('within');
    expect(reachOf(SHOPS, SANDBOX.id, SANDBOX)).toBe('outside');
  });

  test('by its id or by a unit, where both are named', () => {
    const scope = { ...SHOPS, accounts: [SANDBOX.id] };
    expect(reachOf(scope, PAYMENTS.id, PAYMENTS)).toBe('within');
    expect(reachOf(scope, SANDBOX.id, SANDBOX)).toBe('within');
    expect(reachOf(scope, HUB.id, HUB)).toBe('outside');
  });
});

test('whether an account is in a unit is unknown as long as its path is', () => {
  expect(reachOf(SHOPS, PAYMENTS.id, undefined)).toBe('unknown');
  expect(reachOf(SHOPS, PAYMENTS.id, { ...PAYMENTS, path: '' })).toBe('unknown');
});

test('a scope is told in words, and one that names nothing is for all', () => {
  expect(scopeText({ accounts: ['111122223333'] })).toBe('account 111122223333');
  expect(scopeText({ accounts: ['1', '2'], units: ['ou-a'] })).toBe('accounts 1, 2 and unit ou-a');
  expect(isNarrow({ units: ['ou-a'] })).toBe(true);
  expect(isNarrow({})).toBe(false);
});
