import { createServer, type Server } from 'node:http';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  CLIENT_SETTINGS,
  QUICK_CLIENT_SETTINGS,
} from '../../../../src/shared/adapters/aws/client-settings';

let silent: Server;

beforeAll(async () => {
  silent = createServer(() => undefined);
  await new Promise<void>((listening) => {
    silent.listen(0, '127.0.0.1', listening);
  });
});

afterAll(() => silent.closeAllConnections());

afterAll(() => silent.close());

function place() {
  return placeOf(silent);
}

function placeOf(server: Server) {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  };
}

test('a server that never answers is given up, and does not hold the function', async () => {
  const client = new SSMClient({
    ...CLIENT_SETTINGS,
    maxAttempts: 1,
    requestHandler: { ...CLIENT_SETTINGS.requestHandler, requestTimeout: 50 },
    ...place(),
  });
  await expect(client.send(new GetParametersCommand({ Names: ['any'] }))).rejects.toThrow(
    /timeout|timed out/i,
  );
  client.destroy();
});

test('who is waited for gives up two calls, with their retries, and one without, within the three seconds of Slack', async () => {
  const start = performance.now();
  for (const maxAttempts of [
    QUICK_CLIENT_SETTINGS.maxAttempts,
    QUICK_CLIENT_SETTINGS.maxAttempts,
    1,
  ]) {
    const client = new SSMClient({ ...QUICK_CLIENT_SETTINGS, maxAttempts, ...place() });
    await expect(client.send(new GetParametersCommand({ Names: ['any'] }))).rejects.toThrow(
      /timeout|timed out/i,
    );
    client.destroy();
  }
  expect(performance.now() - start).toBeLessThan(3_000);
});

describe('a server that answers slowly', () => {
  let slow: Server;
  let open = 0;
  let mostOpen = 0;

  beforeAll(async () => {
    slow = createServer((_, response) => {
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      setTimeout(() => {
        open -= 1;
        response.end('{"Parameters":[]}');
      }, 100);
    });
    await new Promise<void>((listening) => {
      slow.listen(0, '127.0.0.1', listening);
    });
  });
  afterAll(() => slow.close());

  test('is asked no more at once than there are connections, so that none is given up while it waits', async () => {
    const client = new SSMClient({
      ...CLIENT_SETTINGS,
      maxAttempts: 1,
      // Far less than all of them take together.
      requestHandler: { ...CLIENT_SETTINGS.requestHandler, connectionTimeout: 300 },
      ...placeOf(slow),
    });
    const answers = await Promise.allSettled(
      Array.from({ length: 250 }, async () =>
        client.send(new GetParametersCommand({ Names: ['any'] })),
      ),
    );
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(mostOpen).toBeLessThan(50);
    client.destroy();
  });
});
