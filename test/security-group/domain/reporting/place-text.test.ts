import {
  factLine,
  inText,
  inTitle,
  placeFields,
} from '../../../../src/security-group/domain/reporting/place-text';
import { PAYMENTS_PLACE } from '../../samples/described-places';

test('without a hub no message has a word about the place', () => {
  expect([inTitle(undefined), inText(undefined)]).toEqual(['', '']);
  expect(placeFields(undefined)).toEqual({});
});

test('in a hub people read the name of the account, and its id in whole sentences', () => {
  expect(inTitle(PAYMENTS_PLACE)).toBe(' in payments');
  expect(inText(PAYMENTS_PLACE)).toBe(' in 111122223333 (payments)');
});

test('in a hub machines read account and Region, and what is known of the account', () => {
  expect(placeFields(PAYMENTS_PLACE)).toEqual({
    account: '111122223333',
    region: 'eu-west-1',
    accountName: 'payments',
    accountPath: 'o-abc1234567/r-abcd/ou-abcd-11111111/',
    accountWarning: 'holds the payment systems',
  });
  expect(placeFields({ ...PAYMENTS_PLACE, account: {} })).toEqual({
    account: '111122223333',
    region: 'eu-west-1',
  });
});

test('the values of all lines stand below each other', () => {
  expect(factLine({ label: 'From', value: '198.51.100.7' })).toBe('From:       198.51.100.7');
  expect(factLine({ label: 'Changed by', value: 'eve' })).toBe('Changed by: eve');
});
