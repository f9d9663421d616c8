import { STSClient } from '@aws-sdk/client-sts';
import pLimit from 'p-limit';
import { CALLS_AT_ONCE, CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';

/** Of all places together. What is still being read has a connection, too. */
const CALLS_AT_ONCE_IN_ALL = 150;

/** To one host: all may be to the same. A function has 1,024 files, and each is one. */
const CONNECTIONS = 2 * CALLS_AT_ONCE_IN_ALL;

/** One pool of connections for the clients of many places. */
export class SharedConnections {
  private readonly handler = new STSClient({
    requestHandler: {
      ...CLIENT_SETTINGS.requestHandler,
      httpAgent: { maxSockets: CONNECTIONS },
      httpsAgent: { maxSockets: CONNECTIONS },
    },
  }).config.requestHandler;

  private readonly limitInAll = pLimit(CALLS_AT_ONCE_IN_ALL);

  /**
   * For the clients of one place, which take turns with each other. One that is destroyed leaves
   * the connections to the others.
   */
  settings() {
    const { handler, limitInAll } = this;
    const limit = pLimit(CALLS_AT_ONCE);
    return {
      maxAttempts: CLIENT_SETTINGS.maxAttempts,
      requestHandler: {
        metadata: handler.metadata,
        handle: async (...call: Parameters<typeof handler.handle>) =>
          limit(async () => limitInAll(async () => handler.handle(...call))),
      },
    };
  }
}
