/**
 * For every client of the SDK. By default a request that takes too long is only warned of, and
 * would hold the whole function.
 */
export const CLIENT_SETTINGS = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
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
