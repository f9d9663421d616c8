import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  ModifySecurityGroupRulesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import type { CloudTrailEvent } from '../../../sandbox/cloudtrail/tap';
import { REGION } from '../../../sandbox/emulator/emulator-access';
import { type AwsCredentials, LocalAws } from '../../../sandbox/local-aws';

/**
 * The event history is a hand-written stand-in: it is made after AWS's documentation
 * (sandbox/cloudtrail/event-history.ts).
 */

const START = new Date('2030-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;

const events: CloudTrailEvent[] = [];
let aws: LocalAws;
let visitor: AwsCredentials;
let ec2: EC2Client;
let history: CloudTrailClient;
let groupId: string;
let groups = 0;

beforeAll(async () => {
  aws = await LocalAws.start({ log: console.log, onEvent: (event) => events.push(event) });
  visitor = await aws.createUser('visitor');
  ec2 = new EC2Client(access());
  history = new CloudTrailClient({ ...access(), maxAttempts: 1 });
});
afterAll(async () => {
  ec2.destroy();
  history.destroy();
  await aws.stop();
});
beforeEach(async () => {
  groupId = await newGroup();
});

function access(credentials = visitor, region = REGION) {
  return { endpoint: aws.endpoint, region, credentials };
}

async function newGroup(client = ec2): Promise<string> {
  groups += 1;
  const { GroupId = '' } = await client.send(
    new CreateSecurityGroupCommand({ GroupName: `group-${groups}`, Description: 'A group' }),
  );
  return GroupId;
}

async function open(
  port: number,
  client = ec2,
  group: { GroupId?: string; GroupName?: string } = { GroupId: groupId },
) {
  return client.send(
    new AuthorizeSecurityGroupIngressCommand({
      ...group,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      ],
    }),
  );
}

async function lookUp(input: LookupEventsCommandInput = {}): Promise<Event[]> {
  return (await history.send(new LookupEventsCommand(input))).Events ?? [];
}

async function by(
  AttributeKey: 'EventId' | 'EventName' | 'ResourceName' | 'Username',
  AttributeValue: string,
): Promise<(string | undefined)[]> {
  return (await lookUp({ LookupAttributes: [{ AttributeKey, AttributeValue }] })).map(
    ({ EventName }) => EventName,
  );
}

test('an event is shown with the record that EventBridge got', async () => {
  await open(22);
  const [event] = await lookUp({
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: groupId }],
  });
  const sent = events.at(-1);
  expect(event).toEqual({
    EventId: sent?.detail.eventID,
    EventName: 'AuthorizeSecurityGroupIngress',
    EventSource: 'ec2.amazonaws.com',
    EventTime: new Date(z.string().parse(sent?.detail.eventTime)),
    ReadOnly: 'false',
    AccessKeyId: visitor.accessKeyId,
    Username: 'visitor',
    Resources: [{ ResourceType: 'AWS::EC2::SecurityGroup', ResourceName: groupId }],
    CloudTrailEvent: JSON.stringify(sent?.detail),
  });
});

test('by group, event id, name and user; the newest first', async () => {
  const { SecurityGroupRules } = await open(22);
  await ec2.send(
    new ModifySecurityGroupRulesCommand({
      GroupId: groupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: SecurityGroupRules?.[0]?.SecurityGroupRuleId,
          SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 23, ToPort: 23, CidrIpv4: '0.0.0.0/0' },
        },
      ],
    }),
  );
  await ec2.send(new CreateTagsCommand({ Resources: [groupId], Tags: [{ Key: 'a', Value: 'b' }] }));
  const all = [
    'CreateTags',
    'ModifySecurityGroupRules',
    'AuthorizeSecurityGroupIngress',
    'CreateSecurityGroup',
  ];
  expect(await by('ResourceName', groupId)).toEqual(all);
  expect(await by('ResourceName', SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '')).toEqual([]);
  expect(await by('EventId', String(events.at(-1)?.detail.eventID))).toEqual(['CreateTags']);
  expect(await by('EventName', 'CreateTags')).toEqual(['CreateTags']);
  expect(await by('Username', 'someone')).toEqual([]);
  expect((await by('Username', 'visitor')).slice(0, all.length)).toEqual(all);
});

