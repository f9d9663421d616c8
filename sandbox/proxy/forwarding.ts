import {
  Agent,
  ClientRequest,
  IncomingMessage,
  request as httpRequest,
  ServerResponse,
} from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { Answer } from './answer';

/**
 * Headers of one connection, not of the message; `expect` is answered by the server that the client
 * sees.
 */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'expect']);

function endToEnd(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_, index) => !HOP_BY_HOP.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
  );
}

/** The emulator's address, and the connections to it. */
export class EmulatorConnection {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly address: URL;

  constructor(endpoint: string) {
    this.address = new URL(endpoint);
  }

  /**
   * Streams a request to the emulator and the answer back; ends with the answer's status. A client
   * that leaves takes its request along.
   */
  async relay(request: IncomingMessage, body: Readable, client: ServerResponse): Promise<number> {
    const outgoing = this.open(request);
    client.once('close', () => outgoing.destroy());
    const incoming = await answerTo(outgoing, body);
    const status = incoming.statusCode ?? 502;
    client.sendDate = false;
    client.writeHead(status, incoming.statusMessage, endToEnd(incoming.rawHeaders));
    await pipeline(incoming, client);
    return status;
  }

  /** Carries a request to its end, whether or not the client waits for the answer. */
  async ask(request: IncomingMessage, body: Readable): Promise<Answer> {
    const incoming = await answerTo(this.open(request), body);
    return {
      status: incoming.statusCode ?? 502,
      statusMessage: incoming.statusMessage ?? '',
      rawHeaders: incoming.rawHeaders,
      body: await buffer(incoming),
    };
  }

  close(): void {
    this.agent.destroy();
  }

  private open(request: IncomingMessage): ClientRequest {
    return httpRequest({
      hostname: this.address.hostname,
      port: this.address.port,
      agent: this.agent,
      method: request.method,
      path: request.url,
      headers: endToEnd(request.rawHeaders),
    });
  }
}

async function answerTo(outgoing: ClientRequest, body: Readable): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    // Where the client left before its body was read, the body never ends.
    pipeline(body, outgoing).catch(reject);
  });
}

/** Ends when the answer is out, or the client is gone. */
export async function send(answer: Answer, client: ServerResponse): Promise<void> {
  if (client.destroyed) return;
  client.sendDate = false;
  client.writeHead(answer.status, answer.statusMessage, endToEnd(answer.rawHeaders));
  client.end(answer.body);
  await finished(client).catch(() => {
    /* the client left: no one is there to be told */
  });
}
