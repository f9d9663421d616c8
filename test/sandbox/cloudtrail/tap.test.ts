import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import {
  ApiCall,
  CloudTrailEvent,
  CloudTrailTap,
  startCloudTrailTap,
} from '../../../sandbox/cloudtrail/tap';
import { Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';

const REGION = 'eu-west-1';
const RULE_ID = /^sgr-[\da-f]{17}$/;

/** Hands out what came in, in order, and waits for what has not come yet. */
class Inbox<Item> {
  private readonly arrived: Item[] = [];
  private readonly waiting: ((item: Item) => void)[] = [];

  put(item: Item): void {
    const taker = this.waiting.shift();
    if (taker) taker(item);
    else this.arrived.push(item);
  }

  async take(): Promise<Item> {
    const item = this.arrived.shift();
    return item ?? new Promise((resolve) => this.waiting.push(resolve));
  }

  get isEmpty(): boolean {
    return this.arrived.length === 0;
  }
}

let emulator: Emulator;
let tap: CloudTrailTap;
const events = new Inbox<CloudTrailEvent>();

function configuration(credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'any' }) {
  return { endpoint: tap.endpoint, region: REGION, credentials };
}

let client: ec2.EC2Client;
let vpcId: string | undefined;
let groupId: string;
let groups = 0;

beforeAll(async () => {
  emulator = await startEmulator(
    await preparePythonEnvironment((line) => process.stderr.write(`${line}\n`)),
  );
  tap = await startCloudTrailTap({
    emulatorEndpoint: emulator.endpoint,
    // Those of other services are told as well: stacks-in-places shows them.
    onEvent: (event) => event.source === 'aws.ec2' && events.put(event),
  });
  client = new ec2.EC2Client(configuration());
  vpcId = (await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId;
  await events.take();
}, 300_000);

afterAll(async () => {
  await tap?.stop();
  await emulator?.stop();
});

beforeEach(async () => {
  groupId = await newGroup(client);
  await events.take();
});

afterEach(() => {
  expect(events.isEmpty).toBe(true);
});

async function newGroup(by: ec2.EC2Client): Promise<string> {
  groups += 1;
  const { GroupId } = await by.send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: `group-${groups}`,
      Description: 'A group',
      VpcId: vpcId,
    }),
  );
  return GroupId ?? '';
}

function range(port: number, CidrIp = '0.0.0.0/0'): ec2.IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] };
}

async function open(
  ...IpPermissions: ec2.IpPermission[]
): Promise<ec2.AuthorizeSecurityGroupIngressCommandOutput> {
  return client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }),
  );
}

async function ruleIds(direction: 'inbound' | 'outbound'): Promise<(string | undefined)[]> {
  const filter = { Filters: [{ Name: 'group-id', Values: [groupId] }] };
  const { SecurityGroupRules = [] } = await client.send(
    new ec2.DescribeSecurityGroupRulesCommand(filter),
  );
  return SecurityGroupRules.filter(({ IsEgress }) => IsEgress === (direction === 'outbound')).map(
    ({ SecurityGroupRuleId }) => SecurityGroupRuleId,
  );
}

const ports = z.object({ items: z.array(z.object({ fromPort: z.number() })) });
const openingRecord = z.object({
  requestParameters: z.object({ ipPermissions: ports }),
  responseElements: z.object({ securityGroupRuleSet: ports }),
});

