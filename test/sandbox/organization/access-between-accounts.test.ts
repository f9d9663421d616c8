import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import type { AwsCredentials } from '../../../sandbox/emulator/credentials';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { assumeFunctionRole } from '../../../sandbox/emulator/function-session';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { Organization, type PolicyStatement } from '../../../sandbox/organization/organization';

/**
 * Who may assume which role (sandbox/emulator/server/sessions.py), and what sessions and users in
 * an organization may do (authorization.py, asked_rights.py, callers.py, refusals.py).
 */

const HUB = '222222222222';
const MEMBER = '333333333333';
const OTHER = '444444444444';
const STRANGER = '555555555555';
const HUB_ROLE = `arn:aws:iam::${HUB}:role/hub/reader`;
const MEMBER_ROLE = `arn:aws:iam::${MEMBER}:role/sentry-member`;
const NEW_REGION = 'af-south-1';
const HOUR_S = 3600;

const LAMBDA_ONLY = {
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
};
const MAY_ASSUME = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: MEMBER_ROLE };
const MAY_READ_AND_REVOKE = {
  Effect: 'Allow',
  Action: ['ec2:DescribeSecurityGroups', 'ec2:RevokeSecurityGroupEgress'],
  Resource: '*',
};
const EVERYTHING_OUT: ec2.IpPermission[] = [
  { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
];

const Session = z.object({
  Credentials: z.object({
    AccessKeyId: z.string(),
    SecretAccessKey: z.string(),
    SessionToken: z.string(),
  }),
});

type Asked = Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]>;

let emulator: Emulator;
let organization: Organization;
let admins: Record<string, AwsCredentials>;
let hub: AwsCredentials;
let groupId: string;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
});
afterAll(async () => {
  await emulator.stop();
});
beforeEach(async () => {
  await emulator.reset();
  organization = await Organization.create(emulator.endpoint);
  const unit = await organization.addUnit('workloads');
  await organization.addAccounts([
    { name: 'hub', id: HUB },
    { name: 'member', id: MEMBER, parentId: unit },
    { name: 'other', id: OTHER },
  ]);
  admins = {};
  for (const account of [HUB, MEMBER, OTHER, STRANGER]) {
    admins[account] = await organization.administrator(account, 'admin');
  }
  await addRole(HUB, 'reader', [LAMBDA_ONLY], [MAY_ASSUME], '/hub/');
  await addRole(MEMBER, 'sentry-member', [trusting({ AWS: HUB })], [MAY_READ_AND_REVOKE]);
  hub = await functionOf(HUB_ROLE);
});

function access(credentials: AwsCredentials | undefined, region = 'us-east-1') {
  if (!credentials) throw new Error('No one.');
  return { endpoint: emulator.endpoint, region, credentials, maxAttempts: 1 };
}

function document(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function trusting(principal: unknown, Condition: PolicyStatement = {}, more: string[] = []) {
  const Action = ['sts:AssumeRole', ...more];
  return { Effect: 'Allow', Principal: principal, Action, Condition };
}

function iamOf(account: string): iam.IAMClient {
  return new iam.IAMClient(access(admins[account]));
}

async function addRole(
  account: string,
  RoleName: string,
  trusted: readonly PolicyStatement[],
  rights: readonly PolicyStatement[],
  Path = '/',
): Promise<void> {
  const AssumeRolePolicyDocument = document(trusted);
  await iamOf(account).send(
    new iam.CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }),
  );
  if (rights.length > 0) await allow(account, RoleName, rights);
}

async function allow(account: string, RoleName: string, rights: readonly PolicyStatement[]) {
  await iamOf(account).send(
    new iam.PutRolePolicyCommand({
      RoleName,
      PolicyName: 'rights',
      PolicyDocument: document(rights),
    }),
  );
}

async function trust(statement: PolicyStatement): Promise<void> {
  await iamOf(MEMBER).send(
    new iam.UpdateAssumeRolePolicyCommand({
      RoleName: 'sentry-member',
      PolicyDocument: document([statement]),
    }),
  );
}

async function remakeHubRole(): Promise<void> {
  const client = iamOf(HUB);
  const role = { RoleName: 'reader' };
  await client.send(new iam.DeleteRolePolicyCommand({ ...role, PolicyName: 'rights' }));
  await client.send(new iam.DeleteRoleCommand(role));
  await addRole(HUB, 'reader', [LAMBDA_ONLY], [MAY_ASSUME], '/hub/');
}

async function functionOf(roleArn: string): Promise<AwsCredentials> {
  const role = { roleArn, functionName: 'hub-reader', region: 'us-east-1' };
  return assumeFunctionRole(emulator.endpoint, role);
}

