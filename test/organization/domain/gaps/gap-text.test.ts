import { GAP_CAUSES } from '../../../../src/organization/domain/gaps/find-gaps';
import { gapText } from '../../../../src/organization/domain/gaps/gap-text';
import { accountText } from '../../../../src/shared/domain/notification/account-text';
import { PAYMENTS } from '../../samples/accounts';

const PLACE = { accountId: PAYMENTS.id, region: 'eu-west-1' };

test('a gap names the account, the Region, the source and the cause', () => {
  const account = accountText(PAYMENTS.id, PAYMENTS);
  expect(gapText({ place: PLACE, source: 'forwarded-events', cause: 'NO_RULE' }, account)).toBe(
    '111122223333 (payments), eu-west-1: not covered by forwarded events, nothing forwards its events. Put the rule back in this Region.',
  );
});

test("it ends with AWS's own words, where there are any", () => {
  const gap = { place: PLACE, cause: 'ROLE_REFUSES' as const, reason: 'AccessDenied: no.' };
  expect(gapText(gap, accountText(PAYMENTS.id))).toBe(
    "111122223333, eu-west-1: not covered, the member's roles are missing, or trust another hub. Put them back as they were. AccessDenied: no.",
  );
});

test.each(GAP_CAUSES)('%s says what to do, in whole sentences', (cause) => {
  expect(gapText({ place: PLACE, cause }, 'a')).toMatch(/^a, eu-west-1: not covered, [a-z].*\.$/);
});