describe('what a call did', () => {
  test('creating a group', async () => {
    const id = await newGroup(client);
    expect(await events.take()).toMatchObject({
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.ec2',
      account: '123456789012',
      region: REGION,
      detail: {
        eventName: 'CreateSecurityGroup',
        sourceIPAddress: '127.0.0.1',
        userAgent: expect.stringContaining('aws-sdk-js'),
        requestParameters: { groupName: `group-${groups}`, groupDescription: 'A group', vpcId },
        responseElements: { _return: true, groupId: id },
      },
    });
  });

  test('several permissions with every kind of peer in one call: all rules, as EC2 would keep them', async () => {
    const peerGroup = await newGroup(client);
    await events.take();
    await open(
      {
        ...range(22, '1.2.3.4/8'),
        Ipv6Ranges: [{ CidrIpv6: '2001:DB8::1/32', Description: 'six' }],
      },
      {
        IpProtocol: '-1',
        PrefixListIds: [{ PrefixListId: 'pl-1', Description: 'a list' }],
        UserIdGroupPairs: [{ GroupId: peerGroup, Description: 'a group' }],
      },
    );

    const { detail } = await events.take();
    const tcp22 = {
      isEgress: false,
      ipProtocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      groupId,
      groupOwnerId: '123456789012',
    };
    const everything = { ...tcp22, ipProtocol: '-1', fromPort: -1, toPort: -1 };
    expect(detail).toMatchObject({
      eventName: 'AuthorizeSecurityGroupIngress',
      requestParameters: {
        groupId,
        ipPermissions: {
          items: [
            { ipRanges: { items: [{ cidrIp: '1.2.3.4/8' }] }, groups: {}, prefixListIds: {} },
            { ipRanges: {} },
          ],
        },
      },
      responseElements: {
        securityGroupRuleSet: {
          items: expect.arrayContaining([
            expect.objectContaining({
              ...tcp22,
              cidrIpv4: '1.0.0.0/8',
              securityGroupRuleId: expect.stringMatching(RULE_ID),
            }),
            expect.objectContaining({ ...tcp22, cidrIpv6: '2001:db8::/32', description: 'six' }),
            expect.objectContaining({ ...everything, prefixListId: 'pl-1', description: 'a list' }),
            expect.objectContaining({
              ...everything,
              referencedGroupInfo: { groupId: peerGroup, userId: '123456789012' },
              description: 'a group',
            }),
          ]),
        },
      },
    });
    expect(detail).not.toHaveProperty('errorCode');
    const told = [...JSON.stringify(detail).matchAll(/"securityGroupRuleId":"(sgr-\w+)"/g)].map(
      ([, id]) => id,
    );
    expect(told.sort()).toEqual((await ruleIds('inbound')).sort());
  });

  test('an outbound rule tells itself only, not the rule that every group begins with', async () => {
    await client.send(
      new ec2.AuthorizeSecurityGroupEgressCommand({
        GroupId: groupId,
        IpPermissions: [range(443)],
      }),
    );
    expect((await events.take()).detail.responseElements).toMatchObject({
      securityGroupRuleSet: { items: [{ isEgress: true, fromPort: 443, cidrIpv4: '0.0.0.0/0' }] },
    });
  });

  test('a group by its name: no id in the parameters, all rules in the response', async () => {
    await client.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupName: `group-${groups}`,
        IpPermissions: [range(22)],
      }),
    );
    const { detail } = await events.take();
    expect(detail.requestParameters).toEqual({
      groupName: `group-${groups}`,
      ipPermissions: { items: [expect.anything()] },
    });
    expect(detail.responseElements).toMatchObject({
      securityGroupRuleSet: { items: [{ groupId, fromPort: 22 }] },
    });
  });

  test('revoking by rule id and by properties, flat', async () => {
    await open(range(22), range(23));
    await events.take();
    const [first = ''] = await ruleIds('inbound');

    await client.send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: groupId,
        SecurityGroupRuleIds: [first],
      }),
    );
    expect((await events.take()).detail).toMatchObject({
      eventName: 'RevokeSecurityGroupIngress',
      requestParameters: {
        groupId,
        ipPermissions: {},
        securityGroupRuleIds: { items: [{ securityGroupRuleId: first }] },
      },
      responseElements: {
        _return: true,
        revokedSecurityGroupRuleSet: {
          items: [{ securityGroupRuleId: first, fromPort: 22, cidrIpv4: '0.0.0.0/0' }],
        },
      },
    });

    await client.send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpProtocol: 'tcp',
        FromPort: 23,
        ToPort: 23,
        CidrIp: '0.0.0.0/0',
      }),
    );
    expect((await events.take()).detail).toMatchObject({
      requestParameters: {
        groupId,
        ipPermissions: {},
        ipProtocol: 'tcp',
        fromPort: 23,
        toPort: 23,
        cidrIp: '0.0.0.0/0',
      },
      responseElements: { revokedSecurityGroupRuleSet: { items: [{ fromPort: 23 }] } },
    });
    expect(await ruleIds('inbound')).toEqual([]);
  });

  test('modifying one rule, and several', async () => {
    await open(range(22), range(23));
    await events.take();
    const [first = '', second = ''] = await ruleIds('inbound');
    const rule = (index = 0) => ({
      IpProtocol: 'tcp',
      FromPort: 24 + index,
      ToPort: 24 + index,
      CidrIpv4: '10.0.0.0/8',
    });
    const modify = (...ids: string[]) =>
      client.send(
        new ec2.ModifySecurityGroupRulesCommand({
          GroupId: groupId,
          SecurityGroupRules: ids.map((SecurityGroupRuleId, index) => ({
            SecurityGroupRuleId,
            SecurityGroupRule: rule(index),
          })),
        }),
      );

    await modify(first);
    expect((await events.take()).detail).toMatchObject({
      eventName: 'ModifySecurityGroupRules',
      requestParameters: {
        ModifySecurityGroupRulesRequest: {
          GroupId: groupId,
          SecurityGroupRule: { SecurityGroupRuleId: first, tag: 1, SecurityGroupRule: rule() },
        },
      },
      responseElements: { ModifySecurityGroupRulesResponse: { return: true } },
    });

    await modify(first, second);
    expect((await events.take()).detail.requestParameters).toEqual({
      ModifySecurityGroupRulesRequest: {
        GroupId: groupId,
        SecurityGroupRule: [
          { SecurityGroupRuleId: first, tag: 1, SecurityGroupRule: rule() },
          { SecurityGroupRuleId: second, tag: 2, SecurityGroupRule: rule(1) },
        ],
      },
    });
  });

  test('describing a rule again, and deleting the group', async () => {
    await open(range(22));
    await events.take();
    await client.send(
      new ec2.UpdateSecurityGroupRuleDescriptionsIngressCommand({
        GroupId: groupId,
        IpPermissions: [
          { ...range(22), IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'harmless' }] },
        ],
      }),
    );
    expect((await events.take()).detail).toMatchObject({
      eventName: 'UpdateSecurityGroupRuleDescriptionsIngress',
      requestParameters: {
        UpdateSecurityGroupRuleDescriptionsIngressRequest: {
          IpPermissions: { IpRanges: { CidrIp: '0.0.0.0/0', Description: 'harmless', tag: 1 } },
        },
      },
    });

    await client.send(new ec2.DeleteSecurityGroupCommand({ GroupId: groupId }));
    expect((await events.take()).detail).toMatchObject({
      eventName: 'DeleteSecurityGroup',
      requestParameters: { groupId },
      responseElements: { _return: true },
    });
  });

  test('calls at the same time on one group: each tells its own rule', async () => {
    const opened = Array.from({ length: 12 }, (_, index) => 8000 + index);
    await Promise.all(opened.map((port) => open(range(port))));
    const told = await Promise.all(opened.map(() => events.take()));
    for (const { detail } of told) {
      const { requestParameters, responseElements } = openingRecord.parse(detail);
      expect(responseElements.securityGroupRuleSet.items).toEqual(
        requestParameters.ipPermissions.items,
      );
    }
    expect(await ruleIds('inbound')).toHaveLength(opened.length);
  });
});

