import {
  ADD_STATEMENTS,
  REVOKE_STATEMENTS,
} from '../../../src/organization/contracts/member-rights';
import {
  keysSessionPolicy,
  MOST_SESSION_POLICY_CHARACTERS,
  sessionPolicy,
} from '../../../src/organization/domain/session-policy';

const SESSION = {
  partition: 'aws-us-gov',
  place: { accountId: '111122223333', region: 'us-gov-west-1' },
  groupId: 'sg-0123456789abcdef0',
};

test('a session that revokes reaches one group alone', () => {
  expect(JSON.parse(sessionPolicy({ ...SESSION, write: 'revoke' }))).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['ec2:RevokeSecurityGroup*'],
        Resource: [
          'arn:aws-us-gov:ec2:us-gov-west-1:111122223333:security-group/sg-0123456789abcdef0',
        ],
      },
    ],
  });
});

test('a session that adds reaches one group, the rules of its place, and lists of any account', () => {
  const group = 'arn:aws-us-gov:ec2:us-gov-west-1:111122223333:security-group/sg-0123456789abcdef0';
  const rules = 'arn:aws-us-gov:ec2:us-gov-west-1:111122223333:security-group-rule/*';
  expect(JSON.parse(sessionPolicy({ ...SESSION, write: 'add' }))).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['ec2:AuthorizeSecurityGroup*', 'ec2:ModifySecurityGroupRules'],
        Resource: [group, rules],
      },
      {
        Effect: 'Allow',
        Action: ['ec2:ModifySecurityGroupRules'],
        Resource: ['arn:aws-us-gov:ec2:*:*:prefix-list/*'],
      },
      { Effect: 'Allow', Action: ['ec2:CreateTags'], Resource: [rules] },
    ],
  });
});

test('a session for keys reaches those of one user alone, in any path', () => {
  const session = { partition: 'aws-cn', accountId: '111122223333', userName: 'ci-bot' };
  expect(JSON.parse(keysSessionPolicy(session))).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['iam:UpdateAccessKey', 'iam:DeleteAccessKey'],
        Resource: [
          'arn:aws-cn:iam::111122223333:user/ci-bot',
          'arn:aws-cn:iam::111122223333:user/*/ci-bot',
        ],
      },
    ],
  });
});

test.each(['revoke', 'add'] as const)('to %s, the policy is as short as STS demands', (write) => {
  expect(sessionPolicy({ ...SESSION, write }).length).toBeLessThan(
    MOST_SESSION_POLICY_CHARACTERS / 2,
  );
});

test.each([
  ['revoke', REVOKE_STATEMENTS],
  ['add', ADD_STATEMENTS],
] as const)(
  'what the role may do to %s, the session may do in its one group',
  (write, statements) => {
    const allowed = actionsIn(sessionPolicy({ ...SESSION, write }));
    const asked = statements.flatMap(({ actions }) => actions);
    expect(asked.filter((action) => !allowed.some((pattern) => pattern.test(action)))).toEqual([]);
  },
);

function actionsIn(policy: string): RegExp[] {
  return [...policy.matchAll(/"(ec2:[A-Za-z*]+)"/g)].map(
    ([, action = '']) => new RegExp(`^${action.replaceAll('*', '.*')}$`),
  );
}
