import { admitRecord, type KnownMembers } from '../../../src/organization/domain/admit-record';
import { LIST, OLD_SHOP, PAYMENTS, SANDBOX } from '../samples/accounts';

const MEMBERS: KnownMembers = {
  selection: { kind: 'organization', units: ['ou-abcd-11111111'], excluding: [] },
  list: LIST,
  regions: ['eu-west-1', 'us-east-1'],
};
const PLACE = { accountId: PAYMENTS.id, region: 'eu-west-1' };

test('a record of a member is admitted, with the name of the account', () => {
  const record = { place: PLACE, says: { recipientAccountId: PAYMENTS.id, region: 'eu-west-1' } };
  expect(admitRecord(record, MEMBERS)).toEqual({
    kind: 'admitted',
    place: PLACE,
    account: PAYMENTS,
  });
});

test('a record need not name its account', () => {
  expect(admitRecord({ place: PLACE, says: {} }, MEMBERS).kind).toBe('admitted');
});

test('a record that names another account than AWS vouches for is refused', () => {
  const record = { place: PLACE, says: { recipientAccountId: SANDBOX.id } };
  expect(admitRecord(record, MEMBERS)).toEqual({
    kind: 'refused',
    reason: 'It came from account 111122223333, and says that it is of 222233334444.',
  });
});

test('a record that names another Region than AWS vouches for is refused', () => {
  const record = { place: PLACE, says: { region: 'us-east-1' } };
  expect(admitRecord(record, MEMBERS)).toEqual({
    kind: 'refused',
    reason: 'It came from eu-west-1, and says that it is of us-east-1.',
  });
});

test('an account that no list has may have joined since', () => {
  const record = { place: { ...PLACE, accountId: '444455556666' }, says: {} };
  expect(admitRecord(record, MEMBERS)).toEqual({
    kind: 'unknown-account',
    accountId: '444455556666',
  });
});

test.each([
  ['an account that the hub is not for', { ...PLACE, accountId: SANDBOX.id }],
  ['a Region that the hub is not for', { ...PLACE, region: 'ap-south-1' }],
])('%s is passed over', (_, place) => {
  expect(admitRecord({ place, says: {} }, MEMBERS).kind).toBe('passed-over');
});

test('what happened before an account was suspended is still a record of a member', () => {
  const record = { place: { ...PLACE, accountId: OLD_SHOP.id }, says: {} };
  expect(admitRecord(record, MEMBERS).kind).toBe('admitted');
});
