import { accountText } from '../../../../src/organization/domain/account-text';
import { GAP_CAUSES } from '../../../../src/organization/domain/gaps/find-gaps';
import { gapText } from '../../../../src/organization/domain/gaps/gap-text';
import { PAYMENTS } from '../../samples/accounts';

const PLACE = { accountId: PAYMENTS.id, region: 'eu-west-1' };
const WARNINGS = { [PAYMENTS.id]: 'holds the payment systems' };

test('a gap names the account with its warning, the Region, the source and the cause', () => {
  const account = accountText(PAYMENTS.id, PAYMENTS, WARNINGS);
  expect(gapText({ place: PLACE, source: 'forwarded-events', cause: 'NO_RULE' }, account)).toBe(
    'payments (111122223333), which holds the payment systems, eu-west-1: not covered by forwarded events, nothing forwards its events. Put the rule back in this Region.',
  );
});

test("it ends with AWS's own words, where there are any", () => {
  const gap = { place: PLACE, cause: 'ROLE_REFUSES' as const, reason: 'AccessDenied: no.' };
  expect(gapText(gap, accountText(PAYMENTS.id, undefined, {}))).toBe(
    "111122223333, eu-west-1: not covered, the member's roles are missing, or trust another hub. Put them back as they were. AccessDenied: no.",
  );
});

test.each(GAP_CAUSES)('%s says what to do, in whole sentences', (cause) => {
  expect(gapText({ place: PLACE, cause }, 'a')).toMatch(/^a, eu-west-1: not covered, [a-z].*\.$/);
});

test('a name that breaks lines or hides what it says does neither', () => {
  const account = { ...PAYMENTS, name: 'pay\nments\u202E' };
  expect(accountText(PAYMENTS.id, account, {})).not.toMatch(/[\n\u202E]/);
});
