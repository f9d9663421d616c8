/** moto's account. */
export const ACCOUNT_ID = '123456789012';
export const REGION = 'us-east-1';

/**
 * Settings of SDK clients for calls of the sandbox itself, straight to the emulator: no user's and
 * no function's.
 */
export function emulatorAccess(endpoint: string) {
  return {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  };
}