describe('what decides about groups', () => {
  test('a new VPC: its id in the answer, its silent default group nowhere', async () => {
    const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
    const { detail } = await events.take();
    expect(detail).toMatchObject({
      eventName: 'CreateVpc',
      requestParameters: { cidrBlock: '10.1.0.0/16', instanceTenancy: 'default' },
      responseElements: {
        vpc: { vpcId: Vpc?.VpcId, cidrBlock: '10.1.0.0/16', isDefault: false, tagSet: {} },
      },
    });
    expect(JSON.stringify(detail)).not.toContain('sg-');
  });

  test('a default VPC', async () => {
    const { Subnets = [] } = await client.send(
      new ec2.DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
    );
    for (const { SubnetId } of Subnets) {
      await client.send(new ec2.DeleteSubnetCommand({ SubnetId }));
    }
    await client.send(new ec2.DeleteVpcCommand({ VpcId: Subnets[0]?.VpcId }));
    const { Vpc } = await client.send(new ec2.CreateDefaultVpcCommand({}));
    expect((await events.take()).detail).toMatchObject({
      eventName: 'CreateDefaultVpc',
      requestParameters: {},
      responseElements: { vpc: { vpcId: Vpc?.VpcId, isDefault: true } },
    });
  });

  test('tags put on a group, and taken off', async () => {
    const tags = { Resources: [groupId], Tags: [{ Key: 'watched', Value: 'yes' }] };
    await client.send(new ec2.CreateTagsCommand(tags));
    const requestParameters = {
      resourcesSet: { items: [{ resourceId: groupId }] },
      tagSet: { items: [{ key: 'watched', value: 'yes' }] },
    };
    expect((await events.take()).detail).toMatchObject({
      eventName: 'CreateTags',
      requestParameters,
      responseElements: { _return: true },
    });
    await client.send(new ec2.DeleteTagsCommand(tags));
    expect((await events.take()).detail).toMatchObject({
      eventName: 'DeleteTags',
      requestParameters,
      responseElements: { _return: true },
    });
  });

  test('a prefix list that changes, and goes back', async () => {
    const { PrefixList } = await client.send(
      new ec2.CreateManagedPrefixListCommand({
        PrefixListName: 'offices',
        AddressFamily: 'IPv4',
        MaxEntries: 5,
        Entries: [{ Cidr: '192.0.2.0/24' }],
      }),
    );
    const list = { PrefixListId: PrefixList?.PrefixListId, CurrentVersion: 1 };
    await client.send(
      new ec2.ModifyManagedPrefixListCommand({ ...list, AddEntries: [{ Cidr: '0.0.0.0/0' }] }),
    );
    expect((await events.take()).detail).toMatchObject({
      eventName: 'ModifyManagedPrefixList',
      requestParameters: {
        ModifyManagedPrefixListRequest: { ...list, AddEntry: { Cidr: '0.0.0.0/0', tag: 1 } },
      },
      responseElements: {
        ModifyManagedPrefixListResponse: {
          prefixList: { prefixListId: list.PrefixListId, prefixListName: 'offices', version: 2 },
        },
      },
    });
    await client.send(
      new ec2.RestoreManagedPrefixListVersionCommand({
        ...list,
        CurrentVersion: 2,
        PreviousVersion: 1,
      }),
    );
    expect((await events.take()).detail).toMatchObject({
      eventName: 'RestoreManagedPrefixListVersion',
      requestParameters: {
        RestoreManagedPrefixListVersionRequest: { ...list, CurrentVersion: 2, PreviousVersion: 1 },
      },
      responseElements: { RestoreManagedPrefixListVersionResponse: { prefixList: { version: 3 } } },
    });
  });
});

