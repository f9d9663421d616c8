import { createHmac } from 'node:crypto';
import { verifySlackRequest } from '@slack/bolt';
import fc from 'fast-check';
import {
  hasPlausibleHeaders,
  type RequestHeaders,
  type SignedRequest,
  verifySignature,
} from '../../../../src/approval/adapters/slack/request-signature';

/** The example of https://docs.slack.dev/authentication/verifying-requests-from-slack */
const DOCUMENTED = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: [
    'token=xyzz0WbapA4vBCDEFasx0q6G',
    'team_id=T1DC2JH3J',
    'team_domain=testteamnow',
    'channel_id=G8PSS9T3V',
    'channel_name=foobar',
    'user_id=U2CERLKJA',
    'user_name=roadrunner',
    'command=%2Fwebhook-collect',
    'text=',
    'response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN',
    'trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ].join('&'),
};

const NOW = new Date('2026-01-01T12:00:00.700Z');
const NOW_SECONDS = Math.floor(NOW.getTime() / 1_000);
const SECRET = 'the-signing-secret';
const BODY = 'payload=%7B%7D';

const signatureOf = (secret: string, timestamp: string, body: string) =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

function signed(
  change: { readonly timestamp?: string; readonly secret?: string } = {},
): SignedRequest {
  const { timestamp = String(NOW_SECONDS), secret = SECRET } = change;
  const headers = {
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signatureOf(secret, timestamp, BODY),
  };
  return { headers, body: Buffer.from(BODY), now: NOW, secrets: [SECRET] };
}

test("the example of Slack's documentation is genuine", () => {
  const { secret, timestamp, signature, body } = DOCUMENTED;
  const headers = { 'X-Slack-Request-Timestamp': timestamp, 'X-Slack-Signature': signature };
  expect(
    verifySignature({
      headers,
      body: Buffer.from(body),
      now: new Date(1_000 * Number(timestamp)),
      secrets: [secret],
    }),
  ).toBe(true);
});

describe('a genuine request', () => {
  test.each([
    ['in lower case', 'x-slack-request-timestamp', 'x-slack-signature'],
    ['in upper case', 'X-SLACK-REQUEST-TIMESTAMP', 'X-SLACK-SIGNATURE'],
    ['in mixed case', 'X-Slack-Request-Timestamp', 'x-slack-Signature'],
  ])('is known by its headers %s', (_, timestampName, signatureName) => {
    const timestamp = String(NOW_SECONDS);
    const headers = {
      [timestampName]: timestamp,
      [signatureName]: signatureOf(SECRET, timestamp, BODY),
    };
    expect(verifySignature({ ...signed(), headers })).toBe(true);
  });

  test.each([[-300], [0], [300]])('may be %d seconds away', (seconds) => {
    expect(verifySignature(signed({ timestamp: String(NOW_SECONDS + seconds) }))).toBe(true);
  });

  test('may be signed by any of the secrets', () => {
    expect(verifySignature({ ...signed({ secret: 'old' }), secrets: [SECRET, 'old'] })).toBe(true);
    expect(verifySignature({ ...signed(), secrets: [SECRET, 'old'] })).toBe(true);
  });

  test('is hashed byte by byte, whatever text the bytes are', () => {
    const body = Buffer.from([0xff, 0x00, 0xc3]);
    const timestamp = String(NOW_SECONDS);
    const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
    const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
    expect(verifySignature({ headers, body, now: NOW, secrets: [SECRET] })).toBe(true);
    expect(
      verifySignature({
        headers,
        body: Buffer.from(body.toString('utf8')),
        now: NOW,
        secrets: [SECRET],
      }),
    ).toBe(false);
  });
});

