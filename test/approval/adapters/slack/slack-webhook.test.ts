import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { postToWebhook } from '../../../../src/approval/adapters/slack/slack-webhook';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../../src/approval/domain/messenger';

const PATH = '/services/T0WORK/B0HOOK/very-secret';
const MESSAGE = { text: 'SSH was opened', blocks: [{ type: 'divider' }] };

/** A stand-in for Slack's webhooks: it answers what the test says. */
let server: Server;
let origin: string;
let given: {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};
let received: {
  readonly url: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}[];

beforeAll(async () => {
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      received.push({
        url: request.url,
        contentType: request.headers['content-type'],
        body: JSON.parse(body),
      });
      response.writeHead(given.status, given.headers).end(given.body);
    });
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
  given = { status: 200, body: 'ok' };
});

const post = async () => postToWebhook(origin + PATH, MESSAGE, origin);

async function failureOf(asked: Promise<void>): Promise<unknown> {
  return asked.then(
    () => {
      throw new Error('Nothing failed.');
    },
    (error: unknown) => error,
  );
}

test('a message is posted as JSON, and shows no previews', async () => {
  await post();
  expect(received).toEqual([
    {
      url: PATH,
      contentType: 'application/json',
      body: { ...MESSAGE, unfurl_links: false, unfurl_media: false },
    },
  ]);
});

test.each([
  ['too many requests', 429, 'rate_limited', { 'Retry-After': '3' }, 3_000],
  ['too many requests, with no time named', 429, '', {}, 30_000],
  ['an error of the server', 500, 'rollup_error', {}, undefined],
  ['a page instead of an answer', 200, '<html>Sign in</html>', {}, undefined],
])('worth trying later is %s', async (_, status, body, headers, retryAfterMilliseconds) => {
  given = { status, body, headers };
  const failure = await failureOf(post());
  expect(failure).toBeInstanceOf(MessengerUnavailableError);
  expect(failure).toMatchObject({ retryAfterMilliseconds });
});

test.each([
  [400, 'invalid_payload', 'invalid_payload'],
  [403, 'action_prohibited', 'action_prohibited'],
  [404, 'no_service', 'no_service'],
  [410, 'channel_is_archived', 'channel_is_archived'],
  [404, '<html>Not found</html>', 'http_404'],
  [302, '', 'http_302'],
])('for an operator to look at is HTTP %d with %p', async (status, body, code) => {
  given = { status, body };
  const failure = await failureOf(post());
  expect(failure).toBeInstanceOf(MessengerRefusedError);
  expect(failure).toMatchObject({ code });
  expect(String(failure)).not.toContain('very-secret');
});

test('a webhook that hangs up can be tried later, and is not shown', async () => {
  given = { status: 200, body: 'ok', headers: { 'Content-Length': '100' } };
  const failure = await failureOf(postToWebhook(origin + PATH, MESSAGE, origin, 200));
  expect(failure).toBeInstanceOf(MessengerUnavailableError);
  expect(inspect(failure)).not.toContain('very-secret');
});

describe('nothing is sent to', () => {
  test.each([
    ['another host', 'https://example.com/services/very-secret'],
    ['a host that begins alike', 'https://hooks.slack.com.example.com/services/very-secret'],
    ['a host behind a user name', 'https://hooks.slack.com@example.com/services/very-secret'],
    ['Slack with a user name', 'https://very-secret@hooks.slack.com/services/x'],
    ['Slack with a password', 'https://:very-secret@hooks.slack.com/services/x'],
    ['Slack without encryption', 'http://hooks.slack.com/services/very-secret'],
    ['another port', 'https://hooks.slack.com:8443/services/very-secret'],
    ['the machine itself', 'http://127.0.0.1/services/very-secret'],
    ['what is no URL', 'very-secret'],
    ['nothing', ''],
  ])('%s', async (_, url) => {
    const failure = await failureOf(postToWebhook(url, MESSAGE));
    expect(failure).toMatchObject({ name: 'MessengerRefusedError', code: 'invalid_webhook_url' });
    expect(String(failure)).toContain('https://hooks.slack.com/');
    expect(String(failure)).not.toContain('very-secret');
  });

  test('Slack where another address is named for it', async () => {
    expect(
      await failureOf(postToWebhook(`https://hooks.slack.com${PATH}`, MESSAGE, origin)),
    ).toMatchObject({ code: 'invalid_webhook_url' });
    expect(received).toEqual([]);
  });
});
