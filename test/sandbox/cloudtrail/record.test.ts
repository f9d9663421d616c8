import { roleNameOf, sessionCaller, userCaller } from '../../../sandbox/cloudtrail/caller';
import { eventOf, RecordedCall } from '../../../sandbox/cloudtrail/record';

const ACCOUNT = '123456789012';
const FIRST_SEEN = Date.UTC(2026, 10, 20, 9, 59, 59, 999);

const alice = userCaller({
  userId: 'AIDA1',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/people/alice`,
  accessKeyId: 'AKIA1',
});

const call: RecordedCall = {
  action: 'DeleteSecurityGroup',
  parameters: { GroupId: 'sg-1' },
  caller: alice,
  region: 'eu-west-1',
  requestId: 'request-1',
  at: Date.UTC(2026, 10, 20, 10, 0, 0, 987),
  userAgent: 'aws-cli/2',
  sourceIpAddress: '127.0.0.1',
};
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

test('the envelope and the record of a call that was answered', () => {
  expect(eventOf(call, { kind: 'answered', responseElements: { _return: true } })).toEqual({
    version: '0',
    id: expect.stringMatching(UUID),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account: ACCOUNT,
    time: '2026-11-20T10:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: {
      eventVersion: '1.10',
      userIdentity: alice.userIdentity,
      eventTime: '2026-11-20T10:00:00Z',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'DeleteSecurityGroup',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '127.0.0.1',
      userAgent: 'aws-cli/2',
      requestParameters: { groupId: 'sg-1' },
      responseElements: { _return: true },
      requestID: 'request-1',
      eventID: expect.stringMatching(UUID),
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: 'Management',
    },
  });
});

test('a call that was refused keeps its parameters, and has no response', () => {
  const { detail } = eventOf(call, {
    kind: 'refused',
    error: { code: 'InvalidGroup.NotFound', message: 'No such group' },
  });
  expect(detail).toMatchObject({
    errorCode: 'Client.InvalidGroup.NotFound',
    errorMessage: 'No such group',
    requestParameters: { groupId: 'sg-1' },
    responseElements: null,
  });
});

test("the service's own failures are not the client's", () => {
  expect(
    eventOf(call, { kind: 'refused', error: { code: 'InternalError', message: '' } }).detail
      .errorCode,
  ).toBe('Server.InternalError');
});

describe('who called', () => {
  test('a user', () => {
    expect(alice.userIdentity).toEqual({
      type: 'IAMUser',
      principalId: 'AIDA1',
      arn: `arn:aws:iam::${ACCOUNT}:user/people/alice`,
      accountId: ACCOUNT,
      accessKeyId: 'AKIA1',
      userName: 'alice',
    });
  });

  test('the root user has no name', () => {
    expect(
      userCaller({
        userId: ACCOUNT,
        account: ACCOUNT,
        arn: `arn:aws:iam::${ACCOUNT}:root`,
        accessKeyId: 'AKIA1',
      }).userIdentity,
    ).toEqual({
      type: 'Root',
      principalId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      accountId: ACCOUNT,
      accessKeyId: 'AKIA1',
    });
  });

  test('a key that the emulator does not know is its user moto', () => {
    const moto = userCaller({
      userId: 'AKIA0',
      account: ACCOUNT,
      arn: `arn:aws:sts::${ACCOUNT}:user/moto`,
      accessKeyId: 'test',
    });
    expect(moto).toMatchObject({
      arn: `arn:aws:iam::${ACCOUNT}:user/moto`,
      userIdentity: { type: 'IAMUser', userName: 'moto' },
    });
  });

  test("a role's session names the role with its path", () => {
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/build-7`;
    const role = { arn: `arn:aws:iam::${ACCOUNT}:role/ci/Deployer`, id: 'AROA1', name: 'Deployer' };
    const known = { userId: 'AROA1:build-7', account: ACCOUNT, arn, accessKeyId: 'ASIA1' };
    expect(roleNameOf(arn)).toBe('Deployer');
    expect(sessionCaller(known, role, FIRST_SEEN).userIdentity).toEqual({
      type: 'AssumedRole',
      principalId: 'AROA1:build-7',
      arn,
      accountId: ACCOUNT,
      accessKeyId: 'ASIA1',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROA1',
          arn: role.arn,
          accountId: ACCOUNT,
          userName: 'Deployer',
        },
        attributes: { creationDate: '2026-11-20T09:59:59Z', mfaAuthenticated: 'false' },
      },
    });
  });

  test('the role of deployments is only ever used by CloudFormation, and so its calls came through it', () => {
    const name = `cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-west-1`;
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/AWSCloudFormation`;
    const role = { arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, id: 'AROA1', name };
    const known = { userId: 'AROA1:x', account: ACCOUNT, arn, accessKeyId: 'ASIA1' };
    const caller = sessionCaller(known, role, FIRST_SEEN);
    const { detail } = eventOf({ ...call, caller }, { kind: 'answered', responseElements: {} });
    const service = 'cloudformation.amazonaws.com';
    expect(detail).toMatchObject({
      userIdentity: { type: 'AssumedRole', invokedBy: service },
      sourceIPAddress: service,
      userAgent: service,
    });
  });
});
