import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { WebClient } from '@slack/web-api';
import {
  SlackWebApi,
  type TokenSource,
} from '../../../../src/approval/adapters/slack/slack-web-api';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../../src/approval/domain/messenger';

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly bearer: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

type Answer = (response: ServerResponse) => void;

/** A stand-in for Slack: it writes down what it is sent, and answers what the test says. */
let server: Server;
let apiUrl: string;
let received: Received[];
/** One for each call; the last one stays. */
let answers: Answer[];
let tokens: string[];
let api: SlackWebApi;

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://slack');
  const sent = new URLSearchParams(request.method === 'GET' ? url.search : await textOf(request));
  received.push({
    method: request.method,
    path: url.pathname,
    bearer: request.headers.authorization,
    form: Object.fromEntries(sent),
  });
  const reply = answers.length > 1 ? answers.shift() : answers[0];
  reply?.(response);
}

const raw =
  (status: number, body: string, headers = {}): Answer =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };
const json = (body: object, status = 200, headers = {}) =>
  raw(status, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });
const POSTED = json({ ok: true, channel: 'C0MONITOR', ts: '1.2', message: { text: 't' } });

/** A fake: the last of `tokens` is the current one. */
const source: TokenSource = {
  current: async () => tokens[0]!,
  refresh: async () => {
    if (tokens.length > 1) tokens.shift();
  },
};

beforeEach(() => {
  received = [];
  answers = [POSTED];
  tokens = ['xoxb-1'];
  api = new SlackWebApi(source, apiUrl);
});