describe('calls that fail', () => {
  test('a duplicate', async () => {
    await open(range(22));
    await events.take();
    await expect(open(range(22))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidPermission.Duplicate' }),
    );
    expect((await events.take()).detail).toMatchObject({
      errorCode: 'Client.InvalidPermission.Duplicate',
      errorMessage: expect.stringMatching(/\w/),
      requestParameters: { groupId, ipPermissions: { items: [{ fromPort: 22 }] } },
      responseElements: null,
    });
  });

  test('a dry run', async () => {
    await expect(
      client.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId: groupId,
          IpPermissions: [range(22)],
          DryRun: true,
        }),
      ),
    ).rejects.toThrow(expect.objectContaining({ name: 'DryRunOperation' }));
    expect((await events.take()).detail).toMatchObject({
      errorCode: 'Client.DryRunOperation',
      errorMessage: expect.stringContaining('would have succeeded'),
      requestParameters: { groupId },
      responseElements: null,
    });
    expect(await ruleIds('inbound')).toEqual([]);
  });

  test('a group whose id cannot be', async () => {
    await expect(
      client.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId: 'nonsense',
          IpPermissions: [range(22)],
        }),
      ),
    ).rejects.toThrow();
    expect((await events.take()).detail).toMatchObject({
      errorCode: 'Client.InvalidGroup.NotFound',
      requestParameters: { groupId: 'nonsense' },
    });
  });

  test('a fault that was asked for never reaches the emulator, and is recorded', async () => {
    tap.failNext({
      service: 'ec2',
      action: 'AuthorizeSecurityGroupIngress',
      errorCode: 'RequestLimitExceeded',
      times: 1,
    });
    const impatient = new ec2.EC2Client({ ...configuration(), maxAttempts: 1 });
    const call = new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId: groupId,
      IpPermissions: [range(22)],
    });
    await expect(impatient.send(call)).rejects.toThrow(
      expect.objectContaining({ name: 'RequestLimitExceeded' }),
    );
    expect((await events.take()).detail).toMatchObject({
      errorCode: 'Client.RequestLimitExceeded',
      responseElements: null,
    });
    expect(await ruleIds('inbound')).toEqual([]);

    await impatient.send(call);
    expect((await events.take()).detail).not.toHaveProperty('errorCode');
    impatient.destroy();
  });

  test('a failure of the service itself is recorded as its own', async () => {
    tap.failNext({
      service: 'ec2',
      action: 'RevokeSecurityGroupIngress',
      errorCode: 'InternalError',
      times: 1,
    });
    const impatient = new ec2.EC2Client({ ...configuration(), maxAttempts: 1 });
    await expect(
      impatient.send(
        new ec2.RevokeSecurityGroupIngressCommand({
          GroupId: groupId,
          SecurityGroupRuleIds: ['sgr-1'],
        }),
      ),
    ).rejects.toThrow(
      expect.objectContaining({
        name: 'InternalError',
        $metadata: expect.objectContaining({ httpStatusCode: 500 }),
      }),
    );
    expect((await events.take()).detail).toMatchObject({
      errorCode: 'Server.InternalError',
      responseElements: null,
    });
    impatient.destroy();
  });

  test('faults in the shapes of other services', async () => {
    const topics = new sns.SNSClient({ ...configuration(), maxAttempts: 1 });
    tap.failNext({
      service: 'sns',
      action: 'ListTopics',
      errorCode: 'AuthorizationError',
      times: 1,
    });
    await expect(topics.send(new sns.ListTopicsCommand({}))).rejects.toThrow(
      expect.objectContaining({ name: 'AuthorizationErrorException' }),
    );
    const queues = new sqs.SQSClient({ ...configuration(), maxAttempts: 1 });
    tap.failNext({
      service: 'sqs',
      action: 'ListQueues',
      errorCode: 'ThrottlingException',
      times: 1,
    });
    await expect(queues.send(new sqs.ListQueuesCommand({}))).rejects.toThrow(
      expect.objectContaining({
        name: 'ThrottlingException',
        $metadata: expect.objectContaining({ httpStatusCode: 503 }),
      }),
    );
    await queues.send(new sqs.ListQueuesCommand({}));
  });
});

