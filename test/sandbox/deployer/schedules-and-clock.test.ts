import { EventEmitter, once } from 'node:events';
import { CreateSecurityGroupCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetCredentialReportCommand,
  IAMClient,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { REGION } from '../../../sandbox/emulator/emulator-access';
import { type AwsCredentials, type DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import type { InvocationReport } from '../../../sandbox/runner/deployed-function';
import { synthesizeScheduledApp } from '../../support/apps/scheduled-app';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What may go by between setting the clock and looking at it. */
const SLACK_MS = 5000;
const LONG_AGO = new Date('2021-03-04T05:06:07Z');

const Answer = z.object({
  event: z.unknown(),
  pid: z.number(),
  loadedAt: z.number(),
  now: z.number(),
  date: z.string(),
  text: z.string(),
  fixed: z.string(),
  isDate: z.boolean(),
  remaining: z.number(),
});

const OPEN_TO_ACCOUNT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }],
});

const news = new EventEmitter();
const invocations: InvocationReport[] = [];
const lines: string[] = [];
let aws: LocalAws;
let stack: DeployedStack;
let admin: AwsCredentials;

beforeAll(async () => {
  aws = await LocalAws.start({
    log: console.log,
    onEvent: (event) => news.emit('event', event),
    onCall: ({ action }) => news.emit(action),
    onInvocation: (invocation) => invocations.push(invocation),
    onFunctionLog: (_, line) => lines.push(line),
  });
  stack = await aws.deploy(synthesizeScheduledApp());
  admin = await aws.createUser('admin');
});
afterAll(async () => aws.stop());
beforeEach(() => {
  invocations.length = 0;
  lines.length = 0;
});

function access(credentials = admin, region = REGION) {
  return { endpoint: aws.endpoint, region, credentials };
}

function expectAt(found: Date | number | string | undefined, expected: Date): void {
  const late = new Date(found ?? NaN).getTime() - expected.getTime();
  expect(late).toBeGreaterThanOrEqual(-1000);
  expect(late).toBeLessThan(SLACK_MS);
}

async function fireClock(rule: string) {
  const { result, ...report } = await aws.fire(stack, rule);
  return { report, answer: Answer.parse(result) };
}

async function messagesIn(queue: string) {
  const sqs = new SQSClient(access());
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MessageAttributeNames: ['All'],
      MaxNumberOfMessages: 10,
    }),
  );
  return Messages;
}

test("until it is set, the clock is the machine's", async () => {
  expectAt(aws.now(), new Date());
  const { answer } = await fireClock('Daily');
  expectAt(answer.now, new Date());
});

test('a schedule runs its function with the event that EventBridge sends', async () => {
  const { report, answer } = await fireClock('Daily');
  expect(report).toEqual({
    functionName: 'clock',
    requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    startedAt: expect.any(Number),
    endedAt: expect.any(Number),
    succeeded: true,
  });
  expect(invocations).toEqual([report]);
  expect(answer.event).toEqual({
    version: '0',
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: [
      expect.stringMatching(/^arn:aws:events:us-east-1:123456789012:rule\/Scheduled-Daily/),
    ],
    detail: {},
  });
});

test('a target with an input of its own gets that', async () => {
  expect((await fireClock('Weekly')).answer.event).toEqual({ kind: 'weekly', of: 'clock' });
});

test('tries again as often as configured, and tells the failure destination', async () => {
  await expect(aws.fire(stack, 'Once')).resolves.toMatchObject({
    succeeded: false,
    error: expect.stringContaining('told to fail'),
  });
  expect(invocations).toHaveLength(2);
  expect(new Set(lines).size).toBe(1);
  const [failure, ...others] = await messagesIn('failures');
  expect(others).toEqual([]);
  expect(JSON.parse(failure?.Body ?? '')).toMatchObject({
    requestContext: {
      requestId: lines[0],
      condition: 'RetriesExhausted',
      approximateInvokeCount: 2,
    },
    requestPayload: { source: 'aws.events' },
    responsePayload: { errorMessage: expect.stringContaining('told to fail') },
  });
});

test('tries three times by default, and sends the event to the dead-letter queue', async () => {
  await expect(aws.fire(stack, 'Thrice')).resolves.toMatchObject({ succeeded: false });
  expect(invocations).toHaveLength(3);
  const [letter] = await messagesIn('letters');
  expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ source: 'aws.events' });
  expect(letter?.MessageAttributes).toMatchObject({ RequestID: { StringValue: lines[0] } });
});

