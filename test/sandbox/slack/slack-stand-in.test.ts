import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { LogLevel, WebClient } from '@slack/web-api';
import * as z from 'zod/mini';
import { SlackStandIn, type SlackStandInOptions } from '../../../sandbox/slack/slack-stand-in';

const SECRET = 'signing-secret';
const TOKEN = 'xoxb-token';
const CHANNEL = 'C1';
const APPROVER = 'U1';

let slack: SlackStandIn;
let client: WebClient;
let now: Date;

beforeEach(async () => startSlack());
afterEach(async () => slack.stop());

async function startSlack(options: Partial<SlackStandInOptions> = {}): Promise<void> {
  now = new Date('2026-01-02T03:04:05.678Z');
  slack = await SlackStandIn.start({
    signingSecret: SECRET,
    botToken: TOKEN,
    messagesPerSecond: 1000,
    now: () => now,
    ...options,
  });
  slack.addUser({ id: APPROVER, name: 'ann', email: 'Ann@Example.com' });
  slack.addChannel({ id: CHANNEL, name: 'security', members: [APPROVER] });
  slack.userGroups.set('S1', [APPROVER]);
  client = clientWith(TOKEN);
}

async function restartSlack(options: Partial<SlackStandInOptions>): Promise<void> {
  await slack.stop();
  await startSlack(options);
}

/** Slack's own client, which does not try again. */
function clientWith(token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: `${slack.apiUrl}/`,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
  });
}

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

const button = (label: string, more: object = {}) => ({
  type: 'button',
  text: { type: 'plain_text', text: label },
  ...more,
});
const section = (words: string, more: object = {}) => ({
  type: 'section',
  text: { type: 'mrkdwn', text: words },
  ...more,
});
const actions = (...elements: object[]) => ({ type: 'actions', elements });

async function post(more: object = {}): Promise<string> {
  return z
    .string()
    .parse((await client.chat.postMessage({ channel: CHANNEL, text: 'Question', ...more })).ts);
}

async function call(
  method: string,
  given: object,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const response = await fetch(`${slack.apiUrl}/${method}`, {
    method: 'POST',
    body: JSON.stringify(given),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
  });
  return response.json();
}

const refusal = (error: string) =>
  expect.objectContaining({ data: expect.objectContaining({ ok: false, error }) });

