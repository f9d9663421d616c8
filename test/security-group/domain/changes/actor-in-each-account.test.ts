import type { TrustedActor } from '../../../../src/security-group/domain/changes/actor';
import { actorAt } from '../../../../src/security-group/domain/changes/actor-in-each-account';

const PLACE = { accountId: '222222222222', region: 'eu-central-1' };

test.each<[string, TrustedActor, TrustedActor]>([
  [
    'a role',
    { kind: 'role', roleArn: 'arn:aws:iam::<account>:role/cdk-<account>-<region>' },
    { kind: 'role', roleArn: 'arn:aws:iam::222222222222:role/cdk-222222222222-eu-central-1' },
  ],
  [
    'a user',
    { kind: 'user', userArn: 'arn:aws:iam::<account>:user/people/ann' },
    { kind: 'user', userArn: 'arn:aws:iam::222222222222:user/people/ann' },
  ],
  [
    'CloudFormation',
    { kind: 'cloudFormation', executionRoleArn: 'arn:aws:iam::<account>:role/exec-<region>' },
    {
      kind: 'cloudFormation',
      executionRoleArn: 'arn:aws:iam::222222222222:role/exec-eu-central-1',
    },
  ],
  [
    'the people under a permission set',
    {
      kind: 'permissionSet',
      reservedPathArn: 'arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/',
      permissionSet: 'Admin',
      userName: 'ann@example.com',
    },
    {
      kind: 'permissionSet',
      reservedPathArn: 'arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/',
      permissionSet: 'Admin',
      userName: 'ann@example.com',
    },
  ],
])('%s of each account has the account and the Region of the event', (_, actor, there) => {
  expect(actorAt(actor, PLACE)).toEqual(there);
});

test('a role of one account is the same everywhere, whatever its path says', () => {
  const role: TrustedActor = {
    kind: 'role',
    roleArn: 'arn:aws:iam::111111111111:role/<account>/<region>/Deploy',
  };
  expect(actorAt(role, PLACE)).toEqual(role);
});