test('what cannot fire is refused by name', async () => {
  await expect(aws.fire(stack, 'Off')).rejects.toThrow(/rule Off\w+ is disabled/);
  await expect(aws.fire(stack, 'Moon')).rejects.toThrow(
    /no schedule for functions and queues under Moon. There are: Daily\w+ \(calls clock\), Weekly/,
  );
  await expect(aws.fire(stack, '')).rejects.toThrow('several schedules');
});

test('a global table is a table of its Region', async () => {
  const name = stack.outputs.get('TableName') ?? '';
  const described = await fetch(aws.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.DescribeTable',
      authorization: `AWS4-HMAC-SHA256 Credential=${admin.accessKeyId}/20260101/${REGION}/dynamodb/aws4_request`,
    },
    body: JSON.stringify({ TableName: name }),
  });
  expect(await described.json()).toMatchObject({
    Table: {
      TableArn: stack.outputs.get('TableArn'),
      TableStatus: 'ACTIVE',
      DeletionProtectionEnabled: true,
    },
  });
  expect(
    stack.gaps
      .filter(({ type }) => type === 'AWS::DynamoDB::GlobalTable')
      .map(({ aspect }) => aspect),
  ).toEqual(['replicas', 'time to live', 'encryption', 'point-in-time recovery']);
});