describe("what Slack's own client does", () => {
  test('a message is posted, answered in its thread and updated, with all its versions kept', async () => {
    const ts = await post({ blocks: [section('May I?')] });
    const reply = await post({ text: 'Why?', thread_ts: ts });
    now = new Date(now.getTime() + 1000);
    await expect(
      client.chat.update({ channel: CHANNEL, ts, text: 'Answered', blocks: [section('Yes.')] }),
    ).resolves.toMatchObject({ ok: true, ts, text: 'Answered' });

    expect(ts).toBe('1767323045.678000');
    const [message, threaded] = slack.messages;
    expect(message).toMatchObject({
      channel: CHANNEL,
      ts,
      text: 'Answered',
      blocks: [{ text: { text: 'Yes.' }, block_id: expect.any(String) }],
    });
    expect(message?.versions).toMatchObject([
      { text: 'Question', at: new Date('2026-01-02T03:04:05.678Z') },
      { text: 'Answered', at: now },
    ]);
    expect(threaded).toMatchObject({ ts: reply, threadTs: ts });
    expect(slack.requests.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
      'chat.postMessage ok',
      'chat.postMessage ok',
      'chat.update ok',
    ]);
  });

  test('an answer to a message that is gone is taken, and stands outside of any thread', async () => {
    const ts = await post();
    const [question] = slack.messages;
    question!.deleted = true;
    const answer = await client.chat.postMessage({
      channel: CHANNEL,
      thread_ts: ts,
      text: 'Still waits',
    });
    expect(answer).toMatchObject({ ok: true, message: { text: 'Still waits' } });
    expect(answer.message).not.toHaveProperty('thread_ts');
    expect(slack.messages[1]).toMatchObject({ text: 'Still waits', threadTs: undefined });
    await expect(client.chat.update({ channel: CHANNEL, ts, text: 'x' })).rejects.toEqual(
      refusal('message_not_found'),
    );
  });

  test('an update with a new text and no blocks takes the blocks away', async () => {
    const ts = await post({ blocks: [section('May I?')] });
    await client.chat.update({ channel: CHANNEL, ts, text: 'Answered' });
    expect(slack.messages[0]?.blocks).toEqual([]);
  });

  test('one member sees an ephemeral message', async () => {
    await client.chat.postEphemeral({ channel: CHANNEL, user: APPROVER, text: 'Not you' });
    expect(slack.ephemerals).toMatchObject([
      { channel: CHANNEL, userId: APPROVER, text: 'Not you' },
    ]);
    await expect(
      client.chat.postEphemeral({ channel: CHANNEL, user: 'U2', text: 'Not you' }),
    ).rejects.toEqual(refusal('user_not_in_channel'));
  });

  test('a message to a user stands in one conversation with them, which can be updated', async () => {
    const { channel = '', ts = '' } = await client.chat.postMessage({
      channel: APPROVER,
      text: 'One',
    });
    expect(channel).toMatch(/^D/);
    await expect(
      client.chat.postMessage({ channel: APPROVER, text: 'Another' }),
    ).resolves.toMatchObject({ channel });
    await client.chat.update({ channel, ts, text: 'Two' });
    expect(slack.messages.find((message) => message.ts === ts)?.text).toBe('Two');
    await expect(client.chat.postMessage({ channel: 'U0NOONE', text: 'No' })).rejects.toEqual(
      refusal('channel_not_found'),
    );
  });

  test('people and the app are looked up', async () => {
    slack.addUser({ id: 'U9', email: 'gone@example.com', deleted: true });
    const { teamId, appId, botId, botUserId } = slack.installation;
    await expect(client.users.lookupByEmail({ email: 'ann@example.com' })).resolves.toMatchObject({
      user: { id: APPROVER, team_id: teamId, deleted: false },
    });
    await expect(client.users.lookupByEmail({ email: 'gone@example.com' })).rejects.toEqual(
      refusal('users_not_found'),
    );
    await expect(client.usergroups.users.list({ usergroup: 'S1' })).resolves.toMatchObject({
      users: [APPROVER],
    });
    await expect(client.usergroups.users.list({ usergroup: 'S2' })).rejects.toEqual(
      refusal('no_such_subteam'),
    );
    await expect(client.auth.test()).resolves.toMatchObject({
      team_id: teamId,
      user_id: botUserId,
      bot_id: botId,
    });
    await expect(client.bots.info({ bot: botId })).resolves.toMatchObject({
      bot: { id: botId, app_id: appId },
    });
    await expect(client.bots.info({ bot: 'B9' })).rejects.toEqual(refusal('bot_not_found'));
  });

  test('look-ups read no JSON, but forms and queries', async () => {
    await expect(call('users.lookupByEmail', { email: 'ann@example.com' })).resolves.toMatchObject({
      ok: false,
      error: 'invalid_arguments',
    });
    await expect(call('usergroups.users.list', { usergroup: 'S1' })).resolves.toMatchObject({
      ok: false,
      error: 'invalid_arguments',
    });
    const query = await fetch(`${slack.apiUrl}/users.lookupByEmail?email=ann%40example.com`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await expect(query.json()).resolves.toMatchObject({ ok: true, user: { id: APPROVER } });
    await expect(
      call('chat.postMessage', { channel: CHANNEL, text: 'JSON', blocks: [section('will do')] }),
    ).resolves.toMatchObject({ ok: true });
  });
});