describe('who called', () => {
  let people: iam.IAMClient;

  beforeAll(() => {
    people = new iam.IAMClient(configuration());
  });

  test('a user with a path', async () => {
    const { User } = await people.send(
      new iam.CreateUserCommand({ UserName: 'alice', Path: '/people/' }),
    );
    const { AccessKey } = await people.send(new iam.CreateAccessKeyCommand({ UserName: 'alice' }));
    const accessKeyId = AccessKey?.AccessKeyId ?? '';
    const alice = new ec2.EC2Client(
      configuration({ accessKeyId, secretAccessKey: AccessKey?.SecretAccessKey ?? '' }),
    );
    await newGroup(alice);
    expect((await events.take()).detail.userIdentity).toEqual({
      type: 'IAMUser',
      principalId: User?.UserId,
      arn: 'arn:aws:iam::123456789012:user/people/alice',
      accountId: '123456789012',
      accessKeyId,
      userName: 'alice',
    });
    alice.destroy();
  });

  test("a role's session: the role's ARN has its path", async () => {
    const RoleName = 'Deployer';
    const { Role } = await people.send(
      new iam.CreateRoleCommand({ RoleName, Path: '/ci/', AssumeRolePolicyDocument: '{}' }),
    );
    const { Credentials } = await new sts.STSClient(configuration()).send(
      new sts.AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'build-7' }),
    );
    const accessKeyId = Credentials?.AccessKeyId ?? '';
    const session = new ec2.EC2Client(
      configuration({ accessKeyId, secretAccessKey: Credentials?.SecretAccessKey ?? '' }),
    );
    await newGroup(session);
    expect((await events.take()).detail.userIdentity).toEqual({
      type: 'AssumedRole',
      principalId: `${Role?.RoleId}:build-7`,
      arn: 'arn:aws:sts::123456789012:assumed-role/Deployer/build-7',
      accountId: '123456789012',
      accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: Role?.RoleId,
          arn: 'arn:aws:iam::123456789012:role/ci/Deployer',
          accountId: '123456789012',
          userName: RoleName,
        },
        attributes: {
          creationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          mfaAuthenticated: 'false',
        },
      },
    });
    session.destroy();
  });
});

