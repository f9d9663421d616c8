import {
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetCredentialReportCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  paginateGetGroup,
  paginateListAccessKeys,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { REGION } from '../../../sandbox/emulator/emulator-access';
import type { NewAccessKey, NewUser } from '../../../sandbox/emulator/iam-users';
import { type AwsCredentials, LocalAws } from '../../../sandbox/local-aws';
import { IamGaps } from '../../../sandbox/proxy/iam-gaps/iam-gaps';

const BORN = new Date('2015-01-02T03:04:05Z');
const CREATED = new Date('2016-01-02T03:04:05Z');
const CHANGED = new Date('2020-01-02T03:04:05Z');
const USED = new Date('2021-01-02T03:04:05Z');
const MANY = 5000;
const MANY_WITHIN_MS = 10_000;

const iamGaps = new IamGaps();
let aws: LocalAws;
let admin: AwsCredentials;
let iam: IAMClient;

beforeAll(async () => {
  aws = await LocalAws.start({ log: console.log, iamGaps });
  admin = await aws.createUser('admin');
  iam = clientWith(1);
});
afterAll(async () => aws.stop());
afterEach(() => {
  iamGaps.clearFaults();
  iamGaps.pageSize = undefined;
});

function clientWith(maxAttempts: number): IAMClient {
  return new IAMClient({ endpoint: aws.endpoint, region: REGION, credentials: admin, maxAttempts });
}

function userNamed(name: string, keys: NewAccessKey[] = [], more: Partial<NewUser> = {}): NewUser {
  return { name, createdAt: BORN, keys, ...more };
}

async function reportLines(): Promise<string[]> {
  await iam.send(new GenerateCredentialReportCommand({}));
  const { Content } = await iam.send(new GetCredentialReportCommand({}));
  return Buffer.from(Content ?? [])
    .toString('utf8')
    .trimEnd()
    .split('\n');
}

test('users have what was asked for: three keys, every status, dates and use', async () => {
  const [added, ...others] = await aws.addUsers([
    userNamed(
      'a,b=c@d',
      [
        {
          id: 'AKIAFIRST00000000001',
          status: 'Active',
          createdAt: CREATED,
          changedAt: CHANGED,
          lastUsed: { at: USED, service: 's3', region: 'eu-west-1' },
        },
        { status: 'Inactive', createdAt: CREATED },
        { status: 'Expired', createdAt: CREATED },
      ],
      {
        path: '/a/!"#$%&\'()*<>~/',
        tags: { 'keep & until': '2030-01-01' },
        groups: ['robots', 'others'],
      },
    ),
  ]);
  expect(others).toEqual([]);
  const UserName = added?.name;
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  expect(AccessKeyMetadata).toEqual(
    ['Active', 'Inactive', 'Expired'].map((Status, index) => ({
      UserName,
      AccessKeyId: added?.keyIds[index],
      Status,
      CreateDate: CREATED,
    })),
  );

  const lastUses = await Promise.all(
    AccessKeyMetadata.slice(0, 2).map(
      async ({ AccessKeyId }) =>
        (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))).AccessKeyLastUsed,
    ),
  );
  expect(lastUses).toEqual([
    { LastUsedDate: USED, ServiceName: 's3', Region: 'eu-west-1' },
    { ServiceName: 'N/A', Region: 'N/A' },
  ]);

  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  expect(Users).toContainEqual(
    expect.objectContaining({ UserName, Path: '/a/!"#$%&\'()*<>~/', CreateDate: BORN }),
  );
  const { Tags } = await iam.send(new ListUserTagsCommand({ UserName }));
  expect(Tags).toEqual([{ Key: 'keep & until', Value: '2030-01-01' }]);
  const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName }));
  expect(Groups.map(({ GroupName }) => GroupName)).toEqual(['robots', 'others']);
  expect(await reportLines()).toContain(
    [
      '"a,b=c@d"',
      '"arn:aws:iam::123456789012:user/a/!""#$%&\'()*<>~/a,b=c@d"',
      '2015-01-02T03:04:05+00:00',
      'false',
      'not_supported',
      '2015-01-02T03:04:05+00:00',
      'not_supported',
      'false',
      'true',
      '2020-01-02T03:04:05+00:00',
      '2021-01-02T03:04:05+00:00',
      'eu-west-1',
      's3',
      'false',
      '2016-01-02T03:04:05+00:00',
      'N/A',
      'N/A',
      'N/A',
      'false',
      'N/A',
      'false',
      'N/A',
    ].join(','),
  );
});

