import { once, EventEmitter } from 'node:events';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { readAssembly } from '../../../sandbox/deployer/assembly';
import { deployStack, type StackDeployment } from '../../../sandbox/deployer/deploy-stack';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { Inbox } from '../../../sandbox/inbox';
import type { InvocationReport } from '../../../sandbox/runner/deployed-function';
import { Runner } from '../../../sandbox/runner/runner';
import { MAX_RECEIVE_COUNT, synthesizeTinyApp } from '../../support/apps/tiny-app';

const Record = z.looseObject({
  messageId: z.string(),
  body: z.string(),
  attributes: z.record(z.string(), z.string()),
});
const Printed = z.object({
  invocations: z.number(),
  pid: z.number(),
  event: z.object({ Records: z.array(Record) }),
  environment: z.record(z.string(), z.string()),
  context: z.looseObject({
    functionName: z.string(),
    awsRequestId: z.string(),
    invokedFunctionArn: z.string(),
  }),
  remaining: z.number(),
});
type Printed = z.infer<typeof Printed>;

let emulator: Emulator;
let stack: StackDeployment;
let runner: Runner;
let inbox: Inbox;
let printed: Printed[];
let invocations: InvocationReport[];
const news = new EventEmitter();

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
  stack = await deployStack({
    endpoint: emulator.endpoint,
    assembly: readAssembly(synthesizeTinyApp()),
  });
  runner = new Runner(
    { emulator: emulator.endpoint, functions: emulator.endpoint },
    {
      onLog: (_, line) => {
        printed.push(Printed.parse(JSON.parse(line)));
        news.emit('news');
      },
      onInvocation: (invocation) => {
        invocations.push(invocation);
        news.emit('news');
      },
    },
  );
  await runner.add(stack);
  inbox = await Inbox.open(emulator.endpoint);
  await inbox.subscribeTo(stack.topicArns);
});

beforeEach(() => {
  printed = [];
  invocations = [];
});

afterAll(async () => {
  await runner.stopFunctions();
  runner.stop();
  await inbox.close();
  await emulator.stop();
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await once(news, 'news');
}

async function deliver(detail: object): Promise<void> {
  await runner.deliver({
    source: 'aws.ec2',
    'detail-type': 'AWS API Call via CloudTrail',
    time: '2026-01-02T03:04:05Z',
    detail,
  });
}

/** The orders of an invocation's messages. */
function ordersOf({ event }: Printed): unknown[] {
  return event.Records.map(
    ({ body }) =>
      z.object({ detail: z.object({ order: z.string() }) }).parse(JSON.parse(body)).detail.order,
  );
}

test("an event that the deployed pattern matches reaches the function in EventBridge's and Lambda's shape, and is deleted", async () => {
  await deliver({ order: 'succeed', requestParameters: { groupId: 'sg-1' } });
  await until(() => invocations.length === 1);

  expect(invocations).toEqual([expect.objectContaining({ functionName: 'tiny', succeeded: true })]);
  expect(printed[0]?.event.Records).toEqual([
    {
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: expect.any(String),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {},
      md5OfBody: expect.any(String),
      eventSource: 'aws:sqs',
      eventSourceARN: expect.stringContaining(':Tiny-Queue'),
      awsRegion: 'us-east-1',
    },
  ]);
  expect(JSON.parse(printed[0]?.event.Records[0]?.body ?? '')).toEqual({
    version: '0',
    id: expect.any(String),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account: '123456789012',
    time: '2026-01-02T03:04:05Z',
    region: 'us-east-1',
    resources: [],
    detail: { order: 'succeed', requestParameters: { groupId: 'sg-1' } },
  });
  await runner.drained();
});

test('the deployed pattern keeps others away', async () => {
  await deliver({ order: 'other group', requestParameters: { groupId: 'sg-2' } });
  await deliver({
    order: 'refused call',
    errorCode: 'Client.UnauthorizedOperation',
    requestParameters: { groupId: 'sg-1' },
  });
  await deliver({ order: 'no group', requestParameters: null });
  await until(() => invocations.length > 0);
  expect(printed.flatMap(ordersOf)).toEqual(['no group']);
});

test("the function runs with its deployed settings, its role's credentials and nothing else", async () => {
  await deliver({ order: 'succeed' });
  await until(() => invocations.length === 1);
  const [first] = printed;
  if (!first) throw new Error('The function printed nothing');
  const { environment, context, remaining } = first;

  expect(environment).toMatchObject({
    TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:topic',
    AWS_ENDPOINT_URL: emulator.endpoint,
    AWS_LAMBDA_FUNCTION_NAME: 'tiny',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_REGION: 'us-east-1',
    _HANDLER: 'index.handler',
    _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24};Parent=/),
  });
  const others = Object.keys(environment).filter(
    (name) =>
      !/^(AWS_|LAMBDA_TASK_ROOT$|_HANDLER$|_X_AMZN_TRACE_ID$|PATH$|TZ$|TOPIC_ARN$)/.test(name),
  );
  expect(others).toEqual([]);
  expect(context).toMatchObject({
    functionName: 'tiny',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:tiny',
  });
  expect(remaining).toBeGreaterThan(500);
  expect(remaining).toBeLessThanOrEqual(1000);

  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  const sts = new STSClient({
    ...emulatorAccess(emulator.endpoint),
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  expect(Arn).toMatch(/^arn:aws:sts::123456789012:assumed-role\/Tiny-FunctionServiceRole.*\/tiny$/);
});

test('one warm process serves invocation after invocation', async () => {
  for (const count of [1, 2, 3]) {
    await deliver({ order: 'succeed' });
    await until(() => invocations.length === count);
  }
  expect(new Set(printed.map(({ pid }) => pid)).size).toBe(1);
  expect(printed.at(-1)?.invocations).toBeGreaterThan(2);
});

test('many events at once all arrive', async () => {
  await Promise.all(
    Array.from({ length: 15 }, async (_, index) => deliver({ order: `event ${index}` })),
  );
  await until(() => printed.flatMap(({ event }) => event.Records).length === 15);
  expect(new Set(printed.flatMap(ordersOf)).size).toBe(15);
});

test('only the messages that the function names as failed come again', async () => {
  await Promise.all([deliver({ order: 'fail once' }), deliver({ order: 'succeed' })]);
  await until(() => printed.flatMap(({ event }) => event.Records).length === 3);
  await until(() => invocations.length === printed.length);
  const counted = printed
    .flatMap(({ event }) => event.Records)
    .map(
      ({ body, attributes }) =>
        `${z.object({ detail: z.object({ order: z.string() }) }).parse(JSON.parse(body)).detail.order}: ${attributes.ApproximateReceiveCount}`,
    );
  expect(counted.sort()).toEqual(['fail once: 1', 'fail once: 2', 'succeed: 1']);
});

test.each([
  ['throws', 'throw', 'told to throw'],
  ['does not come to an end', 'hang', 'The function timed out after 1 s'],
])(
  'a message whose handler %s ends in the dead-letter queue after its configured count',
  async (_, order, error) => {
    await deliver({ order });
    const sqs = new SQSClient(emulatorAccess(emulator.endpoint));
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'dead-letters' }));
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 15 }),
    );
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body).detail.order)).toEqual([order]);
    const failuresSoFar = () => invocations.filter(({ succeeded }) => !succeeded);
    await until(() => failuresSoFar().length >= MAX_RECEIVE_COUNT);
    const failures = failuresSoFar();
    expect(failures).toHaveLength(MAX_RECEIVE_COUNT);
    expect(failures.every((failure) => failure.error?.includes(error))).toBe(true);
  },
);

