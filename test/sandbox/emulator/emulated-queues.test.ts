import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import * as sqs from '@aws-sdk/client-sqs';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { queuesDrained } from '../../../sandbox/emulator/queue-drained';

/**
 * Who waits for messages, or for their end (sandbox/emulator/server/queues.py), and on which
 * connection (connections.py).
 */

const MINUTE_MS = 60_000;
/** Long before the wait would be over, after which everything is seen in any case. */
const SOON_MS = 10_000;

let emulator: Emulator;
let client: sqs.SQSClient;
let queueName: string;
let queueUrl: string;
let queues = 0;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
  client = new sqs.SQSClient(emulatorAccess(emulator.endpoint));
});
afterAll(async () => {
  client.destroy();
  await emulator.stop();
});
beforeEach(async () => {
  queues += 1;
  queueName = `queue-${queues}`;
  queueUrl =
    (
      await client.send(
        new sqs.CreateQueueCommand({
          QueueName: queueName,
          Attributes: { VisibilityTimeout: '30' },
        }),
      )
    ).QueueUrl ?? '';
});

async function send(body: string, DelaySeconds?: number): Promise<void> {
  await client.send(
    new sqs.SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds }),
  );
}

async function receive(WaitTimeSeconds = 0, abortSignal?: AbortSignal): Promise<sqs.Message[]> {
  const { Messages = [] } = await client.send(
    new sqs.ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds }),
    { abortSignal },
  );
  return Messages;
}

async function remove({ ReceiptHandle }: sqs.Message): Promise<void> {
  await client.send(new sqs.DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
}

async function giveBack({ ReceiptHandle }: sqs.Message): Promise<void> {
  await client.send(
    new sqs.ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
}

async function taken(body: string): Promise<sqs.Message> {
  await send(body);
  const [message] = await receive();
  if (message?.Body !== body) {
    throw new Error(`expected the message ${body}, and got ${message?.Body}`);
  }
  return message;
}

describe('who waits for a message gets', () => {
  test(
    'the one that is sent meanwhile',
    async () => {
      const waiting = receive(20);
      await send('hello');
      await expect(waiting).resolves.toMatchObject([{ Body: 'hello' }]);
    },
    SOON_MS,
  );

  test(
    'the one that is given back meanwhile',
    async () => {
      const message = await taken('hello');
      const waiting = receive(20);
      await giveBack(message);
      await expect(waiting).resolves.toMatchObject([{ Body: 'hello' }]);
    },
    SOON_MS,
  );

  test(
    'the one whose delay is over',
    async () => {
      await send('hello', 1);
      await expect(receive()).resolves.toEqual([]);
      await expect(receive(20)).resolves.toMatchObject([{ Body: 'hello' }]);
    },
    SOON_MS,
  );

  test(
    'the one that is due when the clock is set',
    async () => {
      await taken('hello');
      const waiting = receive(20);
      await emulator.setClock(new Date(Date.now() + MINUTE_MS));
      await expect(waiting).resolves.toMatchObject([{ Body: 'hello' }]);
    },
    SOON_MS,
  );

  test('nothing, when the wait is over', async () => {
    await expect(receive(1)).resolves.toEqual([]);
  });
});

test('who hung up takes no message along', async () => {
  const hangUp = new AbortController();
  const waiting = receive(20, hangUp.signal);
  await expect(receive(1)).resolves.toEqual([]);
  hangUp.abort();
  await expect(waiting).rejects.toThrow('aborted');
  await send('hello');
  await expect(receive(5)).resolves.toMatchObject([{ Body: 'hello' }]);
});

describe('a standard queue with groups of messages', () => {
  async function sendTo(groups: readonly (string | undefined)[]): Promise<void> {
    for (const [index, MessageGroupId] of groups.entries()) {
      await client.send(
        new sqs.SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: `${MessageGroupId ?? 'none'} ${index}`,
          MessageGroupId,
        }),
      );
    }
  }

  async function take(MaxNumberOfMessages: number): Promise<string[]> {
    const { Messages = [] } = await client.send(
      new sqs.ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages }),
    );
    return Messages.map(({ Body = '' }) => Body.split(' ')[0] ?? '');
  }

  test('gives turns to the groups that have the fewest in flight', async () => {
    await sendTo(['loud', 'loud', 'loud', 'loud', 'loud', 'quiet', 'calm']);
    await expect(take(3)).resolves.toEqual(['loud', 'quiet', 'calm']);
    await expect(take(1)).resolves.toEqual(['loud']);
    await sendTo(['quiet']);
    await expect(take(1)).resolves.toEqual(['quiet']);
    await expect(take(10)).resolves.toEqual(['loud', 'loud', 'loud']);
  });

  test('takes a message without a group for one by itself', async () => {
    await sendTo(['loud', 'loud', 'loud', undefined, undefined]);
    await expect(take(3)).resolves.toEqual(['loud', 'none', 'none']);
  });
});

