/** moto's account. */
export const ACCOUNT_ID = '123456789012';
export const REGION = 'us-east-1';

/** An account and a Region. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Where everything is that says nothing else. */
export const HOME: Place = { accountId: ACCOUNT_ID, region: REGION };

/** Settings of SDK clients. */
export type EmulatorAccess = ReturnType<typeof emulatorAccess>;

/**
 * Settings of SDK clients for calls of the sandbox itself, straight to the emulator: no user's and
 * no function's.
 */
export function emulatorAccess(endpoint: string, { accountId, region }: Place = HOME) {
  return {
    endpoint,
    region,
    credentials: { accessKeyId: accessKeyIdFor(accountId), secretAccessKey: 'sandbox' },
  };
}

/** The emulator knows by it whose account answers: accounts.py. */
function accessKeyIdFor(accountId: string): string {
  return accountId === ACCOUNT_ID ? 'sandbox' : `SANDBOX0${accountId}`;
}

/** A key for maps. */
export function placeKey({ accountId, region }: Place): string {
  return `${accountId} ${region}`;
}

/** Of an ARN that names both. */
export function placeOfArn(arn: string): Place {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return { accountId, region };
}
