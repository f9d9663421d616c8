import {
  type Actor,
  coversActor,
  isMemberHeartbeat,
  isOwnCall,
  isTrusted,
  nameInWords,
  nameOf,
  type PermissionSetActor,
  roleOrNameOf,
  type TrustedActor,
} from '../../../../src/security-group/domain/changes/actor';

const DEPLOY_ROLE = 'arn:aws:iam::111111111111:role/deploy/Deployer';
const role: TrustedActor = { kind: 'role', roleArn: DEPLOY_ROLE };
const cloudFormation: TrustedActor = { kind: 'cloudFormation', executionRoleArn: DEPLOY_ROLE };

const session: Actor = {
  type: 'AssumedRole',
  roleArn: DEPLOY_ROLE,
  arn: 'arn:aws:sts::111111111111:assumed-role/Deployer/ci',
  sessionName: 'ci',
};

describe('a trusted role', () => {
  test('is known by its full ARN', () => {
    expect(isTrusted(session, [role])).toBe(true);
    expect(
      isTrusted({ ...session, roleArn: 'arn:aws:iam::111111111111:role/Deployer' }, [role]),
    ).toBe(false);
    expect(
      isTrusted({ ...session, roleArn: DEPLOY_ROLE.replace('111111111111', '222222222222') }, [
        role,
      ]),
    ).toBe(false);
  });

  test('is not known by anything that a actor may choose', () => {
    const impostor: Actor = {
      type: 'AssumedRole',
      roleArn: 'arn:aws:iam::111111111111:role/Other',
      sessionName: 'Deployer',
      arn: 'arn:aws:sts::111111111111:assumed-role/Other/Deployer',
    };
    expect(isTrusted(impostor, [role, cloudFormation])).toBe(false);
    expect(isTrusted({ type: 'IAMUser', arn: DEPLOY_ROLE, userName: 'Deployer' }, [role])).toBe(
      false,
    );
    expect(isTrusted({ ...session, type: 'FederatedUser' }, [role])).toBe(false);
  });
});

describe('CloudFormation', () => {
  test('is trusted with its execution role only', () => {
    expect(
      isTrusted({ ...session, invokedBy: 'cloudformation.amazonaws.com' }, [cloudFormation]),
    ).toBe(true);
    expect(
      isTrusted({ ...session, sourceAddress: 'cloudformation.amazonaws.com' }, [cloudFormation]),
    ).toBe(true);
    expect(
      isTrusted(
        {
          type: 'IAMUser',
          arn: 'arn:aws:iam::111111111111:user/eve',
          invokedBy: 'cloudformation.amazonaws.com',
        },
        [cloudFormation],
      ),
    ).toBe(false);
  });

  test('and the execution role only through CloudFormation', () => {
    expect(isTrusted(session, [cloudFormation])).toBe(false);
  });

  test('is not trusted with another role', () => {
    const roleArn = 'arn:aws:iam::111111111111:role/Other';
    const through = { ...session, roleArn, invokedBy: 'cloudformation.amazonaws.com' };
    expect(isTrusted(through, [cloudFormation])).toBe(false);
  });
});

describe('an IAM user', () => {
  const ann: TrustedActor = {
    kind: 'user',
    userArn: 'arn:aws:iam::111111111111:user/people/ann',
  };

  test('is known by its full ARN, with the path', () => {
    expect(isTrusted({ type: 'IAMUser', arn: ann.userArn, userName: 'ann' }, [ann])).toBe(true);
    const arn = 'arn:aws:iam::111111111111:user/ann';
    expect(isTrusted({ type: 'IAMUser', arn, userName: 'ann' }, [ann])).toBe(false);
  });

  test('is no session that calls itself so', () => {
    expect(isTrusted({ type: 'FederatedUser', arn: ann.userArn }, [ann])).toBe(false);
    expect(isTrusted({ ...session, sessionName: 'ann', userName: 'ann' }, [ann])).toBe(false);
  });
});