test('a name that is there already, or twice, is refused, and no one is added', async () => {
  const users = async () => (await iam.send(new ListUsersCommand({}))).Users?.length;
  const before = await users();
  await expect(aws.addUsers([userNamed('new'), userNamed('admin')])).rejects.toThrow(
    /sandbox\/users: HTTP 400: .*there already: admin/,
  );
  await expect(aws.addUsers([userNamed('new'), userNamed('new')])).rejects.toThrow('named twice');
  expect(await users()).toBe(before);
});

test('lists come in pages', async () => {
  await aws.addUsers(
    Array.from({ length: 7 }, (_, index) =>
      userNamed(`paged-${index}`, [], { groups: ['paged'], path: '/paged/', tags: { a: 'b' } }),
    ),
  );
  await aws.addUsers([
    userNamed(
      'keys',
      Array.from({ length: 3 }, () => ({ status: 'Active', createdAt: CREATED })),
    ),
  ]);
  iamGaps.pageSize = 3;
  const sizes: number[] = [];
  const names: (string | undefined)[] = [];
  for await (const { Users = [] } of paginateListUsers(
    { client: iam },
    { PathPrefix: '/paged/' },
  )) {
    sizes.push(Users.length);
    names.push(...Users.map(({ UserName }) => UserName));
  }
  expect(sizes).toEqual([3, 3, 1]);
  expect(names).toEqual(Array.from({ length: 7 }, (_, index) => `paged-${index}`));

  const groupPages: number[] = [];
  for await (const { Users = [], Group } of paginateGetGroup(
    { client: iam, pageSize: 2 },
    { GroupName: 'paged' },
  )) {
    groupPages.push(Users.length);
    expect(Group?.GroupName).toBe('paged');
  }
  expect(groupPages).toEqual([2, 2, 2, 1]);

  iamGaps.pageSize = 1;
  const keyIds: (string | undefined)[] = [];
  for await (const { AccessKeyMetadata = [] } of paginateListAccessKeys(
    { client: iam },
    { UserName: 'keys' },
  )) {
    expect(AccessKeyMetadata).toHaveLength(1);
    keyIds.push(AccessKeyMetadata[0]?.AccessKeyId);
  }
  expect(new Set(keyIds).size).toBe(3);
  await expect(iam.send(new ListGroupsForUserCommand({ UserName: 'keys' }))).resolves.toMatchObject(
    { Groups: [], IsTruncated: false },
  );
  await expect(iam.send(new ListUsersCommand({ Marker: 'made up' }))).rejects.toThrow(
    'Invalid Marker',
  );
  await expect(iam.send(new ListUsersCommand({ MaxItems: 1001 }))).rejects.toThrow('MaxItems');
});

test('the root user has the row below the header', async () => {
  iamGaps.rootUser = {
    createdAt: BORN,
    keys: [
      {
        isActive: true,
        lastRotatedAt: CREATED,
        lastUsed: { at: USED, service: 'iam', region: 'us-east-1' },
      },
    ],
  };
  expect((await reportLines())[1]).toBe(
    [
      '<root_account>',
      'arn:aws:iam::123456789012:root',
      '2015-01-02T03:04:05+00:00',
      'not_supported',
      'no_information',
      'not_supported',
      'not_supported',
      'true',
      'true',
      '2016-01-02T03:04:05+00:00',
      '2021-01-02T03:04:05+00:00',
      'us-east-1',
      'iam',
      'false',
      'N/A',
      'N/A',
      'N/A',
      'N/A',
      'false',
      'N/A',
      'false',
      'N/A',
    ].join(','),
  );
  iamGaps.rootUser = undefined;
  expect((await reportLines()).join()).not.toContain('root_account');
});

