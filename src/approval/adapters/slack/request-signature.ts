import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * As API Gateway hands them over: one that was sent twice comes joined by a comma, which no pattern
 * here takes.
 */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

export interface SignedRequest {
  readonly headers: RequestHeaders;
  /**
   * The bytes that were sent: what was decoded and encoded again need not have the same signature.
   */
  readonly body: Buffer;
  readonly now: Date;
  readonly secrets: readonly string[];
}

interface SignatureHeaders {
  readonly timestamp: string;
  readonly signature: string;
}

const TIMESTAMP = /^\d+$/;
const SIGNATURE = /^v0=([0-9a-f]{64})$/;

/**
 * An older request may be one that someone has recorded. One from the future could be kept for
 * later.
 */
const MOST_SECONDS_AWAY = 300;

/** Whether Slack has signed the request, by one of the secrets, just now. Never throws. */
export function verifySignature({ headers, body, now, secrets }: SignedRequest): boolean {
  const found = plausibleHeaders(headers, now);
  if (!found) return false;
  const signature = Buffer.from(found.signature, 'hex');
  // All secrets are tried, so that the time tells nothing. By an empty one anyone could sign.
  return secrets
    .filter((secret) => secret !== '')
    .map((secret) => timingSafeEqual(signatureOf(secret, found.timestamp, body), signature))
    .includes(true);
}

/** All that can be checked without a secret: what fails here need not have one read. */
export function hasPlausibleHeaders(headers: RequestHeaders, now: Date): boolean {
  return plausibleHeaders(headers, now) !== undefined;
}

function plausibleHeaders(headers: RequestHeaders, now: Date): SignatureHeaders | undefined {
  const timestamp = onlyValue(headers, 'x-slack-request-timestamp');
  const signature = SIGNATURE.exec(onlyValue(headers, 'x-slack-signature') ?? '')?.[1];
  if (!timestamp || !signature || !TIMESTAMP.test(timestamp)) return undefined;
  const secondsAway = Math.abs(Math.floor(now.getTime() / 1_000) - Number(timestamp));
  return secondsAway <= MOST_SECONDS_AWAY ? { timestamp, signature } : undefined;
}

/** Names come in any case; two that differ in it only are one header sent twice. */
function onlyValue(headers: RequestHeaders, name: string): string | undefined {
  const values = Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => value);
  return values.length === 1 ? values[0] : undefined;
}

function signatureOf(secret: string, timestamp: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();
}