async function assume(
  who: AwsCredentials | undefined,
  more: Asked = {},
  region?: string,
): Promise<AwsCredentials> {
  const asked = { RoleArn: MEMBER_ROLE, RoleSessionName: 'event-1', ...more };
  const answer = await new STSClient(access(who, region)).send(new AssumeRoleCommand(asked));
  const { AccessKeyId, SecretAccessKey, SessionToken } = Session.parse(answer).Credentials;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}

async function newGroup(): Promise<string> {
  const client = new ec2.EC2Client(access(admins[MEMBER]));
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const group = { GroupName: 'web', Description: 'web', VpcId: Vpc?.VpcId };
  const { GroupId = '' } = await client.send(new ec2.CreateSecurityGroupCommand(group));
  return GroupId;
}

async function read(who: AwsCredentials, region?: string) {
  return new ec2.EC2Client(access(who, region)).send(new ec2.DescribeSecurityGroupsCommand({}));
}

async function revoke(who: AwsCredentials, GroupId = groupId, DryRun = false) {
  return new ec2.EC2Client(access(who)).send(
    new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: EVERYTHING_OUT, DryRun }),
  );
}

function denied(action: string, reason = '') {
  const message = expect.stringMatching(
    new RegExp(`^User: arn:\\S+ is not authorized to perform: ${action}\\b.*${reason}$`),
  );
  return { name: 'AccessDenied', message };
}

function unauthorized(action: string, reason: string) {
  const message = expect.stringMatching(
    new RegExp(
      `^You are not authorized to perform this operation\\. User: arn:\\S+ is not authorized to perform: ${action} .*${reason}`,
    ),
  );
  return { name: 'UnauthorizedOperation', message };
}

