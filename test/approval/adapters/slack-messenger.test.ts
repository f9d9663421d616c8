import { SlackStandIn } from '../../../sandbox/slack/slack-stand-in';
import { SlackWebApi } from '../../../src/approval/adapters/slack/slack-web-api';
import { SlackMessenger } from '../../../src/approval/adapters/slack-messenger';
import type { Monitoring } from '../../../src/approval/contracts/approval-parameter';

const CHANNEL = 'C0APPROVE';
const WATCHERS = 'C0MONITOR';

let slack: SlackStandIn;

beforeEach(async () => {
  slack = await SlackStandIn.start({ signingSecret: 's', botToken: 'xoxb-1' });
  slack.addUser({ id: 'U0ANNA' });
  slack.addChannel({ id: CHANNEL, members: ['U0ANNA'] });
  slack.addChannel({ id: WATCHERS });
});
afterEach(async () => slack.stop());

function messenger(monitoring: Monitoring = { kind: 'none' }, webhookUrl = ''): SlackMessenger {
  const api = new SlackWebApi(
    { current: async () => 'xoxb-1', refresh: async () => undefined },
    slack.apiUrl,
  );
  return new SlackMessenger(api, {
    monitoring,
    webhookUrl: async (secretArn) => (secretArn === 'arn' ? webhookUrl : ''),
    webhookOrigin: slack.url,
  });
}

const message = (text: string) => ({
  text,
  blocks: JSON.stringify([{ type: 'section', text: { type: 'plain_text', text } }]),
});
const standing = () =>
  slack.messages.map(({ channel, threadTs, text }) => ({ channel, threadTs, text }));

test('a message is posted, answered in its thread, and changed', async () => {
  const posted = await messenger().post(CHANNEL, message('question'));
  const reply = await messenger().reply(posted, message('reminder'));
  expect(reply.channelId).toBe(CHANNEL);
  expect(await messenger().update(posted, message('decided'))).toBe(true);
  expect(standing()).toEqual([
    { channel: CHANNEL, threadTs: undefined, text: 'decided' },
    { channel: CHANNEL, threadTs: posted.ts, text: 'reminder' },
  ]);
});

test('a message that someone has deleted is told as gone', async () => {
  expect(await messenger().update({ channelId: CHANNEL, ts: '1.000001' }, message('decided'))).toBe(
    false,
  );
});

test.each(['cant_update_message', 'edit_window_closed'])(
  'a message that can never be changed again (%s) is told as gone',
  async (code) => {
    slack.failNext('chat.update', code);
    expect(
      await messenger().update({ channelId: CHANNEL, ts: '1.000001' }, message('decided')),
    ).toBe(false);
  },
);

test('any other refusal is thrown', async () => {
  slack.failNext('chat.update', 'not_in_channel');
  await expect(
    messenger().update({ channelId: CHANNEL, ts: '1.000001' }, message('decided')),
  ).rejects.toMatchObject({ code: 'not_in_channel' });
});

test('a refusal is shown to one user only', async () => {
  await messenger().tellOnly('U0ANNA', CHANNEL, 'no');
  expect(slack.messages).toEqual([]);
  expect(slack.ephemerals).toMatchObject([{ userId: 'U0ANNA', channel: CHANNEL, text: 'no' }]);
});

describe('those who watch are told', () => {
  test('in a channel', async () => {
    await messenger({ kind: 'channel', channelId: WATCHERS }).monitor(message('approved'));
    expect(standing()).toEqual([{ channel: WATCHERS, threadTs: undefined, text: 'approved' }]);
  });

  test('by a webhook, whose URL the secret holds', async () => {
    await messenger({ kind: 'webhook', secretArn: 'arn' }, slack.addWebhook(WATCHERS)).monitor(
      message('approved'),
    );
    expect(standing()).toEqual([{ channel: WATCHERS, threadTs: undefined, text: 'approved' }]);
  });

  test('not at all, where there are none', async () => {
    await messenger().monitor(message('approved'));
    expect(slack.requests).toEqual([]);
  });
});