describe('a permission set of Identity Center', () => {
  const RESERVED = 'arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/';
  const admin: TrustedActor = {
    kind: 'permissionSet',
    reservedPathArn: RESERVED,
    permissionSet: 'Admin',
  };
  const NAME = 'AWSReservedSSO_Admin_0123456789abcdef';
  const person = (roleArn: string): Actor => ({
    type: 'AssumedRole',
    roleArn,
    arn: `arn:aws:sts::111111111111:assumed-role/${NAME}/ann@example.com`,
    sessionName: 'ann@example.com',
  });

  test.each([
    NAME,
    `eu-west-1/${NAME}`,
    `us-gov-west-1/${NAME}`,
    'AWSReservedSSO_Admin_fedcba9876543210',
  ])('is known by the reserved path and its name: %s', (rest) => {
    expect(isTrusted(person(RESERVED + rest), [admin])).toBe(true);
  });

  test.each([
    ['another set whose name begins so', 'AWSReservedSSO_AdminReadOnly_0123456789abcdef'],
    ['… after an underscore', 'AWSReservedSSO_Admin_x_0123456789abcdef'],
    ['… or with what looks like an end', 'AWSReservedSSO_Admin_0123456789abcdef_0123456789abcdef'],
    ['another set whose name ends so', 'AWSReservedSSO_Other_Admin_0123456789abcdef'],
    ['other letters', 'AWSReservedSSO_admin_0123456789abcdef'],
    ['an end that is too short', 'AWSReservedSSO_Admin_0123456789abcde'],
    ['a path below a Region', `eu-west-1/x/${NAME}`],
  ])('is not taken for %s', (_, rest) => {
    expect(isTrusted(person(RESERVED + rest), [admin])).toBe(false);
  });

  test.each([
    `arn:aws:iam::111111111111:role/${NAME}`,
    `arn:aws:iam::111111111111:role/mine/aws-reserved/sso.amazonaws.com/${NAME}`,
    `${RESERVED.replace('111111111111', '222222222222')}${NAME}`,
  ])('is no role that others could make, or of another account: %s', (roleArn) => {
    expect(isTrusted(person(roleArn), [admin])).toBe(false);
  });

  test('may be meant for one person alone', () => {
    const ann: TrustedActor = { ...admin, userName: 'ann@example.com' };
    expect(isTrusted(person(RESERVED + NAME), [ann])).toBe(true);
    expect(isTrusted({ ...person(RESERVED + NAME), sessionName: 'eve@example.com' }, [ann])).toBe(
      false,
    );
    expect(isTrusted(person(`arn:aws:iam::111111111111:role/${NAME}`), [ann])).toBe(false);
  });
});

describe('what one actor is trusted with covers what another is', () => {
  const user: TrustedActor = { kind: 'user', userArn: 'arn:aws:iam::111111111111:user/ann' };
  const admin: PermissionSetActor = {
    kind: 'permissionSet',
    reservedPathArn: 'arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/',
    permissionSet: 'Admin',
  };
  const ann: TrustedActor = { ...admin, userName: 'ann@example.com' };
  const other = 'arn:aws:iam::222222222222:role/Other';

  test.each<[string, TrustedActor, TrustedActor]>([
    ['a role, itself', role, role],
    ['a role, itself through CloudFormation', role, cloudFormation],
    ['CloudFormation, itself', cloudFormation, cloudFormation],
    ['a user, itself', user, user],
    ['a permission set, itself', admin, admin],
    ['a permission set, one person of it', admin, ann],
    ['a person, itself', ann, ann],
  ])('%s', (_, one, covered) => {
    expect(coversActor(one, covered)).toBe(true);
  });

  test.each<[string, TrustedActor, TrustedActor]>([
    ['a role, another', role, { ...role, roleArn: other }],
    ['a role, one whose name begins alike', role, { ...role, roleArn: `${DEPLOY_ROLE}2` }],
    ['a role, a user', role, user],
    [
      'a role, another through CloudFormation',
      role,
      { ...cloudFormation, executionRoleArn: other },
    ],
    ['CloudFormation, its role', cloudFormation, role],
    [
      'CloudFormation, another role',
      cloudFormation,
      { ...cloudFormation, executionRoleArn: other },
    ],
    ['a user, another', user, { ...user, userArn: `${user.userArn}a` }],
    ['a user, a role', user, role],
    ['a permission set, a role', admin, role],
    ['a permission set, another', admin, { ...admin, permissionSet: 'Reader' }],
    ['a permission set, that of another account', admin, { ...admin, reservedPathArn: other }],
    ['a person, all of the set', ann, admin],
    ['a person, another', ann, { ...admin, userName: 'eve@example.com' }],
  ])('but not %s', (_, one, covered) => {
    expect(coversActor(one, covered)).toBe(false);
  });
});