describe('all other traffic', () => {
  test('passes unchanged, some megabytes too', async () => {
    const store = new s3.S3Client({ ...configuration(), forcePathStyle: true });
    const Body = randomBytes(5_000_000);
    await store.send(new s3.CreateBucketCommand({ Bucket: 'assets' }));
    await store.send(new s3.PutObjectCommand({ Bucket: 'assets', Key: 'bundle.zip', Body }));
    const { Body: stored } = await store.send(
      new s3.GetObjectCommand({ Bucket: 'assets', Key: 'bundle.zip' }),
    );
    if (!stored) throw new Error('Nothing stored');
    expect(Body.equals(await buffer(stored.transformToWebStream()))).toBe(true);
    store.destroy();
  });

  test('keeps coming through the tap: URLs that the emulator makes lead to it', async () => {
    const { QueueUrl } = await new sqs.SQSClient(configuration()).send(
      new sqs.CreateQueueCommand({ QueueName: 'queue' }),
    );
    expect(new URL(QueueUrl ?? '').host).toBe(new URL(tap.endpoint).host);
  });
});

describe('a tap of its own', () => {
  test('tells call by call, without its own', async () => {
    const calls = new Inbox<ApiCall>();
    const other = await startCloudTrailTap({
      emulatorEndpoint: emulator.endpoint,
      onEvent: () => {},
      onCall: (call) => calls.put(call),
    });
    const its = { ...configuration(), endpoint: other.endpoint };
    const callerArn = 'arn:aws:iam::123456789012:user/moto';

    await new ec2.EC2Client(its).send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [range(22)],
      }),
    );
    expect(await calls.take()).toEqual({
      service: 'ec2',
      action: 'AuthorizeSecurityGroupIngress',
      status: 200,
      callerArn,
      at: expect.any(Number),
      durationMs: expect.any(Number),
      parameters: expect.objectContaining({ GroupId: groupId, 'IpPermissions.1.FromPort': '22' }),
    });
    await new sqs.SQSClient(its).send(new sqs.ListQueuesCommand({ QueueNamePrefix: 'none' }));
    expect(await calls.take()).toMatchObject({
      service: 'sqs',
      action: 'ListQueues',
      status: 200,
      callerArn,
      parameters: {},
      json: { QueueNamePrefix: 'none' },
    });

    await other.stop();
    expect(calls.isEmpty).toBe(true);
  });

  test('stops while someone waits for an answer', async () => {
    let asked = () => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const silent = createServer(() => asked()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const other = await startCloudTrailTap({
      emulatorEndpoint: `http://localhost:${z.object({ port: z.number() }).parse(silent.address()).port}`,
      onEvent: () => {},
    });
    const poll = expect(fetch(other.endpoint)).rejects.toThrow();
    await waiting;
    await other.stop();
    await poll;
    silent.close();
    silent.closeAllConnections();
  });

  test('what goes wrong in the tap shows on stderr, and the call goes through', async () => {
    const complaints = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    let told = () => {};
    const failing = new Promise<void>((resolve) => {
      told = resolve;
    });
    const other = await startCloudTrailTap({
      emulatorEndpoint: emulator.endpoint,
      onEvent: () => {
        told();
        throw new Error('the listener fell over');
      },
    });
    const { GroupId } = await new ec2.EC2Client({
      ...configuration(),
      endpoint: other.endpoint,
    }).send(new ec2.CreateSecurityGroupCommand({ GroupName: 'stderr', Description: 'A group' }));
    await failing;
    await other.stop();
    expect(GroupId).toMatch(/^sg-/);
    expect(complaints).toHaveBeenCalledWith(
      expect.stringMatching(/CreateSecurityGroup: Error: the listener fell over/),
    );
    complaints.mockRestore();
  });

  test('an emulator that is gone is a bad gateway', async () => {
    const complaints = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const other = await startCloudTrailTap({
      emulatorEndpoint: 'http://localhost:1',
      onEvent: () => {},
    });
    expect((await fetch(other.endpoint)).status).toBe(502);
    await other.stop();
    expect(complaints).toHaveBeenCalledWith(expect.stringMatching(/GET \/: .*ECONNREFUSED/));
    complaints.mockRestore();
  });
});
