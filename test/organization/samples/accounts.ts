import type {
  AccountList,
  OrganizationAccount,
} from '../../../src/organization/domain/member-accounts';

export const HUB_ACCOUNT = '999988887777';

export const PAYMENTS: OrganizationAccount = {
  id: '111122223333',
  name: 'payments',
  state: 'ACTIVE',
  path: 'o-abc1234567/r-abcd/ou-abcd-11111111/ou-abcd-22222222/',
};
export const SANDBOX: OrganizationAccount = {
  id: '222233334444',
  name: 'sandbox',
  state: 'ACTIVE',
  path: 'o-abc1234567/r-abcd/ou-abcd-33333333/',
};
export const OLD_SHOP: OrganizationAccount = {
  id: '333344445555',
  name: 'old shop',
  state: 'SUSPENDED',
  path: 'o-abc1234567/r-abcd/ou-abcd-11111111/',
};
export const HUB: OrganizationAccount = {
  id: HUB_ACCOUNT,
  name: 'security',
  state: 'ACTIVE',
  path: 'o-abc1234567/r-abcd/',
};

export const LIST: AccountList = {
  readAt: new Date('2026-11-29T10:00:00Z'),
  accounts: [PAYMENTS, SANDBOX, OLD_SHOP, HUB],
};
