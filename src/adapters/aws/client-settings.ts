/** For every client of the SDK. By default a request that takes too long is only warned of, and would hold the whole function. */
export const CLIENT_SETTINGS = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
};