describe('a request is refused', () => {
  const { headers } = signed();
  const timestamp = headers['x-slack-request-timestamp']!;
  const signature = headers['x-slack-signature']!;

  test.each<[string, RequestHeaders]>([
    ['without headers', {}],
    ['without a timestamp', { 'x-slack-signature': signature }],
    ['without a signature', { 'x-slack-request-timestamp': timestamp }],
    ['with a header that has no value', { ...headers, 'x-slack-signature': undefined }],
    ['with two signatures', { ...headers, 'x-slack-signature': `${signature},${signature}` }],
    [
      'with two signatures, in headers that differ in case',
      { ...headers, 'X-Slack-Signature': signature },
    ],
    [
      'with two timestamps',
      { ...headers, 'x-slack-request-timestamp': `${timestamp},${timestamp}` },
    ],
    [
      'with two timestamps, in headers that differ in case',
      { ...headers, 'X-Slack-Request-Timestamp': timestamp },
    ],
    [
      'with another version of signature',
      { ...headers, 'x-slack-signature': signature.replace('v0', 'v1') },
    ],
    ['with a signature that is cut', { ...headers, 'x-slack-signature': signature.slice(0, -1) }],
    ['with a signature that goes on', { ...headers, 'x-slack-signature': `${signature}0` }],
    ['with a signature and a new line', { ...headers, 'x-slack-signature': `${signature}\n` }],
    [
      'with a signature that is no hex',
      { ...headers, 'x-slack-signature': `v0=${'g'.repeat(64)}` },
    ],
  ])('%s', (_, given) => {
    expect(hasPlausibleHeaders(given, NOW)).toBe(false);
    expect(verifySignature({ ...signed(), headers: given })).toBe(false);
  });

  test.each([
    ['from long ago', -301],
    ['from the future', 301],
  ])('%s, however well it is signed', (_, seconds) => {
    const request = signed({ timestamp: String(NOW_SECONDS + seconds) });
    expect(hasPlausibleHeaders(request.headers, NOW)).toBe(false);
    expect(verifySignature(request)).toBe(false);
  });

  test.each([
    ` ${NOW_SECONDS}`,
    `+${NOW_SECONDS}`,
    `${NOW_SECONDS}.0`,
    `0x${NOW_SECONDS.toString(16)}`,
    '1e9',
    'NaN',
    '9'.repeat(400),
    '',
  ])('with the timestamp %p, however well it is signed', (text) => {
    expect(verifySignature(signed({ timestamp: text }))).toBe(false);
  });

  test('that another secret has signed, or none', () => {
    expect(verifySignature(signed({ secret: 'guessed' }))).toBe(false);
    expect(verifySignature({ ...signed(), secrets: [] })).toBe(false);
  });

  test('that is signed by the empty secret, which everyone has', () => {
    expect(verifySignature({ ...signed({ secret: '' }), secrets: ['', SECRET] })).toBe(false);
  });

  test('at a time that is none', () => {
    expect(verifySignature({ ...signed(), now: new Date(NaN) })).toBe(false);
  });
});

test('headers are plausible or not whatever they are signed by', () => {
  expect(hasPlausibleHeaders(signed({ secret: 'guessed' }).headers, NOW)).toBe(true);
});

describe("against Slack's own check, which takes requests from the future", () => {
  const altered = fc.constantFrom<(signature: string) => string>(
    (signature) => signature,
    (signature) => signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    (signature) => signature.slice(0, 40),
    (signature) => signature.replace('v0=', 'v1='),
    (signature) => signature.replace('v0=', ''),
    (signature) => signature.toUpperCase(),
    () => 'v0=',
  );
  const traffic = fc.record({
    secret: fc.string({ minLength: 1 }),
    body: fc.string({ unit: 'grapheme' }),
    suffix: fc.constantFrom('', '', '', ' ', '&ssl_check=1'),
    alter: altered,
    secondsAway: fc.oneof(
      fc.integer({ min: -1_000, max: 1_000 }),
      fc.constantFrom(-301, -300, -299, 0, 299, 300, 301),
    ),
    milliseconds: fc.integer({ min: 0, max: 999 }),
  });

  test('ours gives the same answer to all others', () => {
    const seen = { genuine: 0, refused: 0, future: 0 };
    fc.assert(
      fc.property(traffic, ({ secret, body, suffix, alter, secondsAway, milliseconds }) => {
        const timestamp = NOW_SECONDS + secondsAway;
        const signature = alter(signatureOf(secret, String(timestamp), body));
        const now = new Date(1_000 * NOW_SECONDS + milliseconds);
        const sent = body + suffix;
        const ours = verifySignature({
          headers: {
            'x-slack-request-timestamp': String(timestamp),
            'x-slack-signature': signature,
          },
          body: Buffer.from(sent),
          now,
          secrets: [secret],
        });
        const theirs = isGenuineForBolt(secret, timestamp, signature, sent, now);
        if (secondsAway > 300) {
          seen.future += Number(theirs);
          expect(ours).toBe(false);
        } else {
          seen[theirs ? 'genuine' : 'refused'] += 1;
          expect(ours).toBe(theirs);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });
});

function isGenuineForBolt(
  signingSecret: string,
  timestamp: number,
  signature: string,
  body: string,
  now: Date,
): boolean {
  try {
    verifySlackRequest({
      signingSecret,
      body,
      nowMilliseconds: now.getTime(),
      headers: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature },
    });
    return true;
  } catch {
    return false;
  }
}