describe('what is refused', () => {
  test('a wrong token, none, and one without the scope', async () => {
    await expect(clientWith('wrong').auth.test()).rejects.toEqual(refusal('invalid_auth'));
    await expect(call('auth.test', {}, { authorization: '' })).resolves.toMatchObject({
      ok: false,
      error: 'not_authed',
    });
    await restartSlack({ scopes: ['chat:write', 'usergroups:read'] });
    await expect(post()).resolves.toEqual(expect.any(String));
    await expect(client.usergroups.users.list({ usergroup: 'S1' })).resolves.toMatchObject({
      ok: true,
    });
    await expect(client.users.lookupByEmail({ email: 'ann@example.com' })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'users:read.email' },
    });
    await expect(client.bots.info({ bot: 'B00000001' })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'users:read' },
    });
  });

  test('channels and messages where the app cannot write', async () => {
    const ts = await post();
    slack.addChannel({ id: 'C2', withApp: false });
    slack.addChannel({ id: 'C3', archived: true });
    await expect(post({ channel: 'C9' })).rejects.toEqual(refusal('channel_not_found'));
    await expect(post({ channel: 'C2' })).rejects.toEqual(refusal('not_in_channel'));
    await expect(post({ channel: 'C3' })).rejects.toEqual(refusal('is_archived'));
    await expect(
      client.chat.update({ channel: CHANNEL, ts: '1.000001', text: 'x' }),
    ).rejects.toEqual(refusal('message_not_found'));
    expect(slack.messages.map((message) => message.ts)).toEqual([ts]);
  });

  test('an unknown method, and JSON that is none', async () => {
    await expect(call('chat.shout', {})).resolves.toMatchObject({
      ok: false,
      error: 'unknown_method',
    });
    const response = await fetch(`${slack.apiUrl}/auth.test`, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    await expect(response.json()).resolves.toMatchObject({ ok: false, error: 'invalid_json' });
  });

  test('a text of more than 40,000 characters, a new one of more than 4,000, and no text at all', async () => {
    const ts = await post({ text: 'x'.repeat(40_000) });
    await expect(
      client.chat.update({ channel: CHANNEL, ts, text: 'x'.repeat(4000) }),
    ).resolves.toMatchObject({ ok: true });
    await expect(
      client.chat.update({ channel: CHANNEL, ts, text: 'x'.repeat(4001) }),
    ).rejects.toEqual(refusal('msg_too_long'));
    await expect(post({ text: 'x'.repeat(40_001) })).rejects.toEqual(refusal('msg_too_long'));
    await expect(post({ text: '' })).rejects.toEqual(refusal('no_text'));
  });

  const plain = (words: string) => ({ type: 'plain_text', text: words });
  const of = (count: number) => 'x'.repeat(count);
  const confirm = (title: number, words: number, yes: number) =>
    actions(
      button('Go', {
        confirm: {
          title: plain(of(title)),
          text: plain(of(words)),
          confirm: plain(of(yes)),
          deny: plain('No'),
        },
      }),
    );
  const fields = (count: number, length: number) => ({
    type: 'section',
    fields: Array.from({ length: count }, () => plain(of(length))),
  });

  test.each<[string, object[], object[], string]>([
    ['section text', [section(of(3000))], [section(of(3001))], '/blocks/0/text/text'],
    ['empty text', [section('x')], [section('')], '/blocks/0/text/text'],
    ['fields', [fields(10, 1)], [fields(11, 1)], '/blocks/0/fields'],
    ['field text', [fields(1, 2000)], [fields(1, 2001)], '/blocks/0/fields/0/text'],
    [
      'button text',
      [actions(button(of(75)))],
      [actions(button(of(76)))],
      '/blocks/0/elements/0/text/text',
    ],
    [
      'button value',
      [actions(button('Go', { value: of(2000) }))],
      [actions(button('Go', { value: of(2001) }))],
      '/blocks/0/elements/0/value',
    ],
    [
      'action_id',
      [actions(button('Go', { action_id: of(255) }))],
      [actions(button('Go', { action_id: of(256) }))],
      '/blocks/0/elements/0/action_id',
    ],
    [
      'block_id',
      [section('x', { block_id: of(255) })],
      [section('x', { block_id: of(256) })],
      '/blocks/0/block_id',
    ],
    [
      'same block_id',
      [section('x', { block_id: 'a' }), section('x', { block_id: 'b' })],
      [section('x', { block_id: 'a' }), section('x', { block_id: 'a' })],
      '/blocks',
    ],
    [
      'header',
      [{ type: 'header', text: plain(of(150)) }],
      [{ type: 'header', text: plain(of(151)) }],
      '/blocks/0/text/text',
    ],
    [
      'confirmation title',
      [confirm(100, 1, 1)],
      [confirm(101, 1, 1)],
      '/blocks/0/elements/0/confirm/title/text',
    ],
    [
      'confirmation text',
      [confirm(1, 300, 1)],
      [confirm(1, 301, 1)],
      '/blocks/0/elements/0/confirm/text/text',
    ],
    [
      'confirmation button',
      [confirm(1, 1, 30)],
      [confirm(1, 1, 31)],
      '/blocks/0/elements/0/confirm/confirm/text',
    ],
    [
      'number of blocks',
      Array.from({ length: 50 }, () => section('x')),
      Array.from({ length: 51 }, () => section('x')),
      '/blocks',
    ],
    ['kind of block', [{ type: 'rich_text', elements: [] }], [{ type: 'poem' }], '/blocks/0/type'],
    ['unknown property', [section('x')], [section('x', { colour: 'red' })], '/blocks/0'],
  ])('blocks over a limit: %s', async (_, allowed, tooMuch, pointer) => {
    await expect(post({ blocks: allowed })).resolves.toEqual(expect.any(String));
    await expect(post({ blocks: tooMuch })).rejects.toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: {
          messages: expect.arrayContaining([expect.stringContaining(`[json-pointer:${pointer}]`)]),
        },
      },
    });
  });
});

