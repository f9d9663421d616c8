import {
  admitRecord,
  admitToHub,
  type KnownMembers,
  type SourcedRecord,
} from '../../../src/organization/domain/admit-record';
import type { Place } from '../../../src/organization/domain/place';
import { HUB, LIST, OLD_SHOP, PAYMENTS, SANDBOX } from '../samples/accounts';

const MEMBERS: KnownMembers = {
  selection: { kind: 'organization', units: ['ou-abcd-11111111'], excluding: [] },
  list: LIST,
  regions: ['eu-west-1', 'us-east-1'],
};
const PLACE = { accountId: PAYMENTS.id, region: 'eu-west-1' };
const RECEIVED = new Date('2026-11-29T12:00:00Z');
const OWN = { accountId: HUB.id, region: 'eu-central-1' };
const STRANGER = { ...PLACE, accountId: '444455556666' };

test('a record of a member is admitted, with the name of the account', () => {
  const record = recordOf(PLACE, { recipientAccountId: PAYMENTS.id, region: 'eu-west-1' });
  expect(admitRecord(record, MEMBERS)).toEqual({
    kind: 'admitted',
    place: PLACE,
    account: PAYMENTS,
  });
});

test('a record need not name its account', () => {
  expect(admitRecord(recordOf(PLACE), MEMBERS).kind).toBe('admitted');
});

test('a record that names another account than AWS vouches for is refused', () => {
  const record = recordOf(PLACE, { recipientAccountId: SANDBOX.id });
  expect(admitRecord(record, MEMBERS)).toEqual({
    kind: 'refused',
    reason: 'It came from account 111122223333, and says that it is of 222233334444.',
  });
});

test('a record that names another Region than AWS vouches for is refused', () => {
  const record = recordOf(PLACE, { region: 'us-east-1' });
  expect(admitRecord(record, MEMBERS)).toEqual({
    kind: 'refused',
    reason: 'It came from eu-west-1, and says that it is of us-east-1.',
  });
});

describe('an account that no list has', () => {
  const listReadAfter = (minutes: number): KnownMembers => ({
    ...MEMBERS,
    list: { ...LIST, readAt: new Date(RECEIVED.getTime() + minutes * 60_000) },
  });

  test.each([
    ['before the record came', MEMBERS],
    ['so soon after it that clocks may differ', listReadAfter(5)],
    ['never', { ...MEMBERS, list: undefined }],
  ])('may have joined, where the list was read %s', (_, members) => {
    expect(admitRecord(recordOf(STRANGER), members)).toEqual({
      kind: 'unknown-account',
      accountId: '444455556666',
    });
  });

  test('is refused once a list of later lacks it too, so that nothing waits for ever', () => {
    expect(admitRecord(recordOf(STRANGER), listReadAfter(6))).toEqual({
      kind: 'refused',
      reason:
        'It came from account 444455556666, which is not of the organization, by the list that was read at 2026-11-29T12:06:00.000Z.',
    });
  });

  test('cannot join where the accounts are named one by one', () => {
    const members: KnownMembers = {
      ...MEMBERS,
      selection: { kind: 'accounts', accountIds: [PAYMENTS.id] },
      list: undefined,
    };
    expect(admitRecord(recordOf(STRANGER), members).kind).toBe('passed-over');
    expect(admitRecord(recordOf(PLACE), members).kind).toBe('admitted');
  });
});

test.each([
  ['an account that the hub is not for', { ...PLACE, accountId: SANDBOX.id }],
  ['a Region that the hub is not for', { ...PLACE, region: 'ap-south-1' }],
])('%s is passed over', (_, place) => {
  expect(admitRecord(recordOf(place), MEMBERS).kind).toBe('passed-over');
});

test('of a suspended account nothing is admitted, since nothing can be done there', () => {
  const record = recordOf({ ...PLACE, accountId: OLD_SHOP.id });
  expect(admitRecord(record, MEMBERS)).toEqual({ kind: 'suspended', account: OLD_SHOP });
});

describe("the hub's own place", () => {
  test.each<[string, KnownMembers]>([
    ['that the hub is not for', MEMBERS],
    ['of which no list is known yet', { ...MEMBERS, list: undefined }],
    [
      'that is left out of the organization',
      { ...MEMBERS, selection: { kind: 'organization', units: [], excluding: [HUB.id] } },
    ],
  ])('is admitted always: one %s', (_, members) => {
    expect(admitToHub(recordOf(OWN), members, OWN)).toMatchObject({ kind: 'admitted', place: OWN });
  });

  test('has the name of its account, where a list says it', () => {
    expect(admitToHub(recordOf(OWN), MEMBERS, OWN)).toEqual({
      kind: 'admitted',
      place: OWN,
      account: HUB,
    });
    expect(admitToHub(recordOf(OWN), { ...MEMBERS, list: undefined }, OWN)).toEqual({
      kind: 'admitted',
      place: OWN,
    });
  });

  test('does not vouch for a record that names another account', () => {
    const record = recordOf(OWN, { recipientAccountId: PAYMENTS.id });
    expect(admitToHub(record, MEMBERS, OWN).kind).toBe('refused');
  });

  test('is one Region: in others the hub is an account like any', () => {
    const elsewhere = recordOf({ ...OWN, region: 'eu-west-1' });
    expect(admitToHub(elsewhere, MEMBERS, OWN).kind).toBe('passed-over');
    expect(admitToHub(recordOf(PLACE), MEMBERS, OWN).kind).toBe('admitted');
  });
});

function recordOf(place: Place, says: SourcedRecord['says'] = {}): SourcedRecord {
  return { place, says, receivedAt: RECEIVED };
}
