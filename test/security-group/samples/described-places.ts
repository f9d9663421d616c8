import type { DescribedPlace } from '../../../src/organization/domain/described-place';
import { LONGEST } from '../../organization/samples/account-descriptions';

/** A member of a hub, with a warning. */
export const PAYMENTS_PLACE: DescribedPlace = {
  accountId: '111122223333',
  region: 'eu-west-1',
  account: {
    name: 'payments',
    path: 'o-abc1234567/r-abcd/ou-abcd-11111111/',
    warning: 'holds the payment systems',
  },
  isMember: true,
};

export const LONGEST_PLACE: DescribedPlace = {
  accountId: '999999999999',
  region: 'ap-southeast-2',
  account: LONGEST,
  isMember: true,
};
