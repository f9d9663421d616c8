import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { LocalAws } from '../../../sandbox/local-aws';
import { synthesizeLoopApp } from '../../support/apps/loop-app';

jest.setTimeout(120_000);

/** Lambda makes no more invocations of one function in one chain. */
const MOST = 16;

let localAws: LocalAws;
let sqs: SQSClient;
let invoked: string[];

beforeAll(async () => {
  localAws = await LocalAws.start({
    onInvocation: ({ functionName }) => invoked.push(functionName),
  });
  invoked = [];
  await localAws.deploy(synthesizeLoopApp());
  sqs = new SQSClient({
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials: await localAws.createUser('someone'),
  });
});

beforeEach(() => {
  invoked = [];
});

afterAll(async () => {
  sqs?.destroy();
  await localAws?.stop().catch(() => undefined);
});

test('sixteen invocations of a function in one chain are made', async () => {
  // Ping and pong in turn, ping first: each as often as Lambda lets it.
  await send({ left: 2 * MOST - 1 });
  await localAws.settled();
  expect(times('ping')).toBe(MOST);
  expect(times('pong')).toBe(MOST);
  expect(await lost('pings')).toEqual([]);
});

test('each message from outside begins a chain of its own', async () => {
  await send({ left: MOST });
  await localAws.settled();
  await send({ left: MOST });
  await localAws.settled();
  expect(times('ping')).toBeGreaterThan(MOST);
});

test('a message that is tried again and again is no chain', async () => {
  await send({ left: 0, failures: MOST + 4 });
  await localAws.settled();
  expect(times('ping')).toBe(MOST + 5);
  expect(await lost('pings')).toEqual([]);
});

test('the seventeenth is not made, its message is a dead letter, and no test passes by it', async () => {
  await send({ left: 1_000 });
  await expect(localAws.settled()).rejects.toThrow(
    'Lambda would have stopped ping: by way of pings, it is invoked again and again by what it sends itself.',
  );
  expect(times('ping')).toBe(MOST);
  expect(times('pong')).toBe(MOST);
  expect(await lost('pings')).toEqual([JSON.stringify({ left: 1_000 - 2 * MOST })]);
  await expect(localAws.stop()).rejects.toThrow('Lambda would have stopped ping');
});

function times(functionName: string): number {
  return invoked.filter((name) => name === functionName).length;
}

async function send(body: object): Promise<void> {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: await urlOf('pings'), MessageBody: JSON.stringify(body) }),
  );
}

async function lost(queueName: string): Promise<string[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: await urlOf(`lost-${queueName}`) }),
  );
  return Messages.map(({ Body = '' }) => Body);
}

async function urlOf(QueueName: string): Promise<string | undefined> {
  return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
}
