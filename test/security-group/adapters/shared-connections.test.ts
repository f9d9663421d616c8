import { createServer, type Server } from 'node:http';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SharedConnections } from '../../../src/security-group/adapters/shared-connections';
import { CALLS_AT_ONCE } from '../../../src/shared/adapters/aws/client-settings';

/** As long as answers are held, who does not wait for its turn is seen. */
const HELD_MILLISECONDS = 50;

let server: Server;
let under: number;
let mostUnder: number;
let sockets: Set<unknown>;

beforeAll(async () => {
  server = createServer((request, response) => {
    sockets.add(request.socket);
    under += 1;
    mostUnder = Math.max(mostUnder, under);
    setTimeout(() => {
      under -= 1;
      response.end('{}');
    }, HELD_MILLISECONDS);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  under = 0;
  mostUnder = 0;
  sockets = new Set();
});

function clientWith(settings: ReturnType<SharedConnections['settings']>): SSMClient {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  return new SSMClient({
    ...settings,
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
}

async function flood(...clients: SSMClient[]): Promise<void> {
  await Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: CALLS_AT_ONCE }, async () => client.send(new GetParametersCommand(ANY))),
    ),
  );
}

const ANY = { Names: ['any'] };

test('a client that is destroyed leaves the connections to the others', async () => {
  const connections = new SharedConnections();
  const [one, other] = [clientWith(connections.settings()), clientWith(connections.settings())];
  await one.send(new GetParametersCommand(ANY));
  one.destroy();
  await other.send(new GetParametersCommand(ANY));
  expect(sockets.size).toBe(1);
});

test('the clients of one place take turns with each other', async () => {
  const settings = new SharedConnections().settings();
  await flood(clientWith(settings), clientWith(settings));
  expect(mostUnder).toBeLessThanOrEqual(CALLS_AT_ONCE);
});