describe('a role in another account', () => {
  test('is assumed by who is trusted and may, and STS tells truly who that is', async () => {
    const session = await assume(hub);
    const { Account, Arn } = await new STSClient(access(session)).send(
      new GetCallerIdentityCommand({}),
    );
    expect({ Account, Arn }).toEqual({
      Account: MEMBER,
      Arn: `arn:aws:sts::${MEMBER}:assumed-role/sentry-member/event-1`,
    });
  });

  test('has to be there', async () => {
    const RoleArn = `arn:aws:iam::${MEMBER}:role/not-there`;
    await allow(HUB, 'reader', [{ ...MAY_ASSUME, Resource: '*' }]);
    await expect(assume(hub, { RoleArn })).rejects.toMatchObject(denied('sts:AssumeRole'));
  });

  test('has to be allowed by the policies of who assumes it, where their account is trusted', async () => {
    await allow(HUB, 'reader', [{ ...MAY_ASSUME, Resource: `${MEMBER_ROLE}-2` }]);
    await expect(assume(hub)).rejects.toMatchObject(
      denied('sts:AssumeRole', 'because no identity-based policy allows the sts:AssumeRole action'),
    );
  });

  test.each([
    ['another account', OTHER],
    ['an account of no organization', STRANGER],
  ])('is refused to %s, whatever its own policies allow', async (_, account) => {
    await expect(assume(admins[account])).rejects.toMatchObject(denied('sts:AssumeRole'));
  });

  test('looks at who assumes it, and as what, where its trust policy has conditions', async () => {
    const { id, rootId } = organization;
    const conditions: [PolicyStatement, boolean][] = [
      [{ ArnEquals: { 'aws:PrincipalArn': HUB_ROLE } }, true],
      [{ ArnEquals: { 'aws:PrincipalArn': `${HUB_ROLE}-2` } }, false],
      [{ StringEquals: { 'aws:PrincipalAccount': HUB } }, true],
      [{ StringEquals: { 'aws:PrincipalOrgID': id } }, true],
      [{ StringEquals: { 'aws:PrincipalOrgID': 'o-other' } }, false],
      [inUnits(`${id}/${rootId}/`), true],
      [inUnits(`${id}/${rootId}/ou-other/*`), false],
      [{ StringLike: { 'sts:RoleSessionName': 'event-*' } }, true],
      [{ StringLike: { 'sts:RoleSessionName': 'other-*' } }, false],
      [{ StringEquals: { 'sts:ExternalId': 'hub-1' } }, false],
    ];
    for (const [condition, assumed] of conditions) {
      await trust(trusting('*', condition));
      const attempt = assume(hub).then(
        () => true,
        (error: unknown) => error,
      );
      expect({ condition, is: await attempt }).toEqual({
        condition,
        is: assumed || expect.objectContaining(denied('sts:AssumeRole')),
      });
    }
  });

  test('wants the external id that its trust policy names', async () => {
    await trust(trusting({ AWS: HUB }, { StringEquals: { 'sts:ExternalId': 'hub-1' } }));
    await expect(assume(hub, { ExternalId: 'hub-1' })).resolves.toBeDefined();
    await expect(assume(hub, { ExternalId: 'hub-2' })).rejects.toMatchObject(
      denied('sts:AssumeRole'),
    );
  });

  test('that names a role as its principal does not know another one of that name', async () => {
    await trust(trusting({ AWS: HUB_ROLE }));
    await expect(assume(hub)).resolves.toBeDefined();
    await remakeHubRole();
    await expect(assume(await functionOf(HUB_ROLE))).rejects.toMatchObject(
      denied('sts:AssumeRole'),
    );
  });

  test('that names the account and the role in a condition knows it again', async () => {
    await trust(trusting({ AWS: HUB }, { ArnEquals: { 'aws:PrincipalArn': HUB_ROLE } }));
    await remakeHubRole();
    await expect(assume(await functionOf(HUB_ROLE))).resolves.toBeDefined();
    await expect(assume(hub)).rejects.toMatchObject(denied('sts:AssumeRole'));
  });

  test('names only principals that are there', async () => {
    await expect(trust(trusting({ AWS: `${HUB_ROLE}-2` }))).rejects.toMatchObject({
      message: `Invalid principal in policy: "AWS":"${HUB_ROLE}-2"`,
    });
  });

  test('of an account that is suspended is refused, and sessions in it end', async () => {
    const session = await assume(hub);
    await organization.setState(MEMBER, 'SUSPENDED');
    await expect(assume(hub)).rejects.toMatchObject(denied('sts:AssumeRole'));
    await expect(read(session)).rejects.toMatchObject({ name: 'AuthFailure' });
  });

  test('is refused where a service control policy denies it to the caller', async () => {
    const free = await organization.control(HUB, 'stay', [
      { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' },
    ]);
    await expect(assume(hub)).rejects.toMatchObject(
      denied('sts:AssumeRole', 'with an explicit deny in a service control policy'),
    );
    await free();
    await expect(assume(hub)).resolves.toBeDefined();
  });
});

function inUnits(path: string): PolicyStatement {
  return { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': path } };
}

test('a role in the same account that names its caller asks nothing of the caller', async () => {
  const RoleArn = `arn:aws:iam::${HUB}:role/second`;
  await addRole(HUB, 'second', [trusting({ AWS: HUB_ROLE })], []);
  await addRole(HUB, 'third', [trusting({ AWS: HUB })], []);
  await expect(assume(hub, { RoleArn })).resolves.toBeDefined();
  await expect(assume(hub, { RoleArn: RoleArn.replace('second', 'third') })).rejects.toMatchObject(
    denied('sts:AssumeRole'),
  );
});

test('Lambda assumes no role that does not trust it', async () => {
  await expect(functionOf(MEMBER_ROLE)).rejects.toThrow('does it trust lambda.amazonaws.com?');
});

test("the sandbox's own calls assume what they want", async () => {
  const sts = new STSClient(emulatorAccess(emulator.endpoint));
  const asked = { RoleArn: `arn:aws:iam::${OTHER}:role/any`, RoleSessionName: 'sandbox' };
  expect((await sts.send(new AssumeRoleCommand(asked))).Credentials).toBeDefined();
});

describe('how long a session lasts', () => {
  test('is an hour at most where a role assumes a role', async () => {
    await expect(assume(hub, { DurationSeconds: HOUR_S + 1 })).rejects.toMatchObject({
      name: 'ValidationError',
      message:
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    });
  });

  test('is as long as the role allows where a user does', async () => {
    const DurationSeconds = 2 * HOUR_S;
    await expect(assume(admins[HUB], { DurationSeconds })).rejects.toMatchObject({
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    await iamOf(MEMBER).send(
      new iam.UpdateRoleCommand({
        RoleName: 'sentry-member',
        MaxSessionDuration: DurationSeconds,
      }),
    );
    await expect(assume(admins[HUB], { DurationSeconds })).resolves.toBeDefined();
  });

  test('is measured by the clock of the sandbox', async () => {
    const session = await assume(hub);
    await emulator.setClock(new Date(Date.now() + HOUR_S * 1000));
    await expect(
      new STSClient(access(session)).send(new GetCallerIdentityCommand({})),
    ).rejects.toMatchObject({ name: expect.stringContaining('ExpiredToken') });
    await expect(read(session)).rejects.toMatchObject({ name: 'RequestExpired' });
    await expect(assume(hub)).resolves.toBeDefined();
    await emulator.setClock(new Date());
  });
});

describe('a source identity', () => {
  const SourceIdentity = 'request-7';
  const SET = 'sts:SetSourceIdentity';
  const MAY_SET = { ...MAY_ASSUME, Action: ['sts:AssumeRole', SET], Resource: '*' };

  test('has to be allowed on both sides', async () => {
    await trust(trusting({ AWS: HUB }, {}, [SET]));
    await expect(assume(hub, { SourceIdentity })).rejects.toMatchObject(denied(SET));
    await allow(HUB, 'reader', [MAY_SET]);
    await expect(assume(hub, { SourceIdentity })).resolves.toBeDefined();
    await trust(trusting({ AWS: HUB }));
    await expect(assume(hub, { SourceIdentity })).rejects.toMatchObject(denied(SET));
  });

  test('stays with the sessions that follow, and cannot become another', async () => {
    const RoleArn = `arn:aws:iam::${OTHER}:role/next`;
    await allow(HUB, 'reader', [MAY_SET]);
    await allow(MEMBER, 'sentry-member', [MAY_SET]);
    await trust(trusting({ AWS: HUB }, {}, [SET]));
    const condition = { StringEquals: { 'aws:SourceIdentity': SourceIdentity } };
    await addRole(OTHER, 'next', [trusting({ AWS: MEMBER }, condition, [SET])], []);
    const session = await assume(hub, { SourceIdentity });
    await expect(assume(session, { RoleArn })).resolves.toBeDefined();
    await expect(
      assume(session, { RoleArn, SourceIdentity: 'someone-else' }),
    ).rejects.toMatchObject(denied(SET));
    await expect(assume(await assume(hub), { RoleArn })).rejects.toThrow();
  });
});

describe('what a session may do', () => {
  beforeEach(async () => {
    groupId = await newGroup();
  });

  test("is what the role's policies allow", async () => {
    const session = await assume(hub);
    expect((await read(session)).SecurityGroups).toHaveLength(2);
    const client = new ec2.EC2Client(access(session));
    await expect(client.send(new ec2.DescribeVpcsCommand({}))).rejects.toMatchObject(
      unauthorized(
        'ec2:DescribeVpcs',
        'because no identity-based policy allows the ec2:DescribeVpcs action$',
      ),
    );
    await expect(
      new iam.IAMClient(access(session)).send(new iam.ListAccessKeysCommand({ UserName: 'admin' })),
    ).rejects.toMatchObject(
      denied(
        'iam:ListAccessKeys',
        `on resource: arn:aws:iam::${MEMBER}:user/admin because no identity-based policy allows the iam:ListAccessKeys action`,
      ),
    );
  });

  test('looks at the resource and at its tags', async () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/watched': 'yes' } };
    await allow(MEMBER, 'sentry-member', [{ ...MAY_READ_AND_REVOKE, Condition }]);
    const session = await assume(hub);
    await expect(revoke(session)).rejects.toMatchObject(
      unauthorized('ec2:RevokeSecurityGroupEgress', `security-group/${groupId} because no`),
    );
    await new ec2.EC2Client(access(admins[MEMBER])).send(
      new ec2.CreateTagsCommand({
        Resources: [groupId],
        Tags: [{ Key: 'watched', Value: 'yes' }],
      }),
    );
    await expect(revoke(session)).resolves.toBeDefined();
  });

  test('is narrowed by the policy that it was made with', async () => {
    const one = `arn:aws:ec2:us-east-1:${MEMBER}:security-group/${groupId}`;
    const Policy = document([{ Effect: 'Allow', Action: 'ec2:*', Resource: one }]);
    const session = await assume(hub, { Policy });
    await expect(revoke(session, 'sg-00000000')).rejects.toMatchObject(
      unauthorized('ec2:RevokeSecurityGroupEgress', 'because no session policy allows'),
    );
    await expect(read(session)).rejects.toMatchObject(
      unauthorized('ec2:DescribeSecurityGroups', 'because no session policy allows'),
    );
    await expect(revoke(session)).resolves.toBeDefined();
  });

  test('is never more than the role may, whatever its own policy says', async () => {
    const Policy = document([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    const client = new ec2.EC2Client(access(await assume(hub, { Policy })));
    await expect(client.send(new ec2.DescribeVpcsCommand({}))).rejects.toMatchObject(
      unauthorized('ec2:DescribeVpcs', 'because no identity-based policy'),
    );
  });

  test('is narrowed by managed policies that it was made with', async () => {
    const { Policy } = await iamOf(MEMBER).send(
      new iam.CreatePolicyCommand({
        PolicyName: 'reading',
        PolicyDocument: document([{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }]),
      }),
    );
    const session = await assume(hub, { PolicyArns: [{ arn: Policy?.Arn }] });
    await expect(read(session)).resolves.toBeDefined();
    await expect(revoke(session)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });

  test('has room for a policy of 2,048 characters', async () => {
    const filler = { Sid: 'S'.repeat(1_000), Effect: 'Allow', Action: 'ec2:*', Resource: '*' };
    await expect(assume(hub, { Policy: document([filler]) })).resolves.toBeDefined();
    await expect(assume(hub, { Policy: document([filler, filler]) })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('length less than or equal to 2048'),
    });
  });

  test('is bound by the boundary of the role', async () => {
    const { Policy } = await iamOf(MEMBER).send(
      new iam.CreatePolicyCommand({
        PolicyName: 'boundary',
        PolicyDocument: document([{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }]),
      }),
    );
    await iamOf(MEMBER).send(
      new iam.PutRolePermissionsBoundaryCommand({
        RoleName: 'sentry-member',
        PermissionsBoundary: Policy?.Arn,
      }),
    );
    await expect(revoke(await assume(hub))).rejects.toMatchObject(
      unauthorized('ec2:RevokeSecurityGroupEgress', 'because no permissions boundary allows'),
    );
  });

  test.each<[string, () => string]>([
    ['the account', () => MEMBER],
    ['the root', () => organization.rootId],
  ])('is bound by the service control policies of %s, as users are', async (_, target) => {
    const session = await assume(hub);
    const free = await organization.control(target(), 'closed', [
      { Effect: 'Deny', Action: 'ec2:Describe*', Resource: '*' },
    ]);
    const reason = 'with an explicit deny in a service control policy$';
    for (const one of [session, admins[MEMBER]!]) {
      await expect(read(one)).rejects.toMatchObject(
        unauthorized('ec2:DescribeSecurityGroups', reason),
      );
    }
    await expect(read(organization.manager)).resolves.toBeDefined();
    await free();
    await expect(read(session)).resolves.toBeDefined();
  });

  test('ends with the role', async () => {
    const session = await assume(hub);
    const role = { RoleName: 'sentry-member' };
    await iamOf(MEMBER).send(new iam.DeleteRolePolicyCommand({ ...role, PolicyName: 'rights' }));
    await iamOf(MEMBER).send(new iam.DeleteRoleCommand(role));
    await expect(read(session)).rejects.toMatchObject({ name: 'AuthFailure' });
  });

  test('is nothing for one who has its key alone', async () => {
    const { accessKeyId, secretAccessKey } = await assume(hub);
    await expect(read({ accessKeyId, secretAccessKey })).rejects.toMatchObject({
      name: 'AuthFailure',
    });
  });

  test('is told by a dry run, which changes nothing', async () => {
    const session = await assume(hub);
    await expect(revoke(session, groupId, true)).rejects.toMatchObject({
      name: 'DryRunOperation',
    });
    await allow(MEMBER, 'sentry-member', [{ ...MAY_READ_AND_REVOKE, Effect: 'Deny' }]);
    await expect(revoke(session, groupId, true)).rejects.toMatchObject(
      unauthorized('ec2:RevokeSecurityGroupEgress', 'with an explicit deny in an identity-based'),
    );
    await allow(MEMBER, 'sentry-member', [MAY_READ_AND_REVOKE]);
    await expect(revoke(session)).resolves.toMatchObject({
      RevokedSecurityGroupRules: [expect.objectContaining({ IpProtocol: '-1' })],
    });
  });
});

describe('a Region that is off', () => {
  test('knows none of its account', async () => {
    const session = await assume(hub);
    await expect(read(session, NEW_REGION)).rejects.toMatchObject({
      name: 'AuthFailure',
      message: expect.stringContaining('not able to validate the provided access credentials'),
    });
    await organization.switchRegion(MEMBER, NEW_REGION, 'on');
    await expect(read(session, NEW_REGION)).resolves.toBeDefined();
    await organization.switchRegion(MEMBER, NEW_REGION, 'off');
    await expect(read(session, NEW_REGION)).rejects.toMatchObject({ name: 'AuthFailure' });
  });

  test('has no STS for its account', async () => {
    await expect(assume(hub, {}, NEW_REGION)).rejects.toMatchObject({
      name: expect.stringContaining('RegionDisabled'),
      message: expect.stringContaining(`not activated in this region for account:${HUB}`),
    });
  });
});
