import { readFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import pLimit from 'p-limit';
import * as z from 'zod/mini';
import { type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import { interactionsUrlOf } from '../../sandbox/scenes/interactions-url';
import { SlackStandIn } from '../../sandbox/slack/slack-stand-in';
import type { Message } from '../../sandbox/slack/workspace';
import { Approvers, SlackApprovalWorkflow } from '../../src';
import type { AskMessage, OutcomeMessage } from '../../src/approval/contracts/approval-messages';
import { buttonsOf } from '../support/sandbox/approval-sandbox';

/** A thousand take minutes: `npm run test:load`. */
const REQUESTS = Number(process.env.APPROVAL_REQUESTS ?? 100);
jest.setTimeout(1_200_000);

/**
 * Slack's own is one a second in a channel: with that, so many messages would take three quarters
 * of an hour.
 */
const MESSAGES_PER_SECOND = 500;
/**
 * So little that what a function kept of each request would end it: without a limit, Node takes
 * what the machine has before it tidies up.
 */
const HEAP_MB = 48;
const MEMORY_OF_SMALLEST_FUNCTION_MB = 512;

const CLICKS_AT_ONCE = 20;
const ASKS_AT_ONCE = 10;

const CHANNEL = 'C0APPROVE';
const ALICE = 'U0ALICE';
const STACK_NAME = 'Load';
const ASKER = 'load';
const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';

const Decision = z.object({
  statement: z.pipe(
    z.string(),
    z.transform((text): unknown => JSON.parse(text)),
  ),
});
const Statement = z.object({
  requestId: z.string(),
  decision: z.string(),
  phase: z.enum(['decision', 'end']),
  attempt: z.int(),
});
type Statement = z.infer<typeof Statement>;

let slack: SlackStandIn;
let localAws: LocalAws;
let stack: DeployedStack;
let queue: SQSClient;

beforeAll(async () => {
  slack = await SlackStandIn.start({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    messagesPerSecond: MESSAGES_PER_SECOND,
    messagesAtOnce: MESSAGES_PER_SECOND,
    callsPerMinute: 60 * MESSAGES_PER_SECOND,
  });
  slack.addUser({ id: ALICE });
  slack.addChannel({ id: CHANNEL, members: [ALICE] });
  localAws = await LocalAws.start({
    functionEnvironment: {
      SLACK_API_URL: slack.apiUrl,
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
    },
  });
  stack = await localAws.deploy(synthesizeStage(), STACK_NAME);
  await localAws.putSecret(output('SigningSecretArn'), SIGNING_SECRET);
  await localAws.putSecret(output('BotTokenArn'), BOT_TOKEN);
  queue = new SQSClient({
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials: await localAws.createUser('asker'),
  });
});

afterAll(async () => {
  queue?.destroy();
  await localAws?.stop();
  await slack?.stop();
});

test(`${REQUESTS} requests at once are all asked, decided and carried out once, in memory that their functions have`, async () => {
  const startedAt = Date.now();
  await askAll();
  await localAws.settled();
  expect(slack.messages.map(({ text }) => subjectOf(text)).sort()).toEqual(subjects());
  const askedAt = Date.now();

  const carriedOut = new Map<string, Statement[]>();
  const asker = new AbortController();
  const carrying = carryOutUntil(asker.signal, carriedOut);
  await clickAll();
  while (carriedOut.size < REQUESTS) await localAws.settled();
  asker.abort();
  await carrying;
  await localAws.settled();
  const decidedAt = Date.now();

  expect([...carriedOut.values()].filter((statements) => statements.length !== 1)).toEqual([]);
  for (const message of slack.messages) {
    const approved = isApproved(subjectOf(message.text));
    expect(carriedOut.get(subjectOf(message.text))).toMatchObject([
      { decision: approved ? 'approved' : 'denied' },
    ]);
    expect([message.text, buttonsOf(message)]).toEqual([
      expect.stringMatching(approved ? /Approved.*Carried out/s : /Denied.*Carried out/s),
      [],
    ]);
  }
  const memory = peakMemory();
  process.stdout.write(
    [
      `${REQUESTS} requests: asked in ${seconds(startedAt, askedAt)}, clicked, decided and carried out in ${seconds(askedAt, decidedAt)},`,
      `with ${MESSAGES_PER_SECOND} messages a second in place of Slack's one.`,
      `With a heap of ${HEAP_MB} MB, the largest process of a function took ${memory} MB.\n`,
    ].join(' '),
  );
  expect(memory).toBeLessThan(MEMORY_OF_SMALLEST_FUNCTION_MB);
});

async function askAll(): Promise<void> {
  for (let from = 0; from < REQUESTS; from += ASKS_AT_ONCE) {
    const asks = Array.from({ length: ASKS_AT_ONCE }, (_, index) =>
      askAbout(subject(from + index)),
    );
    const Entries = asks.map((ask, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(ask),
    }));
    await queue.send(new SendMessageBatchCommand({ QueueUrl: output('RequestQueueUrl'), Entries }));
  }
}

function subject(number: number): string {
  return `request-${String(number).padStart(4, '0')}`;
}

function subjects(): string[] {
  return Array.from({ length: REQUESTS }, (_, number) => subject(number));
}

function subjectOf(text: string): string {
  return /request-\d{4}/.exec(text)?.[0] ?? text;
}

/** Every third is denied. */
function isApproved(name: string): boolean {
  return Number(name.slice(-4)) % 3 !== 0;
}

function askAbout(name: string): AskMessage {
  return {
    version: 1,
    type: 'ask',
    requestId: name,
    asker: ASKER,
    subject: name,
    source: name,
    question: {
      title: `Do ${name}?`,
      requester: { name: 'a load test', isAutomatic: true },
      facts: [],
      changes: [{ after: name, remarks: [] }],
      meanwhile: 'Nothing is done.',
      ifApproved: 'It is done.',
      ifDenied: 'It is not done.',
      ifUnanswered: 'It is not done.',
      links: [],
      mayBeTimed: false,
    },
    payload: name,
  };
}

async function clickAll(): Promise<void> {
  const limit = pLimit(CLICKS_AT_ONCE);
  const interactionsUrl = interactionsUrlOf(stack);
  const click = async ({ channel, ts, text }: Message) =>
    slack.click({
      interactionsUrl,
      userId: ALICE,
      channel,
      ts,
      text: isApproved(subjectOf(text)) ? 'Approve' : 'Deny',
    });
  const answers = await Promise.all(
    slack.messages.map(async (message) => limit(async () => click(message))),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
}

/**
 * The asker is this test: it takes its decisions from its queue, and says that each is carried out,
 * the first time that it comes.
 */
async function carryOutUntil(
  signal: AbortSignal,
  carriedOut: Map<string, Statement[]>,
): Promise<void> {
  while (!signal.aborted) {
    const { Messages = [] } = await queue.send(
      new ReceiveMessageCommand({
        QueueUrl: output('DecisionQueueUrl'),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) continue;
    const statements = Messages.map(({ Body = '' }) =>
      Statement.parse(Decision.parse(JSON.parse(Body)).statement),
    );
    for (const statement of statements) {
      carriedOut.set(statement.requestId, [
        ...(carriedOut.get(statement.requestId) ?? []),
        statement,
      ]);
    }
    await queue.send(
      new SendMessageBatchCommand({
        QueueUrl: output('RequestQueueUrl'),
        Entries: statements.map((statement, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(outcomeOf(statement)),
        })),
      }),
    );
    await queue.send(
      new DeleteMessageBatchCommand({
        QueueUrl: output('DecisionQueueUrl'),
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
}

function outcomeOf({ requestId, phase, attempt }: Statement): OutcomeMessage {
  return {
    version: 1,
    type: 'outcome',
    requestId,
    asker: ASKER,
    phase,
    attempt,
    outcome: 'carried-out',
    text: 'As decided.',
  };
}

/** Of all processes of functions, in MB. They are children of this one. */
function peakMemory(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const peaks = children
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('function-host'))
    .map((pid) =>
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    );
  return Math.round(Math.max(...peaks) / 1_024);
}

function seconds(from: number, to: number): string {
  return `${Math.round((to - from) / 1_000)} s`;
}

function output(name: string): string {
  const value = stack.outputs.get(name);
  if (value === undefined) throw new Error(`The stack has no output ${name}.`);
  return value;
}

function synthesizeStage(): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-stage-')) });
  const load = new Stack(app, STACK_NAME);
  const signingSecret = new secretsmanager.Secret(load, 'SigningSecret');
  const botToken = new secretsmanager.Secret(load, 'BotToken');
  const approvals = new SlackApprovalWorkflow(load, 'Approvals', {
    signingSecret,
    botToken,
    approvalChannelId: CHANNEL,
    approvers: Approvers.users([ALICE]),
  });
  const decisions = new sqs.Queue(load, 'Decisions');
  const asker = approvals.addAsker(ASKER, decisions);
  const outputs = {
    SigningSecretArn: signingSecret.secretArn,
    BotTokenArn: botToken.secretArn,
    RequestQueueUrl: asker.requestQueue.queueUrl,
    DecisionQueueUrl: decisions.queueUrl,
  };
  Object.entries(outputs).forEach(([name, value]) => new CfnOutput(load, name, { value }));
  return app.synth().directory;
}