const BLOCKS = [{ type: 'section', text: { type: 'plain_text', text: 'Grüße & <b> "x"' } }];
const MESSAGE = { channelId: 'C0MONITOR', text: 'SSH was opened & closed', blocks: BLOCKS };
const post = async () => api.postMessage(MESSAGE);

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    (value) => {
      throw new Error(`Nothing failed: ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

describe('the answer', () => {
  test('to a message says where it stands', async () => {
    expect(await post()).toEqual({ channelId: 'C0MONITOR', ts: '1.2' });
  });

  test('to a look-up is the user', async () => {
    answers = [json({ ok: true, user: { id: 'U0ANNA', name: 'anna' } })];
    expect(await api.lookupByEmail('anna@example.com')).toBe('U0ANNA');
  });

  test('to a group is its members', async () => {
    answers = [json({ ok: true, users: ['U0ANNA', 'U0BEN'] })];
    expect(await api.userGroupMembers('S0SECOPS')).toEqual(['U0ANNA', 'U0BEN']);
  });

  test('to a test of the token is whose it is', async () => {
    answers = [json({ ok: true, team_id: 'T0WORK', user_id: 'U0BOT', bot_id: 'B0BOT' })];
    expect(await api.authTest()).toEqual({ teamId: 'T0WORK', botId: 'B0BOT' });
  });

  test('to a question for a bot is its app', async () => {
    answers = [json({ ok: true, bot: { id: 'B0BOT', app_id: 'A0SENTRY' } })];
    expect(await api.botInfo('B0BOT')).toEqual({ appId: 'A0SENTRY' });
  });
});

describe("what is sent is what Slack's own client sends", () => {
  const thread = { threadTs: '1.1', broadcast: true };
  const sent = { channel: 'C0MONITOR', text: MESSAGE.text, blocks: BLOCKS };
  test.each<[string, () => Promise<unknown>, (client: WebClient) => Promise<unknown>, object]>([
    [
      'a message',
      post,
      async (client) =>
        client.chat.postMessage({ ...sent, unfurl_links: false, unfurl_media: false }),
      {},
    ],
    [
      'an answer in a thread',
      async () => api.postMessage({ ...MESSAGE, ...thread }),
      async (client) =>
        client.chat.postMessage({
          ...sent,
          thread_ts: '1.1',
          reply_broadcast: true,
          unfurl_links: false,
          unfurl_media: false,
        }),
      {},
    ],
    [
      'a changed message',
      async () => api.updateMessage({ ...MESSAGE, ts: '1.2' }),
      async (client) => client.chat.update({ ...sent, ts: '1.2' }),
      {},
    ],
    [
      'a word to one user',
      async () => api.postEphemeral({ channelId: 'C0MONITOR', userId: 'U0ANNA', text: 'not you' }),
      async (client) =>
        client.chat.postEphemeral({ channel: 'C0MONITOR', user: 'U0ANNA', text: 'not you' }),
      {},
    ],
    [
      'a look-up by address',
      async () => api.lookupByEmail('anna+x@example.com'),
      async (client) => client.users.lookupByEmail({ email: 'anna+x@example.com' }),
      { user: { id: 'U0ANNA' } },
    ],
    [
      'a look-up of a group',
      async () => api.userGroupMembers('S0SECOPS'),
      async (client) => client.usergroups.users.list({ usergroup: 'S0SECOPS' }),
      { users: [] },
    ],
    [
      'a test of the token',
      async () => api.authTest(),
      async (client) => client.auth.test(),
      { team_id: 'T0WORK' },
    ],
    [
      'a look-up of a bot',
      async () => api.botInfo('B0BOT'),
      async (client) => client.bots.info({ bot: 'B0BOT' }),
      { bot: { app_id: 'A0' } },
    ],
  ])('%s', async (_, ours, theirs, fields) => {
    answers = [json({ ok: true, channel: 'C0MONITOR', ts: '1.2', ...fields })];
    await ours();
    await theirs(
      new WebClient('xoxb-1', { slackApiUrl: `${apiUrl}/`, retryConfig: { retries: 0 } }),
    );
    const [first, second] = received;
    expect(received).toHaveLength(2);
    expect(first).toEqual(second);
    expect(first?.bearer).toBe('Bearer xoxb-1');
  });
});

describe('worth trying later is', () => {
  test.each<[string, Answer, number | undefined]>([
    [
      'too many requests',
      json({ ok: false, error: 'ratelimited' }, 429, { 'Retry-After': '7' }),
      7_000,
    ],
    [
      'too many requests, with no time named',
      json({ ok: false, error: 'ratelimited' }, 429),
      30_000,
    ],
    ['too many requests, with a time in words', raw(429, '', { 'Retry-After': 'soon' }), 30_000],
    ['too many requests, said with HTTP 200', json({ ok: false, error: 'ratelimited' }), 30_000],
    ['an error of the server', raw(500, 'oops'), undefined],
    ['an outage with its end', raw(503, '<html>', { 'Retry-After': '120' }), 120_000],
    ['internal_error', json({ ok: false, error: 'internal_error' }), undefined],
    ['fatal_error', json({ ok: false, error: 'fatal_error' }), undefined],
    ['service_unavailable', json({ ok: false, error: 'service_unavailable' }), undefined],
    ['request_timeout', json({ ok: false, error: 'request_timeout' }), undefined],
    ['team_added_to_org', json({ ok: false, error: 'team_added_to_org' }), undefined],
    ['a page instead of an answer', raw(200, '<html>Sign in</html>'), undefined],
    [
      'a line that is cut',
      (response) => {
        response.writeHead(200, { 'Content-Length': '100' }).write('{');
        response.destroy();
      },
      undefined,
    ],
    [
      'a line that is closed at once',
      (response) => {
        response.destroy();
      },
      undefined,
    ],
  ])('%s', async (_, given, retryAfterMilliseconds) => {
    answers = [given];
    const failure = await failureOf(post());
    expect(failure).toBeInstanceOf(MessengerUnavailableError);
    expect(failure).toMatchObject({ retryAfterMilliseconds });
    expect(received).toHaveLength(1);
  });

  test('a server that never answers', async () => {
    answers = [() => undefined];
    const failure = await failureOf(new SlackWebApi(source, apiUrl, 50).postMessage(MESSAGE));
    expect(failure).toBeInstanceOf(MessengerUnavailableError);
    expect(String(failure)).toContain('no answer within 50 ms');
  });

  test('an answer that never ends', async () => {
    answers = [
      (response) => {
        response.writeHead(200).write('{"ok":');
      },
    ];
    const failure = await failureOf(new SlackWebApi(source, apiUrl, 50).postMessage(MESSAGE));
    expect(failure).toBeInstanceOf(MessengerUnavailableError);
  });

  test('a server that is not there', async () => {
    const gone = createServer();
    await new Promise<void>((listening) => {
      gone.listen(0, '127.0.0.1', listening);
    });
    const { port } = gone.address() as AddressInfo;
    await new Promise((closed) => {
      gone.close(closed);
    });
    const failure = await failureOf(
      new SlackWebApi(source, `http://127.0.0.1:${port}/api`).postMessage(MESSAGE),
    );
    expect(failure).toBeInstanceOf(MessengerUnavailableError);
    expect(String(failure)).toContain('chat.postMessage cannot be reached: ECONNREFUSED');
  });
});