describe('on a moving clock', () => {
  beforeAll(async () => aws.setClock(LONG_AGO));

  test('a warm function follows', async () => {
    const { answer: first } = await fireClock('Daily');
    expectAt(first.now, LONG_AGO);
    expectAt(first.date, LONG_AGO);
    expectAt(first.text, LONG_AGO);
    expect(first).toMatchObject({ fixed: '2020-01-02T03:04:05.000Z', isDate: true });
    expect(first.remaining).toBeGreaterThan(0);
    expect(first.remaining).toBeLessThanOrEqual(3000);
    expectAt(z.object({ time: z.string() }).parse(first.event).time, LONG_AGO);

    const later = new Date(LONG_AGO.getTime() + 90 * DAY_MS);
    await aws.setClock(later);
    const { answer: second } = await fireClock('Daily');
    expectAt(second.now, later);
    expect(second.pid).toBe(first.pid);
  });

  test('set many times at once, all go by what was set last', async () => {
    const last = new Date(LONG_AGO.getTime() + 120 * DAY_MS);
    const times = Array.from(
      { length: 20 },
      (_, day) => new Date(LONG_AGO.getTime() + day * DAY_MS),
    );
    await Promise.all([...times, last].map(async (time) => aws.setClock(time)));
    expectAt(aws.now(), last);
    const iam = new IAMClient(access());
    const { User } = await iam.send(new CreateUserCommand({ UserName: 'at-once' }));
    expectAt(User?.CreateDate, last);
    iam.destroy();
  });

  test('a function can have a clock that is apart from it, until it has it no more', async () => {
    const { report } = await fireClock('Daily');
    for (const apart of [4 * MINUTE_MS, -4 * MINUTE_MS, 0]) {
      aws.setClockApart(report.functionName ?? '', apart);
      const expected = new Date(aws.now().getTime() + apart);
      const { answer } = await fireClock('Daily');
      expectAt(answer.now, expected);
      expect(answer.remaining).toBeGreaterThan(0);
      expect(answer.remaining).toBeLessThanOrEqual(3000);
    }
  });

  test('a function that is cooled down starts cold', async () => {
    const { answer: warm } = await fireClock('Daily');
    await aws.coolDown();
    const { answer: cold } = await fireClock('Daily');
    expect(cold.pid).not.toBe(warm.pid);
  });

  test('a cold one loads at that time', async () => {
    await stack.retire();
    stack = await aws.deploy(synthesizeScheduledApp('Again'));
    const now = new Date('2022-01-01T00:00:00Z');
    await aws.setClock(now);
    const { answer } = await fireClock('Daily');
    expectAt(answer.loadedAt, now);
  });

  test("IAM's and STS's dates go by it", async () => {
    const now = new Date('2023-01-01T00:00:00Z');
    await aws.setClock(now);
    const iam = new IAMClient(access());
    const { User } = await iam.send(new CreateUserCommand({ UserName: 'old' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'old' }));
    expectAt(User?.CreateDate, now);
    expectAt(AccessKey?.CreateDate, now);
    const { Role: { Arn: RoleArn = '' } = {} } = await iam.send(
      new CreateRoleCommand({ RoleName: 'any', AssumeRolePolicyDocument: OPEN_TO_ACCOUNT }),
    );
    const { Credentials } = await new STSClient(access()).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' }),
    );
    expectAt(Credentials?.Expiration, new Date(now.getTime() + HOUR_MS));
  });

  test("a key's use and the credential report go by it", async () => {
    const iam = new IAMClient(access());
    const {
      AccessKey: { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = {},
    } = await iam.send(new CreateAccessKeyCommand({ UserName: 'old' }));
    const used = new Date('2023-06-01T00:00:00Z');
    await aws.setClock(used);
    // The sandbox asks with the same key who it is, after the call was answered.
    const known = once(news, 'GetCallerIdentity');
    await new STSClient(access({ accessKeyId, secretAccessKey }, 'eu-west-1')).send(
      new GetCallerIdentityCommand({}),
    );
    await known;
    const changed = new Date('2023-07-01T00:00:00Z');
    await aws.setClock(changed);
    await iam.send(
      new UpdateAccessKeyCommand({ UserName: 'old', AccessKeyId: accessKeyId, Status: 'Inactive' }),
    );

    const { AccessKeyLastUsed } = await iam.send(
      new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }),
    );
    expect(AccessKeyLastUsed).toMatchObject({ ServiceName: 'sts', Region: 'eu-west-1' });
    expectAt(AccessKeyLastUsed?.LastUsedDate, used);

    const states = [
      await iam.send(new GenerateCredentialReportCommand({})),
      await iam.send(new GenerateCredentialReportCommand({})),
    ];
    expect(states.map(({ State }) => State)).toEqual(['STARTED', 'COMPLETE']);
    const report = async () => {
      const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand({}));
      const columns =
        Buffer.from(Content ?? [])
          .toString('utf8')
          .split('\n')
          .find((line) => line.startsWith('old,'))
          ?.split(',') ?? [];
      return {
        generatedAt: GeneratedTime,
        createdAt: columns[2],
        secondKey: columns.slice(13, 18),
      };
    };
    const made = await report();
    expectAt(made.generatedAt, changed);
    expectAt(made.createdAt, new Date('2023-01-01T00:00:00Z'));
    const [isActive, rotatedAt, usedAt, ...use] = made.secondKey;
    expect([isActive, ...use]).toEqual(['false', 'eu-west-1', 'sts']);
    expectAt(rotatedAt, changed);
    expectAt(usedAt, used);

    // For four hours there is no other.
    await iam.send(
      new UpdateAccessKeyCommand({ UserName: 'old', AccessKeyId: accessKeyId, Status: 'Active' }),
    );
    await iam.send(new GenerateCredentialReportCommand({}));
    await expect(report()).resolves.toEqual(made);
    await aws.setClock(new Date(changed.getTime() + 5 * HOUR_MS));
    await iam.send(new GenerateCredentialReportCommand({}));
    expect((await report()).secondKey[0]).toBe('true');
  });

  test("CloudTrail's events have its time", async () => {
    const now = new Date('2023-12-01T00:00:00Z');
    await aws.setClock(now);
    const told = once(news, 'event');
    await new EC2Client(access()).send(
      new CreateSecurityGroupCommand({ GroupName: 'group', Description: 'A group' }),
    );
    const [event] = await told;
    expectAt(
      z.object({ detail: z.object({ eventTime: z.string() }) }).parse(event).detail.eventTime,
      now,
    );
  });

  test('messages arrive when the clock was set back', async () => {
    await aws.setClock(new Date('2020-01-01T00:00:00Z'));
    const sns = new SNSClient(access());
    await sns.send(new PublishCommand({ TopicArn: stack.topicArns[0], Message: 'hello' }));
    await aws.inbox.waitFor(({ message }) => message === 'hello', SLACK_MS);
    await aws.settled();
  });

  test('queues go on: what was taken comes back when the clock is past its timeout', async () => {
    const sqs = new SQSClient(access());
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'failures' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    await expect(messagesIn('failures')).resolves.toHaveLength(1);
    await expect(messagesIn('failures')).resolves.toHaveLength(0);
    await aws.setClock(new Date(aws.now().getTime() + HOUR_MS));
    await expect(messagesIn('failures')).resolves.toHaveLength(1);
  });
});
