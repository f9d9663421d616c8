import {
  accountFacts,
  accountFields,
  accountInTitle,
  accountText,
  MOST_ACCOUNT_CHARACTERS,
} from '../../../../src/shared/domain/notification/account-text';
import { LONGEST } from '../../../organization/samples/account-descriptions';

const PAYMENTS = {
  name: 'payments',
  path: 'o-1/r-1/ou-1/',
  warning: 'holds the payment systems',
};

test('an account is named by its id, and its name where that is known', () => {
  expect(accountText('111122223333', PAYMENTS)).toBe('111122223333 (payments)');
  expect(accountText('111122223333', {})).toBe('111122223333');
});

test('a name that looks like another account comes after the own id', () => {
  const name = 'payments (111122223333), Region eu-west-1';
  expect(accountText('999999999999', { name })).toMatch(/^999999999999 \(payments/);
});

test('a warning has a line of its own, which comes first', () => {
  expect(accountFacts('111122223333', 'eu-west-1', PAYMENTS)).toEqual([
    { label: 'WARNING', value: 'holds the payment systems' },
    { label: 'Account', value: '111122223333 (payments), Region eu-west-1' },
    { label: 'Unit path', value: 'o-1/r-1/ou-1/' },
  ]);
});

test('what is not known is left out', () => {
  expect(accountFacts('111122223333', undefined, { name: '' })).toEqual([
    { label: 'Account', value: '111122223333' },
  ]);
  expect(accountFields({})).toEqual({});
  expect(accountFields(undefined)).toEqual({});
});

test('a title has room for more than a name', () => {
  expect(accountInTitle('111122223333', PAYMENTS)).toBe('payments');
  expect(accountInTitle('111122223333', { name: '\u202e' })).toBe('111122223333');
  expect(accountInTitle('111122223333', { name: 'n'.repeat(50) })).toHaveLength(25);
});

test('a text that breaks lines or hides what it says does neither', () => {
  const hostile = { name: 'pay\nments\u202E', path: 'o-1\n/', warning: 'no\r\n\u202Ething' };
  const shown = JSON.stringify([
    accountFacts('1', 'r', hostile),
    accountFields(hostile),
    accountInTitle('1', hostile),
  ]);
  expect(shown).not.toMatch(/\\[nr]|\u202E/);
});

test('the longest that AWS and a hub take is shown whole, and nothing is longer', () => {
  expect(accountFields(LONGEST)).toEqual({
    accountName: LONGEST.name,
    accountPath: LONGEST.path,
    accountWarning: LONGEST.warning,
  });
  const endless = 'x'.repeat(10_000);
  const fields = accountFields({ name: endless, path: endless, warning: endless });
  expect(Object.values(fields).map(({ length }) => length)).toEqual(
    Object.values(MOST_ACCOUNT_CHARACTERS),
  );
});