test('blocks that are fine one by one, and too much together', async () => {
  await expect(
    post({ blocks: Array.from({ length: 4 }, () => section('x'.repeat(3000))) }),
  ).resolves.toEqual(expect.any(String));
  await expect(
    post({ blocks: Array.from({ length: 5 }, () => section('x'.repeat(3000))) }),
  ).rejects.toEqual(refusal('msg_blocks_too_long'));
});

describe('limits and faults', () => {
  test('a channel takes a short burst, then one message a second', async () => {
    await restartSlack({ messagesPerSecond: 1, messagesAtOnce: 2 });
    slack.addChannel({ id: 'C2' });
    await post();
    await post();
    await expect(post()).rejects.toMatchObject({
      code: 'slack_webapi_rate_limited_error',
      retryAfter: 1,
    });
    await expect(post({ channel: 'C2' })).resolves.toEqual(expect.any(String));
    now = new Date(now.getTime() + 1000);
    await expect(post()).resolves.toEqual(expect.any(String));
  });

  test('look-ups are limited for a minute, too', async () => {
    await restartSlack({ callsPerMinute: 2 });
    await client.auth.test();
    await client.auth.test();
    await expect(client.auth.test()).rejects.toMatchObject({ retryAfter: 30 });
    await expect(client.users.lookupByEmail({ email: 'ann@example.com' })).resolves.toMatchObject({
      ok: true,
    });
  });

  test("Slack's client waits as Retry-After says, and tries again", async () => {
    slack.failNext('chat.postMessage', 429);
    const patient = new WebClient(TOKEN, {
      slackApiUrl: `${slack.apiUrl}/`,
      logger: SILENT,
      retryConfig: { retries: 1, minTimeout: 1 },
    });
    await expect(
      patient.chat.postMessage({ channel: CHANNEL, text: 'Question' }),
    ).resolves.toMatchObject({ ok: true });
    expect(slack.requests.map(({ outcome }) => outcome)).toEqual(['ratelimited', 'ok']);
  });

  test('calls fail as told, and do nothing', async () => {
    slack.failNext('chat.postMessage', 'internal_error');
    slack.failNext('chat.postMessage', 500, 2);
    await expect(post()).rejects.toEqual(refusal('internal_error'));
    await expect(post()).rejects.toMatchObject({ statusCode: 500 });
    await expect(post()).rejects.toMatchObject({ statusCode: 500 });
    await expect(post()).resolves.toEqual(expect.any(String));
    expect(slack.messages).toHaveLength(1);
    expect(slack.requests.map(({ outcome }) => outcome)).toEqual([
      'internal_error',
      '500',
      '500',
      'ok',
    ]);
  });

  test('during an outage it is unavailable or not there at all, and afterwards at its old address', async () => {
    await slack.down(true);
    await expect(post()).rejects.toMatchObject({ statusCode: 503 });
    await slack.down(false);
    await slack.down(true, 'refused');
    await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_request_error' });
    await slack.down(false);
    await expect(post()).resolves.toEqual(expect.any(String));
  });

  test('a late answer is about something that was done all the same', async () => {
    slack.answerDelayMs = 60_000;
    const impatience = new AbortController();
    const asking = fetch(`${slack.apiUrl}/chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: CHANNEL, text: 'Question' }),
      signal: impatience.signal,
    });
    await until(() => slack.messages.length === 1);
    impatience.abort();
    await expect(asking).rejects.toThrow('aborted');
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setImmediate();
}

describe('incoming webhooks', () => {
  const send = async (url: string, body: unknown) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return `${response.status} ${await response.text()}`;
  };

  test('take messages, and answer in plain text', async () => {
    const url = slack.addWebhook(CHANNEL);
    await expect(send(url, { text: 'News', blocks: [section('News')] })).resolves.toBe('200 ok');
    expect(slack.messages).toMatchObject([{ channel: CHANNEL, text: 'News', postedBy: 'webhook' }]);
    await expect(send(url, '{')).resolves.toBe('400 invalid_payload');
    await expect(send(url, {})).resolves.toBe('400 no_text');
    await expect(send(url, { text: 'x', blocks: [section('')] })).resolves.toBe(
      '400 invalid_blocks',
    );
    await expect(
      client.chat.update({ channel: CHANNEL, ts: slack.messages[0]?.ts ?? '', text: 'x' }),
    ).rejects.toEqual(refusal('cant_update_message'));
  });

  test('are refused where the channel or the webhook is gone, or too many come', async () => {
    await restartSlack({ messagesPerSecond: 1, messagesAtOnce: 1 });
    const url = slack.addWebhook(CHANNEL);
    await expect(send(url, { text: 'one' })).resolves.toBe('200 ok');
    await expect(send(url, { text: 'two' })).resolves.toBe('429 rate_limited');
    slack.addChannel({ id: 'C3', archived: true });
    await expect(send(slack.addWebhook('C3'), { text: 'x' })).resolves.toBe(
      '410 channel_is_archived',
    );
    slack.removeWebhook(url);
    await expect(send(url, { text: 'x' })).resolves.toBe('404 no_service');
  });
});

describe('a click', () => {
  interface Received {
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }

  let app: Server;
  let interactionsUrl: string;
  let received: Received[];
  let answerBody: string;

  /** Stands for the app that Slack calls. */
  beforeEach(async () => {
    received = [];
    answerBody = 'seen';
    app = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ headers: request.headers, body });
        response.end(answerBody);
      });
    }).listen(0, '127.0.0.1');
    await once(app, 'listening');
    interactionsUrl = `http://127.0.0.1:${z.object({ port: z.number() }).parse(app.address()).port}/interactions`;
  });
  afterEach(async () => {
    app.close();
    app.closeAllConnections();
    await once(app, 'close');
  });

  const question = [
    section('May I?', { block_id: 'about' }),
    {
      ...actions(
        button('Approve', { action_id: 'approve', value: 'yes', style: 'primary' }),
        button('Deny', { action_id: 'deny', value: 'no' }),
      ),
      block_id: 'answers',
    },
  ];

  function payloadOf({ body }: Received) {
    const payload: unknown = JSON.parse(new URLSearchParams(body).get('payload') ?? '');
    return z
      .looseObject({ response_url: z.string(), actions: z.array(z.looseObject({})) })
      .parse(payload);
  }

  function lastReceived(): Received {
    const last = received.at(-1);
    if (!last) throw new Error('The app was not called');
    return last;
  }

  test('comes as a form that is signed as Slack documents', async () => {
    const ts = await post({ blocks: question });
    const answer = await slack.click({
      interactionsUrl,
      userId: APPROVER,
      channel: CHANNEL,
      ts,
      actionId: 'approve',
    });
    expect(answer).toMatchObject({ status: 200, body: 'seen', inTime: true });

    const { headers, body } = lastReceived();
    expect(headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(Date.parse('2026-01-02T03:04:05Z') / 1000),
    });
    const expected = createHmac('sha256', SECRET)
      .update(`v0:${String(headers['x-slack-request-timestamp'])}:${body}`)
      .digest('hex');
    expect(headers['x-slack-signature']).toBe(`v0=${expected}`);
  });

  test('says who clicked what and where', async () => {
    const ts = await post({ blocks: question });
    await slack.click({ interactionsUrl, userId: APPROVER, channel: CHANNEL, ts, text: 'Deny' });
    const { teamId, teamDomain, appId, botUserId, botId } = slack.installation;
    expect(payloadOf(lastReceived())).toEqual({
      type: 'block_actions',
      user: { id: APPROVER, username: 'ann', name: 'ann', team_id: teamId },
      api_app_id: appId,
      token: expect.any(String),
      container: { type: 'message', message_ts: ts, channel_id: CHANNEL, is_ephemeral: false },
      trigger_id: expect.any(String),
      team: { id: teamId, domain: teamDomain },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: CHANNEL, name: 'security' },
      message: expect.objectContaining({
        type: 'message',
        ts,
        text: 'Question',
        user: botUserId,
        bot_id: botId,
        blocks: question,
      }),
      state: { values: {} },
      response_url: expect.stringContaining(`${slack.url}/actions/`),
      actions: [
        {
          type: 'button',
          action_id: 'deny',
          block_id: 'answers',
          value: 'no',
          text: { type: 'plain_text', text: 'Deny' },
          action_ts: expect.stringMatching(/^\d{10}\.\d{6}$/),
        },
      ],
    });
  });

  test('may be that of a forger or a stranger', async () => {
    const ts = await post({ blocks: question });
    const as = {
      teamId: 'T9',
      appId: 'A9',
      userTeamId: 'T8',
      userId: 'U8',
      value: 'forged',
      channelId: 'C9',
      messageTs: '1.000001',
    };
    await slack.click({
      interactionsUrl,
      userId: APPROVER,
      channel: CHANNEL,
      ts,
      actionId: 'approve',
      as,
    });
    expect(payloadOf(lastReceived())).toMatchObject({
      team: { id: 'T9' },
      api_app_id: 'A9',
      user: { id: 'U8', team_id: 'T8' },
      channel: { id: 'C9' },
      container: { channel_id: 'C9', message_ts: '1.000001' },
      message: { ts: '1.000001' },
      actions: [{ value: 'forged' }],
    });
  });

  test('is possible on what a screen still shows, and on nothing that never was', async () => {
    const ts = await post({ blocks: question });
    await client.chat.update({ channel: CHANNEL, ts, text: 'Answered' });
    await expect(
      slack.click({ interactionsUrl, userId: APPROVER, channel: CHANNEL, ts, actionId: 'approve' }),
    ).resolves.toMatchObject({ status: 200 });
    await expect(
      slack.click({ interactionsUrl, userId: APPROVER, channel: CHANNEL, ts, actionId: 'wait' }),
    ).rejects.toThrow('Its buttons: approve ("Approve"), deny ("Deny")');
    await expect(
      slack.click({
        interactionsUrl,
        userId: APPROVER,
        channel: CHANNEL,
        ts: '1.000001',
        actionId: 'approve',
      }),
    ).rejects.toThrow('sees no message');
  });

  test('may be sent again, altered, signed by another, or with no signature', async () => {
    const ts = await post({ blocks: question });
    const { sent } = await slack.click({
      interactionsUrl,
      userId: APPROVER,
      channel: CHANNEL,
      ts,
      actionId: 'approve',
    });
    await slack.post({ url: interactionsUrl, ...sent });
    expect(received[1]?.body).toBe(received[0]?.body);
    expect(received[1]?.headers['x-slack-signature']).toBe(
      received[0]?.headers['x-slack-signature'],
    );
    await slack.post({
      url: interactionsUrl,
      body: 'anything',
      timestamp: 7,
      signingSecret: 'other',
    });
    expect(lastReceived()).toMatchObject({
      body: 'anything',
      headers: {
        'x-slack-request-timestamp': '7',
        'x-slack-signature': `v0=${createHmac('sha256', 'other').update('v0:7:anything').digest('hex')}`,
      },
    });
    await slack.post({
      url: interactionsUrl,
      body: 'anything',
      headers: { 'X-Slack-Signature': undefined, 'x-slack-request-timestamp': ['1', '2'] },
    });
    expect(lastReceived().headers).toMatchObject({ 'x-slack-request-timestamp': '1, 2' });
    expect(lastReceived().headers).not.toHaveProperty('x-slack-signature');
  });

  describe('opens a modal', () => {
    const view = (more: object = {}) => ({
      type: 'modal' as const,
      callback_id: 'why',
      private_metadata: 'kept',
      title: { type: 'plain_text' as const, text: 'Why?' },
      submit: { type: 'plain_text' as const, text: 'Send' },
      blocks: [
        {
          type: 'input' as const,
          block_id: 'words',
          label: { type: 'plain_text' as const, text: 'Words' },
          element: { type: 'plain_text_input' as const, action_id: 'text', max_length: 5 },
        },
      ],
      ...more,
    });

    async function trigger(): Promise<string> {
      const ts = await post({ blocks: question });
      await slack.click({
        interactionsUrl,
        userId: APPROVER,
        channel: CHANNEL,
        ts,
        actionId: 'deny',
      });
      return z.object({ trigger_id: z.string() }).parse(payloadOf(received.at(-1)!)).trigger_id;
    }

    test('once, and for three seconds', async () => {
      const id = await trigger();
      const late = await trigger();
      await client.views.open({ trigger_id: id, view: view() });
      await expect(client.views.open({ trigger_id: id, view: view() })).rejects.toMatchObject({
        data: { error: 'exchanged_trigger_id' },
      });
      now = new Date(now.getTime() + 3_001);
      await expect(client.views.open({ trigger_id: late, view: view() })).rejects.toMatchObject({
        data: { error: 'expired_trigger_id' },
      });
      await expect(client.views.open({ trigger_id: 'x', view: view() })).rejects.toMatchObject({
        data: { error: 'invalid_trigger_id' },
      });
      expect(slack.modals).toHaveLength(1);
    });

    test.each([
      ['a long title', { title: { type: 'plain_text', text: 'x'.repeat(25) } }],
      ['no way to submit it', { submit: undefined }],
      ['too much to carry', { private_metadata: 'x'.repeat(3_001) }],
      ['no blocks', { blocks: [] }],
    ])('never with %s', async (_, more) => {
      const trigger_id = await trigger();
      const sent = JSON.stringify(view(more));
      await expect(client.apiCall('views.open', { trigger_id, view: sent })).rejects.toMatchObject({
        data: { error: 'invalid_arguments' },
      });
    });

    test('which the one who clicked submits, with what they wrote', async () => {
      await client.views.open({ trigger_id: await trigger(), view: view() });
      const [modal] = slack.modals;
      const submit = async (words: string) =>
        slack.submit({ interactionsUrl, modal: modal!, written: { words } });
      await expect(submit('')).rejects.toThrow('must be filled in');
      await expect(submit('123456')).rejects.toThrow('Too much');
      answerBody = JSON.stringify({ response_action: 'errors', errors: { words: 'Not that.' } });
      await submit('hm');
      expect(modal).toMatchObject({ isOpen: true, errors: { words: 'Not that.' } });
      answerBody = '';
      await submit('ok');
      expect(modal).toMatchObject({ isOpen: false, errors: {} });
      const sent = new URLSearchParams(lastReceived().body).get('payload') ?? '';
      expect(JSON.parse(sent)).toMatchObject({
        type: 'view_submission',
        user: { id: APPROVER },
        view: {
          callback_id: 'why',
          private_metadata: 'kept',
          state: { values: { words: { text: { type: 'plain_text_input', value: 'ok' } } } },
        },
      });
    });
  });

  describe('its response_url', () => {
    async function urlOfClick(): Promise<string> {
      const ts = await post({ blocks: question });
      await slack.click({
        interactionsUrl,
        userId: APPROVER,
        channel: CHANNEL,
        ts,
        actionId: 'approve',
      });
      return payloadOf(lastReceived()).response_url;
    }

    const respond = async (url: string, body: object) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return `${response.status} ${await response.text()}`;
    };

    test('takes five answers', async () => {
      const url = await urlOfClick();
      await respond(url, { text: 'Only you' });
      await respond(url, { text: 'Everyone', response_type: 'in_channel' });
      await respond(url, { text: 'Replaced', replace_original: true });
      await respond(url, { text: 'Only you' });
      await expect(respond(url, { delete_original: true })).resolves.toBe('200 {"ok":true}');
      await expect(respond(url, { text: 'One more' })).resolves.toBe('404 used_url');
      expect(slack.ephemerals.map(({ userId, text: words }) => `${userId}: ${words}`)).toEqual([
        'U1: Only you',
        'U1: Only you',
      ]);
      expect(slack.messages).toMatchObject([
        { text: 'Replaced', deleted: true },
        { text: 'Everyone', deleted: false },
      ]);
    });

    test('is good for half an hour', async () => {
      const url = await urlOfClick();
      now = new Date(now.getTime() + 30 * 60 * 1000);
      await expect(respond(url, { text: 'In time' })).resolves.toBe('200 {"ok":true}');
      now = new Date(now.getTime() + 1);
      await expect(respond(url, { text: 'Too late' })).resolves.toBe('404 expired_url');
    });
  });
});