test('a session goes by its name, and a group that a call names by name is not found by its id', async () => {
  const { Role } = await new IAMClient(access()).send(
    new CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument: '{}' }),
  );
  const session = await aws.assumeRole(Role?.Arn ?? '', 'pipeline');
  const deployer = new EC2Client(access(session));
  await open(80, deployer, { GroupName: `group-${groups}` });
  deployer.destroy();
  expect(await by('ResourceName', groupId)).toEqual(['CreateSecurityGroup']);
  expect(await by('ResourceName', `group-${groups}`)).toEqual(['AuthorizeSecurityGroupIngress']);
  expect(await by('Username', 'pipeline')).toEqual(['AuthorizeSecurityGroupIngress']);
});

test('failed calls are there, reading ones are not', async () => {
  await open(22);
  await expect(open(22)).rejects.toThrow();
  await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }));
  const found = await lookUp({
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: groupId }],
  });
  expect(
    found.map(
      ({ CloudTrailEvent = '' }) =>
        z.object({ errorCode: z.optional(z.string()) }).parse(JSON.parse(CloudTrailEvent))
          .errorCode,
    ),
  ).toEqual(['Client.InvalidPermission.Duplicate', undefined, undefined]);
});

test('each Region has its own', async () => {
  const elsewhere = new EC2Client(access(visitor, 'eu-west-1'));
  const other = await newGroup(elsewhere);
  elsewhere.destroy();
  expect(await by('ResourceName', other)).toEqual([]);
});

test('in pages, which do not shift when events come in between', async () => {
  for (const port of [1, 2, 3, 4]) await open(port);
  const found: (string | undefined)[] = [];
  const pages = paginateLookupEvents(
    { client: history, pageSize: 2 },
    { LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: groupId }] },
  );
  for await (const { Events = [] } of pages) {
    found.push(...Events.map(({ EventId }) => EventId));
    await open(100 + found.length);
  }
  expect(found).toHaveLength(5);
  expect(new Set(found).size).toBe(5);
});

test('what AWS refuses is refused', async () => {
  await expect(lookUp({ MaxResults: 51 })).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidMaxResultsException' }),
  );
  await expect(lookUp({ NextToken: 'nonsense' })).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidNextTokenException' }),
  );
  await expect(lookUp({ StartTime: new Date(2), EndTime: new Date(1) })).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidTimeRangeException' }),
  );
  const two = [
    { AttributeKey: 'EventName', AttributeValue: 'a' } as const,
    { AttributeKey: 'EventId', AttributeValue: 'b' } as const,
  ];
  await expect(lookUp({ LookupAttributes: two })).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidLookupAttributesException' }),
  );
});

test('an event that EventBridge never got is there', async () => {
  aws.loseNext('AuthorizeSecurityGroupIngress');
  await open(22);
  expect(await by('ResourceName', groupId)).toEqual([
    'AuthorizeSecurityGroupIngress',
    'CreateSecurityGroup',
  ]);
});

test('it can lag', async () => {
  aws.holdHistory();
  await open(22);
  expect(await by('ResourceName', groupId)).toEqual(['CreateSecurityGroup']);
  aws.releaseHistory();
  expect(await by('ResourceName', groupId)).toEqual([
    'AuthorizeSecurityGroupIngress',
    'CreateSecurityGroup',
  ]);
});

test('it can be throttled', async () => {
  aws.failNext({
    service: 'cloudtrail',
    action: 'LookupEvents',
    errorCode: 'ThrottlingException',
    status: 400,
    times: 1,
  });
  await expect(lookUp()).rejects.toThrow(expect.objectContaining({ name: 'ThrottlingException' }));
  await expect(lookUp()).resolves.toContainEqual(
    expect.objectContaining({ EventName: 'CreateSecurityGroup' }),
  );
});

test('the AWS CLI can ask as well', async () => {
  const { stdout, stderr } = await aws.cli(
    [
      'cloudtrail',
      'lookup-events',
      '--max-results',
      '1',
      '--query',
      'Events[].EventName',
      '--output',
      'text',
    ],
    visitor,
  );
  expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: 'CreateSecurityGroup', stderr: '' });
});

test("by time, on the sandbox's clock", async () => {
  await aws.setClock(START);
  await open(22);
  await aws.setClock(new Date(START.getTime() + 2 * HOUR_MS));
  await open(23);
  const from = (StartTime: Date, EndTime?: Date) => lookUp({ StartTime, EndTime });
  expect(await from(START)).toHaveLength(2);
  expect(await from(new Date(START.getTime() + HOUR_MS))).toHaveLength(1);
  expect(await from(START, new Date(START.getTime() + HOUR_MS))).toHaveLength(1);
});