test('the report is in progress, not there, expired or stale', async () => {
  await reportLines();
  iamGaps.unfinishedStates.push('STARTED', 'INPROGRESS');
  const generate = async () => (await iam.send(new GenerateCredentialReportCommand({}))).State;
  const get = async () => iam.send(new GetCredentialReportCommand({}));
  await expect(generate()).resolves.toBe('STARTED');
  await expect(get()).rejects.toMatchObject({ name: 'CredentialReportNotReadyException' });
  await expect(generate()).resolves.toBe('INPROGRESS');
  await expect(generate()).resolves.toBe('COMPLETE');

  iamGaps.reportErrors.push('ReportInProgress', 'ReportNotPresent', 'ReportExpired');
  await expect(get()).rejects.toMatchObject({
    name: 'CredentialReportNotReadyException',
    $metadata: { httpStatusCode: 404 },
  });
  await expect(get()).rejects.toMatchObject({ name: 'CredentialReportNotPresentException' });
  await expect(get()).rejects.toMatchObject({ name: 'CredentialReportExpiredException' });
  iamGaps.reportGeneratedAt = CREATED;
  await expect(get()).resolves.toMatchObject({ GeneratedTime: CREATED });
  iamGaps.reportGeneratedAt = undefined;
  expect((await get()).GeneratedTime?.getTime()).toBeGreaterThan(CREATED.getTime());
});

test('calls about one user or key fail, the others do not', async () => {
  const keyOf = (): NewAccessKey => ({ status: 'Active', createdAt: CREATED });
  const added = await aws.addUsers([userNamed('x', [keyOf()]), userNamed('y', [keyOf()])]);
  const [[ofX] = [], [ofY] = []] = added.map(({ keyIds }) => keyIds);
  const keysOf = async (UserName: string) => iam.send(new ListAccessKeysCommand({ UserName }));

  iamGaps.fail({ action: 'ListAccessKeys', userName: 'x', errorCode: 'Throttling', times: 2 });
  iamGaps.fail({ action: 'ListAccessKeys', userName: 'x', errorCode: 'NoSuchEntity', times: 1 });
  iamGaps.fail({ action: 'GetAccessKeyLastUsed', accessKeyId: ofX, errorCode: 'AccessDenied' });
  await expect(keysOf('x')).rejects.toMatchObject({ name: 'Throttling' });
  await expect(keysOf('y')).resolves.toMatchObject({ AccessKeyMetadata: [{}] });
  await expect(keysOf('x')).rejects.toMatchObject({ name: 'Throttling' });
  await expect(keysOf('x')).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  await expect(keysOf('x')).resolves.toMatchObject({ AccessKeyMetadata: [{}] });
  for (const _ of [1, 2]) {
    await expect(
      iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: ofX })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  }
  await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: ofY }));

  iamGaps.fail({ action: 'ListAccessKeys', userName: 'y', errorCode: 'Throttling', times: 2 });
  await clientWith(3).send(new ListAccessKeysCommand({ UserName: 'y' }));
});

test("the tap's faults and the other services are as they were", async () => {
  aws.failNext({ service: 'iam', action: 'ListUsers', errorCode: 'Throttling', times: 1 });
  await expect(iam.send(new ListUsersCommand({}))).rejects.toMatchObject({ name: 'Throttling' });
  const sts = new STSClient({ endpoint: aws.endpoint, region: REGION, credentials: admin });
  await expect(sts.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
    Account: '123456789012',
  });
  expect(aws.iamGaps).toBe(iamGaps);
});

test('thousands of users with keys are there at once, and are listed in few calls', async () => {
  const startedAt = Date.now();
  const added = await aws.addUsers(
    Array.from({ length: MANY }, (_, index) =>
      userNamed(`many-${index}`, [{ status: 'Active', createdAt: CREATED }]),
    ),
  );
  expect(Date.now() - startedAt).toBeLessThan(MANY_WITHIN_MS);
  expect(new Set(added.flatMap(({ keyIds }) => keyIds)).size).toBe(MANY);

  iamGaps.pageSize = 1000;
  let users = 0;
  for await (const { Users = [] } of paginateListUsers({ client: iam, pageSize: 1000 }, {})) {
    users += Users.length;
  }
  expect(users).toBeGreaterThan(MANY);
});
