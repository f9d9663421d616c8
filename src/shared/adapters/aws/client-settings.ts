import pLimit from 'p-limit';

/** A client has 50 connections; what is still being read has one, too. */
export const CALLS_AT_ONCE = 25;

/** What sends the requests of a client, as far as it matters here. */
export interface Sender {
  handle(request: never, options?: never): Promise<unknown>;
}

/**
 * Lets requests wait before they are sent. One that waits for a free connection counts as one that
 * cannot connect: someone who makes the sentry send hundreds at once would make it fail.
 */
const waitingForConnections = {
  configure(client: { httpHandler(): Sender }): void {
    const sender = client.httpHandler();
    const send = sender.handle.bind(sender);
    const limit = pLimit(CALLS_AT_ONCE);
    sender.handle = async (request, options) => limit(async () => send(request, options));
  },
};

/**
 * For every client of the SDK. By default a request that takes too long is only warned of, and
 * would hold the whole function.
 */
export const CLIENT_SETTINGS = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
  extensions: [waitingForConnections],
};

/**
 * For who is waited for: Slack waits three seconds, a cold start included. A secret is read, an
 * item is put and a message is sent, one after the other, and each that hangs is given up in time
 * for the next, or for an answer that says so.
 */
export const QUICK_CLIENT_SETTINGS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 500, throwOnRequestTimeout: true },
};