describe('for an operator to look at is', () => {
  test.each<[string, Answer, string, string]>([
    [
      'not_in_channel',
      json({ ok: false, error: 'not_in_channel' }),
      'not_in_channel',
      'chat.postMessage answers not_in_channel',
    ],
    ['a code that no one knows', json({ ok: false, error: 'brand_new' }), 'brand_new', 'brand_new'],
    [
      'blocks that are none, with what is wrong with them',
      json({
        ok: false,
        error: 'invalid_blocks',
        response_metadata: { messages: ['[ERROR] must be less than 3001 characters'] },
      }),
      'invalid_blocks',
      'must be less than 3001 characters',
    ],
    [
      'a missing scope, by name',
      json({ ok: false, error: 'missing_scope', needed: 'chat:write', provided: '' }),
      'missing_scope',
      'needed is the scope chat:write',
    ],
    [
      'a refusal with another status',
      json({ ok: false, error: 'invalid_auth' }, 401),
      'invalid_auth',
      'invalid_auth',
    ],
    ["an address that is none of Slack's", raw(404, '<html>'), 'http_404', 'Look at the address'],
    [
      'an answer that sends elsewhere',
      raw(302, '', { Location: 'http://169.254.169.254/' }),
      'http_302',
      'is not followed',
    ],
    [
      'an answer that keeps the method and sends elsewhere',
      raw(307, '', { Location: '/api/other' }),
      'http_307',
      'is not followed',
    ],
    ['an answer without what is needed', json({ ok: true }), 'unreadable_answer', 'at channel'],
    [
      'an answer that is neither yes nor no',
      json({ status: 'fine' }),
      'unreadable_answer',
      'chat.postMessage',
    ],
    [
      'an answer of 2 MB',
      raw(200, `{"ok":true,"x":"${'x'.repeat(2 * 1024 * 1024)}"}`),
      'answer_too_large',
      'more than',
    ],
  ])('%s', async (_, given, code, text) => {
    answers = [given];
    const failure = await failureOf(post());
    expect(failure).toBeInstanceOf(MessengerRefusedError);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).toContain(text);
    expect(received).toHaveLength(1);
  });
});

describe('a token that Slack refuses', () => {
  const REFUSED = json({ ok: false, error: 'invalid_auth' });

  test('is read again, as it may have been replaced', async () => {
    tokens = ['xoxb-old', 'xoxb-new'];
    answers = [REFUSED, POSTED];
    expect(await post()).toEqual({ channelId: 'C0MONITOR', ts: '1.2' });
    expect(received.map(({ bearer }) => bearer)).toEqual(['Bearer xoxb-old', 'Bearer xoxb-new']);
  });

  test('is read again once only', async () => {
    tokens = ['xoxb-old', 'xoxb-new', 'xoxb-newer'];
    answers = [REFUSED];
    expect(await failureOf(post())).toMatchObject({ code: 'invalid_auth' });
    expect(received).toHaveLength(2);
  });

  test('is not sent again where it is still the same', async () => {
    answers = [REFUSED];
    expect(await failureOf(post())).toMatchObject({ code: 'invalid_auth' });
    expect(received).toHaveLength(1);
  });

  test('does not count as the reason of other refusals', async () => {
    tokens = ['xoxb-old', 'xoxb-new'];
    answers = [json({ ok: false, error: 'channel_not_found' })];
    expect(await failureOf(post())).toMatchObject({ code: 'channel_not_found' });
    expect(received).toHaveLength(1);
  });
});

test.each(['xoxb-1\nxoxb-2', 'xoxb-ü', '{"token": "xoxb-1"}'])(
  '%p, which is no token, is neither sent nor shown',
  async (token) => {
    tokens = [token];
    const failure = await failureOf(post());
    expect(failure).toMatchObject({ name: 'MessengerRefusedError', code: 'invalid_auth' });
    expect(String(failure)).not.toContain(token);
    expect(received).toEqual([]);
  },
);

test('no error shows the token', async () => {
  tokens = ['xoxb-very-secret'];
  const closed: Answer = (response) => {
    response.destroy();
  };
  for (const given of [
    raw(500, ''),
    raw(302, ''),
    raw(200, ''),
    json({ ok: false, error: 'invalid_auth' }),
    json({ ok: true }),
    closed,
  ]) {
    answers = [given];
    expect(inspect(await failureOf(post()))).not.toContain('very-secret');
  }
});