test('the inbox has subject, attributes and the text for each protocol', async () => {
  const sns = new SNSClient(emulatorAccess(emulator.endpoint));
  const TopicArn = stack.topicArns[0];
  await sns.send(
    new PublishCommand({
      TopicArn,
      Subject: 'rule reverted',
      MessageStructure: 'json',
      Message: JSON.stringify({ default: '{"version":1}', email: 'Dear reader' }),
      MessageAttributes: { severity: { DataType: 'String', StringValue: 'high' } },
    }),
  );
  await expect(inbox.waitFor(({ subject }) => subject === 'rule reverted', 5000)).resolves.toEqual({
    at: expect.any(Number),
    topicArn: TopicArn,
    subject: 'rule reverted',
    message: '{"version":1}',
    emailText: 'Dear reader',
    attributes: { severity: 'high' },
  });

  // The template's own subscription is there too, and gets what is meant for it.
  const sqs = new SQSClient(emulatorAccess(emulator.endpoint));
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'subscriber' }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }),
  );
  expect(JSON.parse(Messages[0]?.Body ?? '')).toMatchObject({ Message: '{"version":1}' });

  await sns.send(new PublishCommand({ TopicArn, Message: 'plain' }));
  await expect(inbox.waitFor(({ message }) => message === 'plain', 5000)).resolves.toMatchObject({
    emailText: 'plain',
    attributes: {},
  });
  await expect(inbox.waitFor(() => false, 1)).rejects.toThrow(
    'What came:\n- rule reverted: {"version":1}\n- no subject: plain',
  );
});

test('a message that is deleted by another, as where it came twice, is waited for while a function has it', async () => {
  await deliver({ order: 'hang', requestParameters: { groupId: 'sg-1' } });
  await until(() => printed.length === 1);
  const queueName = printed[0]?.event.Records[0]?.eventSourceARN;
  const sqs = new SQSClient(emulatorAccess(emulator.endpoint));
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: String(queueName).split(':').at(-1) }),
  );
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  sqs.destroy();
  await runner.drained();
  expect(invocations).toHaveLength(1);
});
