import { MemberRefusedError, refusedBy } from '../../../src/organization/domain/refusal';

const NOT_AUTHORIZED =
  'User: arn:aws:sts::999988887777:assumed-role/cdk-sentries-hub-respond/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/cdk-sentries-read';

test.each([
  ['the role is missing, or trusts someone else', 'AccessDenied', NOT_AUTHORIZED, 'role'],
  [
    'a service control policy denies it',
    'AccessDenied',
    `${NOT_AUTHORIZED} with an explicit deny in a service control policy`,
    'service-control-policy',
  ],
  [
    'a resource control policy denies it',
    'AccessDeniedException',
    `${NOT_AUTHORIZED} with an explicit deny in a resource control policy`,
    'service-control-policy',
  ],
  [
    'EC2 refuses a call',
    'UnauthorizedOperation',
    'You are not authorized to perform this operation. with an explicit deny in a service control policy',
    'service-control-policy',
  ],
  [
    'the Region is off',
    'AuthFailure',
    'AWS was not able to validate the provided access credentials',
    'region',
  ],
  ['the Region is off, to STS', 'RegionDisabledException', 'STS is not activated', 'region'],
])('%s', (_, name, message, by) => {
  expect(refusedBy({ name, message })).toBe(by);
});

test.each([
  ['Throttling', 'Rate exceeded'],
  ['TimeoutError', 'socket hang up'],
  ['InternalFailure', 'An internal error occurred'],
])('%s is no refusal', (name, message) => {
  expect(refusedBy({ name, message })).toBeUndefined();
});

test('a refusal with a reason that says more is of the same member, and keeps the first', () => {
  const first = new MemberRefusedError('111122223333', 'role', 'revoke rules', 'AccessDenied');
  const more = first.because('its Rights are OBSERVE');
  expect(more.message).toBe(
    'Account 111122223333 does not let the hub revoke rules: its Rights are OBSERVE',
  );
  expect([more.accountId, more.by, more.cause]).toEqual(['111122223333', 'role', first]);
});
