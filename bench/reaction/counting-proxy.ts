import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { passageOf } from '../../sandbox/cloudtrail/passage';
import { EmulatorConnection } from '../../sandbox/proxy/forwarding';

/** One call, with the times of `performance.now()`. */
export interface TimedCall {
  readonly service: string;
  readonly action: string;
  readonly status: number;
  readonly beganAt: number;
  readonly answeredAt: number;
}

const KEEP_ALIVE_MS = 120_000;

/** Stands between a contender and the emulator, counts its calls, and makes each take longer. */
export class CountingProxy {
  static async before(emulatorEndpoint: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(emulatorEndpoint);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  /** What is added to each call, in milliseconds. */
  delayMs = 0;
  private calls: TimedCall[] = [];
  private readonly server: Server;
  private readonly emulator: EmulatorConnection;

  private constructor(emulatorEndpoint: string) {
    this.emulator = new EmulatorConnection(emulatorEndpoint);
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, client) => {
      this.pass(request, client).catch((error: unknown) => {
        if (!client.destroyed) client.destroy(error instanceof Error ? error : undefined);
      });
    });
  }

  get endpoint(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('It does not listen.');
    return `http://localhost:${address.port}`;
  }

  /** Since the last time that someone took them. */
  takeCalls(): readonly TimedCall[] {
    return this.calls.splice(0);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    this.emulator.close();
    await closed;
  }

  private async pass(request: IncomingMessage, client: ServerResponse): Promise<void> {
    const beganAt = performance.now();
    const { api, body } = await passageOf(request, client);
    if (this.delayMs > 0) await sleep(this.delayMs);
    const status = await this.emulator.relay(request, body, client);
    const { service, action } = api;
    this.calls.push({ service, action, status, beganAt, answeredAt: performance.now() });
  }
}
