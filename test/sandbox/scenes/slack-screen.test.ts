import { SlackScreen } from '../../../sandbox/scenes/slack-screen';
import { SlackStandIn } from '../../../sandbox/slack/slack-stand-in';

const CHANNEL = 'C0APPROVALS';
const QUESTION = [
  { type: 'header', text: { type: 'plain_text', text: 'A rule' } },
  {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Asked by ' },
          { type: 'user', user_id: 'U0ALICE' },
        ],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'before\nafter' }] },
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'a < b' }] }],
      },
    ],
  },
];
const BUTTONS = {
  type: 'actions',
  elements: ['Approve', 'Deny'].map((text) => ({
    type: 'button',
    text: { type: 'plain_text', text },
  })),
};
const DECIDED = {
  type: 'context',
  elements: [
    { type: 'plain_text', text: 'Denied' },
    { type: 'plain_text', text: 'for good' },
  ],
};

let slack: SlackStandIn;
let screen: SlackScreen;

beforeEach(async () => {
  slack = await SlackStandIn.start({ signingSecret: 'signing-secret', botToken: 'xoxb-token' });
  slack.addUser({ id: 'U0ALICE', name: 'alice' });
  slack.addChannel({ id: CHANNEL, name: 'approvals', members: ['U0ALICE'] });
  screen = new SlackScreen(slack);
});

afterEach(async () => slack.stop());

test('a question is shown as people would read it, with its buttons; later only what has changed', async () => {
  await call('chat.postMessage', { text: 'A rule', blocks: [...QUESTION, BUTTONS] });
  expect(screen.news()).toMatchObject([
    {
      what: 'in #approvals',
      lines: [
        'A rule',
        '------',
        '',
        'Asked by @alice',
        '    before',
        '    after',
        '• a < b',
        '',
        '[ Approve ]  [ Deny ]',
      ],
    },
  ]);

  await call('chat.update', {
    text: 'A rule',
    ts: slack.messages[0]?.ts,
    blocks: [...QUESTION, DECIDED],
  });
  expect(screen.news()).toMatchObject([
    { what: 'the message says now', lines: ['Denied · for good', '(no buttons any more)'] },
  ]);
  expect(screen.news()).toEqual([]);
});

test('what one person alone sees says so, and markup is shown as Slack shows it', async () => {
  await call('chat.postEphemeral', {
    user: 'U0ALICE',
    text: '<@U0ALICE>: 1 &lt; 2 &amp; &amp;lt;',
  });
  expect(screen.news()).toMatchObject([
    { what: 'seen by alice alone', lines: ['@alice: 1 < 2 & &lt;'] },
  ]);
});

async function call(method: string, given: object): Promise<void> {
  const answer = await fetch(`${slack.apiUrl}/${method}`, {
    method: 'POST',
    headers: { Authorization: 'Bearer xoxb-token', 'Content-Type': 'application/json' },
    body: JSON.stringify({ channel: CHANNEL, ...given }),
  });
  expect(await answer.json()).toMatchObject({ ok: true });
}
