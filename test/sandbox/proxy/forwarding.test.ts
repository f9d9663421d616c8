import {
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { EmulatorConnection } from '../../../sandbox/proxy/forwarding';

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

test.each(['ask', 'relay'] as const)(
  'a client that left before its body was read leaves nothing in hand: %s',
  async (way) => {
    const emulator = await listening((call, answer) => {
      call.resume().once('end', () => answer.end());
    });
    const connection = new EmulatorConnection(emulator);
    const passed = new Promise((resolve, reject) => {
      const pass = async (call: IncomingMessage, answer: ServerResponse) =>
        way === 'ask' ? connection.ask(call, call) : connection.relay(call, call, answer);
      void listening((call, answer) => {
        call.once('close', () => void pass(call, answer).then(resolve, reject));
        call.socket.destroy();
      }).then((url) => {
        request(url, { method: 'POST' })
          .on('error', () => undefined)
          .end('what it sent');
      });
    });
    await expect(passed).rejects.toThrow();
    connection.close();
  },
);

/** Its address. */
async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}