describe('a queue is drained', () => {
  test('when it is empty', async () => {
    await queuesDrained(emulator.endpoint, [queueName]);
    await queuesDrained(emulator.endpoint, []);
  });

  test.each([
    [
      'a message that no one took',
      async () => {
        await send('hello');
        return async () => remove((await receive())[0] ?? {});
      },
    ],
    [
      'a message in flight',
      async () => {
        const message = await taken('hello');
        return async () => remove(message);
      },
    ],
    [
      'a message that is delayed',
      async () => {
        await send('hello', 1);
        return async () => remove((await receive(20))[0] ?? {});
      },
    ],
  ])('not while it has %s, and then it is', async (_, fill) => {
    const empty = await fill();
    let drained = false;
    const waiting = queuesDrained(emulator.endpoint, [queueName]).then(() => {
      drained = true;
    });
    await client.send(new sqs.GetQueueUrlCommand({ QueueName: queueName }));
    expect(drained).toBe(false);
    await empty();
    await waiting;
  });

  test('when its last message went to the dead letters, whose queue is not', async () => {
    const [deadLetters, arn] = [
      `${queueName}-dead`,
      `arn:aws:sqs:us-east-1:123456789012:${queueName}-dead`,
    ];
    await client.send(new sqs.CreateQueueCommand({ QueueName: deadLetters }));
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
    await client.send(
      new sqs.SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { RedrivePolicy } }),
    );
    await giveBack(await taken('hello'));
    const waiting = queuesDrained(emulator.endpoint, [queueName]);
    await expect(receive()).resolves.toEqual([]);
    await waiting;
    const { QueueUrl } = await client.send(new sqs.GetQueueUrlCommand({ QueueName: deadLetters }));
    const { Messages } = await client.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
    expect(Messages).toMatchObject([{ Body: 'hello' }]);
  });

  test('never, where there is none of that name', async () => {
    await expect(queuesDrained(emulator.endpoint, ['no-such-queue'])).rejects.toThrow(
      'there is no queue no-such-queue',
    );
  });
});

test('a connection serves one call after the other, also after one whose body no one read', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = async (path: string, body: string) => {
    const outgoing = request(`${emulator.endpoint}${path}`, { method: 'POST', agent });
    const answered = new Promise<string>((resolve, reject) => {
      outgoing
        .once('error', reject)
        .once('response', (incoming) => text(incoming).then(resolve, reject));
    });
    outgoing.end(body);
    return { answer: await answered, onKeptConnection: outgoing.reusedSocket };
  };
  await call('/nowhere/at/all', 'x'.repeat(100_000));
  const drained = JSON.stringify({ queues: [] });
  await expect(call('/sandbox/drained', drained)).resolves.toEqual({
    answer: '{"drained": true}',
    onKeptConnection: true,
  });
  await expect(call('/sandbox/drained', drained)).resolves.toEqual({
    answer: '{"drained": true}',
    onKeptConnection: true,
  });
  agent.destroy();
});
