import type { AccountSelection } from '../../../src/organization/domain/member-accounts';
import {
  refuseUnwatched,
  UnwatchedPlaceError,
} from '../../../src/organization/domain/watched-place';
import { LIST, OLD_SHOP, PAYMENTS, SANDBOX } from '../samples/accounts';

const SHOPS: AccountSelection = {
  kind: 'organization',
  units: ['ou-abcd-11111111'],
  excluding: [],
};
const MEMBERS = { selection: SHOPS, list: LIST, regions: ['eu-west-1'] };

test('a place of a member is worked in', () => {
  const place = { accountId: PAYMENTS.id, region: 'eu-west-1' };
  expect(() => refuseUnwatched(place, MEMBERS)).not.toThrow();
  const all = { ...MEMBERS, regions: undefined };
  expect(() => refuseUnwatched({ ...place, region: 'us-east-1' }, all)).not.toThrow();
});

test.each([
  ['left the organization', '444455556666', 'eu-west-1', 'is no member of the hub any more'],
  ['moved to another unit', SANDBOX.id, 'eu-west-1', `leaves account ${SANDBOX.id} out`],
  ['was suspended', OLD_SHOP.id, 'eu-west-1', 'is suspended or closed'],
  [
    'left it, and is in another Region',
    '444455556666',
    'us-east-1',
    'is no member of the hub any more',
  ],
  ['is watched in other Regions', PAYMENTS.id, 'us-east-1', 'does not watch us-east-1'],
])('nothing is done in an account that %s', (_, accountId, region, reason) => {
  const refused = () => refuseUnwatched({ accountId, region }, MEMBERS);
  expect(refused).toThrow(UnwatchedPlaceError);
  expect(refused).toThrow(reason);
});
