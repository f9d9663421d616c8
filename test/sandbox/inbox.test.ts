import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Inbox } from '../../sandbox/inbox';

type Answer = (response: ServerResponse) => void;

const gone: Answer = (response) => response.destroy();
const answer =
  (body: object): Answer =>
  (response) =>
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(body));
const BODY = JSON.stringify({ TopicArn: 'arn', Message: 'text' });
const MESSAGE = {
  MessageId: '1',
  ReceiptHandle: 'handle',
  Body: BODY,
  MD5OfBody: createHash('md5').update(BODY).digest('hex'),
};

/** In place of the emulator, which cannot be made to go away in the middle of a call. */
async function startServer(answers: Readonly<Record<string, Answer>>) {
  const server = createServer((request, response) => {
    request.resume();
    (answers[actionOf(request)] ?? answer({}))(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function actionOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).split('.').at(-1)!;
}

const CreateQueue = answer({ QueueUrl: 'http://127.0.0.1/queue' });

test('what fails after the inbox was closed is no failure', async () => {
  let closing: Promise<void> | undefined;
  const server = await startServer({
    CreateQueue,
    ReceiveMessage: answer({ Messages: [MESSAGE] }),
    DeleteMessageBatch: (response) => {
      closing ??= inbox.close();
      gone(response);
    },
  });
  const inbox = await Inbox.open(server.endpoint);
  await inbox.waitFor(() => true, 30_000);
  while (!closing) await new Promise((resolve) => setImmediate(resolve));
  await expect(closing).resolves.toBeUndefined();
  await server.stop();
});

test('a caller that waits is told at once that the inbox cannot be read, and so is the one that closes it', async () => {
  const server = await startServer({ CreateQueue, ReceiveMessage: gone });
  const inbox = await Inbox.open(server.endpoint);
  await expect(inbox.waitFor(() => true, 60_000)).rejects.toThrow('socket hang up');
  await expect(inbox.waitFor(() => true, 60_000)).rejects.toThrow('socket hang up');
  await expect(inbox.close()).rejects.toThrow('socket hang up');
  await server.stop();
});
