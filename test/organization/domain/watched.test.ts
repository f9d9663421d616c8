import { isWatched } from '../../../src/organization/domain/watched';
import { LIST, OLD_SHOP, PAYMENTS, SANDBOX } from '../samples/accounts';

const MEMBERS = {
  selection: { kind: 'organization' as const, units: [], excluding: [SANDBOX.id] },
  list: LIST,
  regions: ['eu-west-1'],
};

test.each([
  ['a place of a member, in a Region of the hub', PAYMENTS.id, 'eu-west-1', true],
  ['no place in a Region that the hub is not for any more', PAYMENTS.id, 'us-east-1', false],
  ['no place of an account that was left out', SANDBOX.id, 'eu-west-1', false],
  ['no place of an account that is suspended', OLD_SHOP.id, 'eu-west-1', false],
  ['no place of an account that left', '444455556666', 'eu-west-1', false],
])('the hub watches %s', (_, accountId, region, expected) => {
  expect(isWatched({ accountId, region }, MEMBERS)).toBe(expected);
});