test('no one is trusted where no one is named', () => {
  expect(isTrusted(session, [])).toBe(false);
});

test('own calls are those of the own role in the own session', () => {
  const own = { roleArn: DEPLOY_ROLE, sessionName: 'ci' };
  expect(isOwnCall(session, own)).toBe(true);
  expect(isOwnCall({ ...session, sessionName: 'eve' }, own)).toBe(false);
  expect(isOwnCall({ ...session, type: 'FederatedUser' }, own)).toBe(false);
  expect(isOwnCall({ ...session, roleArn: 'arn:aws:iam::111111111111:role/Other' }, own)).toBe(
    false,
  );
});

test('all sessions of a role are one actor, by its role', () => {
  expect(roleOrNameOf(session)).toBe(DEPLOY_ROLE);
  expect(nameOf(session)).toBe(session.arn);
  expect(roleOrNameOf({ type: 'IAMUser', userName: 'ann' })).toBe('ann');
});

test('an actor without an ARN is told by all that AWS says of it', () => {
  const person: Actor = {
    type: 'IdentityCenterUser',
    accountId: '111111111111',
    principalId: 'AROA1',
    identityCenterUserId: '94482488-3041-7029-6a3c-0ba2d3f35f05',
    sourceIdentity: 'ann',
  };
  const marks =
    '(account 111111111111, principal AROA1, Identity Center user 94482488-3041-7029-6a3c-0ba2d3f35f05, source identity ann)';
  expect(nameOf(person)).toBe(`IdentityCenterUser ${marks}`);
  expect(nameInWords(person)).toBe(`an identity of type IdentityCenterUser ${marks}`);
  expect(nameOf({ ...person, identityCenterUserId: 'another' })).not.toBe(nameOf(person));
  expect(nameInWords({ type: 'SAMLUser', userName: 'ann', accountId: '111111111111' })).toBe(
    'ann (account 111111111111)',
  );
});

test('an actor without a name is told by its type', () => {
  expect(roleOrNameOf({ type: 'AWSAccount' })).toBe('AWSAccount');
  expect(nameInWords({ type: 'AWSAccount' })).toBe('an identity of type AWSAccount');
});

describe('a heartbeat in a member', () => {
  const sessionName = 'cdk-sentries-hub-respond';
  const revoker = { roleArn: 'arn:aws:iam::222222222222:role/cdk-sentries-revoke', sessionName };
  const reader = { roleArn: 'arn:aws:iam::222222222222:role/cdk-sentries-read', sessionName };
  const by = (identity: { roleArn: string; sessionName: string }): Actor => ({
    type: 'AssumedRole',
    ...identity,
  });
  const isOne = (actor: Actor, errorCode?: string) =>
    isMemberHeartbeat({ actor, errorCode }, { revoker, reader });

  test('is a dry run of the one who revokes, or what the one who reads is refused', () => {
    expect(isOne(by(revoker), 'Client.DryRunOperation')).toBe(true);
    expect(isOne(by(reader), 'Client.UnauthorizedOperation')).toBe(true);
  });

  test.each<[string, Actor, string | undefined]>([
    ['what the one who revokes is refused', by(revoker), 'Client.UnauthorizedOperation'],
    ['a dry run of the one who reads', by(reader), 'Client.DryRunOperation'],
    ['a revoke', by(revoker), undefined],
    ['what the one who reads does', by(reader), undefined],
    [
      'a dry run in a session of another name',
      by({ ...revoker, sessionName: 'eve' }),
      'Client.DryRunOperation',
    ],
    [
      'a dry run of such a role in another account',
      by({ ...revoker, roleArn: revoker.roleArn.replace('222222222222', '333333333333') }),
      'Client.DryRunOperation',
    ],
  ])('is not %s', (_, actor, errorCode) => {
    expect(isOne(actor, errorCode)).toBe(false);
  });
});
