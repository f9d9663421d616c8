import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import type { Act, Happened } from '../../../sandbox/page/facts';
import { SlackDesk } from '../../../sandbox/page/slack-desk';
import { BOT_TOKEN, SlackScene } from '../../../sandbox/scenes/slack-scene';
import { Message } from '../../../sandbox/slack/workspace';

const ALICE = 'U0ALICE';
const CHANNEL = 'C1';
const QUESTION = '1.0';
const CLICK: Exclude<Act, { kind: 'move' }> = {
  kind: 'click',
  userId: ALICE,
  channel: CHANNEL,
  ts: QUESTION,
  actionId: 'deny',
};
const IN_TIME_MS = 0;
const TOO_LATE_MS = 3_000;

const plain = (words: string) => ({ type: 'plain_text', text: words, emoji: false });
const FORM = {
  type: 'modal',
  title: plain('Deny it'),
  submit: plain('Deny'),
  close: plain('Cancel'),
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: plain('Reason'),
      element: {
        type: 'plain_text_input',
        action_id: 'text',
        multiline: true,
        max_length: 300,
      },
    },
  ],
};

interface Answer {
  readonly status: number;
  readonly afterMs: number;
  readonly body?: string;
}

let screen: SlackScene;
let app: Server;
let answer: Answer;
let triggerId: string;
let desk: SlackDesk;
let told: Pick<Happened, 'what' | 'text'>[];

beforeEach(async () => {
  screen = await SlackScene.start(() => undefined);
  const { slack } = screen;
  slack.addUser({ id: ALICE, name: 'alice' });
  slack.addChannel({ id: CHANNEL, members: [ALICE] });
  slack.addMessages([question()]);
  const interactionsUrl = await startApp();
  told = [];
  const localAws = {
    machineTime: (at: Date) => at.getTime(),
    settled: async () => undefined,
  };
  desk = new SlackDesk({ localAws, screen, interactionsUrl }, (what, words) =>
    told.push({ what, text: words }),
  );
});

afterEach(async () => {
  jest.restoreAllMocks();
  app.close();
  app.closeAllConnections();
  await once(app, 'close');
  await screen.slack.stop();
});

test('what comes up in Slack is told at the time that the machine had then', async () => {
  const times: (number | undefined)[] = [];
  const localAws = { machineTime: () => 42, settled: async () => undefined };
  const late = new SlackDesk({ localAws, screen, interactionsUrl: '' }, (_what, _text, at) =>
    times.push(at),
  );
  await late.look();
  expect(times).toEqual([42]);
});

/** How the app answers, and what is said of it. */
const FAULTS = [
  ['with an error', { status: 500, afterMs: IN_TIME_MS }, String.raw`.* 500 after \d+ ms$`],
  ['too late', { status: 200, afterMs: TOO_LATE_MS }, String.raw`.* 200 after 3\d+ ms; Slack`],
] as const;

describe('a click', () => {
  test('that the app answers is told, and by whom', async () => {
    await act(CLICK, { status: 200, afterMs: IN_TIME_MS });
    expect(told).toEqual([{ what: 'click', text: '[ Deny ], by alice' }]);
  });

  test.each(FAULTS)('that the app answers %s has a fault', async (_, answered, fault) => {
    await act(CLICK, answered);
    expect(faults()).toEqual([expect.stringMatching(`^the click was ${fault}`)]);
  });
});

describe('a form', () => {
  beforeEach(openForm);

  test('that the app takes is closed', async () => {
    await submit({ status: 200, afterMs: IN_TIME_MS });
    expect(told).toEqual([{ what: 'click', text: 'a form is submitted, by alice' }]);
    expect((await desk.look()).modals).toEqual([]);
  });

  test.each(FAULTS)(
    'that the app answers %s has a fault, and stays open',
    async (_, answered, fault) => {
      await submit(answered);
      expect(faults()).toEqual([expect.stringMatching(`^the form was ${fault}`)]);
      expect((await desk.look()).modals).toHaveLength(1);
    },
  );

  test('that the app finds wrong says so itself, without a fault', async () => {
    const errors = { reason: 'Say more.' };
    const body = JSON.stringify({ response_action: 'errors', errors });
    await submit({ status: 200, afterMs: IN_TIME_MS, body });
    expect(faults()).toEqual([]);
    expect((await desk.look()).modals).toMatchObject([{ errors }]);
  });
});

function question(): Message {
  const deny = { type: 'button', text: plain('Deny'), action_id: 'deny' };
  const blocks = [{ type: 'actions', elements: [deny] }];
  return new Message(CHANNEL, QUESTION, 'app', { text: 'May it be?', blocks, at: new Date() });
}

/** An app that answers as it is told. That takes it as long as the machine's clock is told. */
async function startApp(): Promise<string> {
  const realNow = performance.now.bind(performance);
  let skippedMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => realNow() + skippedMs);
  app = createServer((request, response) => {
    void text(request).then((body) => {
      const payload: unknown = JSON.parse(new URLSearchParams(body).get('payload') ?? '');
      triggerId = z.object({ trigger_id: z.string() }).parse(payload).trigger_id;
      skippedMs += answer.afterMs;
      response.writeHead(answer.status).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  return `http://127.0.0.1:${z.object({ port: z.number() }).parse(app.address()).port}/`;
}

async function act(wanted: Exclude<Act, { kind: 'move' }>, answered: Answer): Promise<void> {
  answer = answered;
  await desk.act(wanted);
}

async function submit(answered: Answer): Promise<void> {
  const [form] = (await desk.look()).modals;
  if (!form) throw new Error('No form is open.');
  told.length = 0;
  const written = { reason: 'not today' };
  await act({ kind: 'submit', modalId: form.id, written }, answered);
}

async function openForm(): Promise<void> {
  await act(CLICK, { status: 200, afterMs: IN_TIME_MS });
  await fetch(`${screen.slack.apiUrl}/views.open`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${BOT_TOKEN}` },
    body: JSON.stringify({ trigger_id: triggerId, view: JSON.stringify(FORM) }),
  });
}

function faults(): string[] {
  return told.filter(({ what }) => what === 'fault').map((fault) => fault.text);
}
