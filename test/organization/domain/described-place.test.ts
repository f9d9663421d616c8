import { describedAccount, describedPlace } from '../../../src/organization/domain/described-place';
import { HUB_ACCOUNT, LIST, PAYMENTS } from '../samples/accounts';

const OWN = { accountId: HUB_ACCOUNT, region: 'eu-west-1' };

test('an account is described by the list of accounts, and by its warning', () => {
  const warnings = { [PAYMENTS.id]: 'holds the payment systems' };
  expect(describedAccount(PAYMENTS.id, LIST, warnings)).toEqual({
    name: 'payments',
    path: PAYMENTS.path,
    warning: 'holds the payment systems',
  });
  expect(describedAccount(PAYMENTS.id, undefined, warnings)).toEqual({
    warning: 'holds the payment systems',
  });
  expect(describedAccount('000000000000', LIST, warnings)).toStrictEqual({});
});

test.each([
  ['the own place of a hub is no member', OWN, false],
  ['another Region of its account is one', { ...OWN, region: 'us-east-1' }, true],
  ['another account is one', { ...OWN, accountId: PAYMENTS.id }, true],
])('%s', (_, place, isMember) => {
  expect(describedPlace(place, OWN, {})).toEqual({ ...place, account: {}, isMember });
});
