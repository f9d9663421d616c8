import {
  type AccountSelection,
  listAfter,
  memberIds,
  membershipOf,
} from '../../../src/organization/domain/member-accounts';
import { HUB, HUB_ACCOUNT, LIST, OLD_SHOP, PAYMENTS, SANDBOX } from '../samples/accounts';

const ALL: AccountSelection = { kind: 'organization', units: [], excluding: [] };
const SHOPS: AccountSelection = { ...ALL, units: ['ou-abcd-11111111'] };

describe('an account of the organization', () => {
  test('is a member where the whole organization is meant', () => {
    expect(membershipOf(PAYMENTS.id, ALL, LIST)).toEqual({ kind: 'member', account: PAYMENTS });
  });

  test('is a member where a unit above its own is meant', () => {
    expect(membershipOf(PAYMENTS.id, SHOPS, LIST).kind).toBe('member');
    expect(membershipOf(SANDBOX.id, SHOPS, LIST).kind).toBe('left-out');
  });

  test('is left out by its id, whatever its unit', () => {
    const selection = { ...SHOPS, excluding: [PAYMENTS.id] };
    expect(membershipOf(PAYMENTS.id, selection, LIST).kind).toBe('left-out');
  });

  test('is known to be suspended', () => {
    expect(membershipOf(OLD_SHOP.id, SHOPS, LIST)).toEqual({
      kind: 'suspended',
      account: OLD_SHOP,
    });
  });

  test('a unit is meant by its whole id, and not by how it begins', () => {
    const selection = { ...ALL, units: ['ou-abcd-1111111'] };
    expect(memberIds(selection, LIST)).toEqual([]);
  });
});

test('an account whose unit is not listed is unknown where units are meant, and not left out', () => {
  const lost = { ...PAYMENTS, path: '' };
  const list = { ...LIST, accounts: [lost] };
  expect(membershipOf(lost.id, SHOPS, list)).toEqual({ kind: 'unknown' });
  expect(membershipOf(lost.id, ALL, list).kind).toBe('member');
  expect(membershipOf(lost.id, { ...SHOPS, excluding: [lost.id] }, list).kind).toBe('left-out');
});

test('an account that no list has is unknown', () => {
  expect(membershipOf('444455556666', ALL, LIST).kind).toBe('unknown');
  expect(membershipOf(PAYMENTS.id, ALL, undefined).kind).toBe('unknown');
});

test('an account that is not active yet is a member, and one that is on its way out is suspended', () => {
  const states = ['PENDING_ACTIVATION', 'ACTIVE', 'PENDING_CLOSURE', 'CLOSED'] as const;
  const kinds = states.map((state) => {
    const list = { ...LIST, accounts: [{ ...PAYMENTS, state }] };
    return membershipOf(PAYMENTS.id, ALL, list).kind;
  });
  expect(kinds).toEqual(['member', 'member', 'suspended', 'suspended']);
});

test('any of several units is enough', () => {
  const selection = { ...ALL, units: ['ou-abcd-33333333', 'ou-abcd-11111111'] };
  expect(memberIds(selection, LIST)).toEqual([PAYMENTS.id, SANDBOX.id, OLD_SHOP.id]);
  expect(memberIds(selection, undefined)).toEqual([]);
});

describe('accounts that are named one by one', () => {
  const NAMED: AccountSelection = { kind: 'accounts', accountIds: [PAYMENTS.id, OLD_SHOP.id] };

  test('are members without a list', () => {
    expect(membershipOf(PAYMENTS.id, NAMED, undefined)).toEqual({ kind: 'member' });
    expect(memberIds(NAMED, undefined)).toEqual([PAYMENTS.id, OLD_SHOP.id]);
  });

  test('get their names, and their suspension, from a list', () => {
    expect(membershipOf(PAYMENTS.id, NAMED, LIST)).toEqual({ kind: 'member', account: PAYMENTS });
    expect(membershipOf(OLD_SHOP.id, NAMED, LIST).kind).toBe('suspended');
  });

  test('others are unknown, though the organization has them', () => {
    expect(membershipOf(SANDBOX.id, NAMED, LIST).kind).toBe('unknown');
  });
});

describe('a list that was read', () => {
  test('takes the place of the last one', () => {
    expect(listAfter(undefined, LIST, HUB_ACCOUNT)).toBe(LIST);
  });

  test('drops no one whose unit it does not tell, and moves those whose unit it tells', () => {
    const read = {
      readAt: new Date('2026-11-29T11:00:00Z'),
      accounts: [{ ...PAYMENTS, path: '' }, { ...SANDBOX, path: OLD_SHOP.path }, HUB],
    };
    const after = listAfter(LIST, read, HUB_ACCOUNT);
    expect(memberIds(SHOPS, after)).toEqual([PAYMENTS.id, SANDBOX.id]);
    expect(after?.readAt).toEqual(read.readAt);
  });

  test('lacks the unit of an account that no list has told', () => {
    const accounts = [{ ...PAYMENTS, path: '' }, HUB];
    const read = { readAt: LIST.readAt, accounts };
    expect(listAfter(undefined, read, HUB_ACCOUNT)).toEqual(read);
  });

  test('drops no one where it lacks the hub itself', () => {
    const empty = { readAt: new Date('2026-11-29T11:00:00Z'), accounts: [] };
    expect(listAfter(LIST, empty, HUB_ACCOUNT)).toBe(LIST);
    expect(listAfter(undefined, empty, HUB_ACCOUNT)).toBeUndefined();
  });
});
