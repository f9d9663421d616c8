import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { ApiCall } from '../../sandbox/cloudtrail/tap';
import { synthesizeApp } from '../../sandbox/deployer/synthesize';
import { type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import { interactionsUrlOf } from '../../sandbox/scenes/interactions-url';
import { SlackStandIn } from '../../sandbox/slack/slack-stand-in';
import type { Message } from '../../sandbox/slack/workspace';
import { fieldsWithoutLine } from '../support/log-lines/written-logs';
import type { RoleStatement } from '../support/rights/policy-statement';
import { whatIsNotAllowed } from '../support/rights/role-rights';
import { buttonsOf } from '../support/sandbox/approval-sandbox';
import { policyStatements } from '../support/sandbox/role-policies';

jest.setTimeout(120_000);

const PROJECT = resolve(__dirname, '..', '..');
const EXAMPLE = join(PROJECT, 'examples', 'own-asker', 'typescript');

/** As the example names them. */
const CHANNEL = 'C0APPROVALS';
const [ALICE, BOB] = ['U0ALICE', 'U0BOB'];
const BOBS_ADDRESS = 'bob@example.com';
const ASKER = 'OwnAsker/SnapshotDeletion';

const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const Sent = z.object({ QueueUrl: z.string(), MessageBody: z.string() });
const Decision = z.object({ statement: z.string(), mac: z.string() });
const Asked = z.object({ requestId: z.string() });
type Decision = z.infer<typeof Decision>;

const calls: ApiCall[] = [];
const logged: string[] = [];
/** How much of both was there before the test. */
let beginning = { calls: 0, logged: 0 };
let assembly: string;
let slack: SlackStandIn;
let localAws: LocalAws;
let stack: DeployedStack;
/** Of someone who may do anything in the account, and decides nothing in Slack. */
let ec2: EC2Client;
let dynamo: DynamoDBClient;
let sqs: SQSClient;
let snapshotId: string;

beforeAll(async () => {
  const clock: { now: () => Date } = { now: () => new Date() };
  slack = await SlackStandIn.start({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    messagesPerSecond: 100,
    messagesAtOnce: 100,
    callsPerMinute: 100_000,
    now: () => clock.now(),
  });
  slack.addUser({ id: ALICE });
  slack.addUser({ id: BOB, email: BOBS_ADDRESS });
  slack.addChannel({ id: CHANNEL, members: [ALICE, BOB] });
  localAws = await LocalAws.start({
    // In Lambda, the SDK is a part of the runtime, and is found in the same way.
    functionEnvironment: { SLACK_API_URL: slack.apiUrl, NODE_PATH: join(PROJECT, 'node_modules') },
    onCall: (call) => calls.push(call),
    onFunctionLog: (_, line) => logged.push(line),
  });
  clock.now = () => localAws.now();
  assembly = mkdtempSync(join(tmpdir(), 'cdk-sentries-own-asker-'));
  stack = await localAws.deploy(await synthesizeApp(EXAMPLE, assembly));
  await localAws.putSecret(output('SigningSecretArn'), SIGNING_SECRET);
  await localAws.putSecret(output('BotTokenArn'), BOT_TOKEN);
  const access = {
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials: await localAws.createUser('visitor'),
  };
  [ec2, dynamo, sqs] = [new EC2Client(access), new DynamoDBClient(access), new SQSClient(access)];
});

afterAll(async () => {
  for (const client of [ec2, dynamo, sqs]) client?.destroy();
  await localAws?.stop();
  await slack?.stop();
  if (assembly) rmSync(assembly, { recursive: true, force: true });
});

/** So much later that nothing is open any more, nor counts towards the requests of an hour. */
beforeEach(async () => {
  await pass(25 * HOUR_MS);
  beginning = { calls: calls.length, logged: logged.length };
  snapshotId = await makeSnapshot();
});

describe('the function that asks', () => {
  test('has people asked, and touches nothing', async () => {
    await ask();
    expect(lastQuestion().text).toContain(snapshotId);
    expect(JSON.stringify(lastQuestion().blocks)).toContain('It costs more than it is worth');
    expect(buttonsOf(lastQuestion())).toEqual(['Approve', 'Deny']);
    expect(await isThere()).toBe(true);
  });

  test('asks once for the same id, and something else under it never', async () => {
    const questions = slack.messages.length;
    const requestId = `deletion-${snapshotId}`;
    expect(await ask({ requestId })).toEqual({ requestId });
    expect(await ask({ requestId, facts: [] })).toEqual({ requestId });
    await expect(invoke({ requestId, payload: { snapshotId: 'snap-2' } })).rejects.toThrow(
      'was asked with another "subject", "payload" or "labels" before',
    );
    await settled();
    expect(slack.messages).toHaveLength(questions + 1);
  });

  test('says what is wrong where no one can be asked', async () => {
    const questions = slack.messages.length;
    await expect(invoke({ title: undefined })).rejects.toThrow(/No one is asked.*title/s);
    await expect(invoke({ sneaky: 'unshown' })).rejects.toThrow(/No one is asked.*sneaky/s);
    await expect(invoke({ payload: 'x'.repeat(70_000) })).rejects.toThrow('more than 65536 bytes');
    await expect(invoke({ requestId: 'a b' })).rejects.toThrow(/No one is asked.*requestId/s);
    await settled();
    expect(slack.messages).toHaveLength(questions);
  });
});

describe('what people decide is made true, and the question says so', () => {
  test('approved by two: the snapshot is deleted', async () => {
    await ask();
    await click(ALICE, 'Approve');
    expect(await isThere()).toBe(true);
    await click(BOB, 'Approve');
    expect(await isThere()).toBe(false);
    expect(lastQuestion().text).toMatch(/Approved.*The snapshot is deleted/s);
    expect(buttonsOf(lastQuestion())).toEqual([]);
  });

  test('denied: it is kept', async () => {
    await ask();
    await click(ALICE, 'Deny');
    expect(await isThere()).toBe(true);
    expect(lastQuestion().text).toMatch(/Denied.*The snapshot is kept/s);
  });

  test('answered by no one: it is kept', async () => {
    await ask();
    await pass(25 * HOUR_MS);
    expect(await isThere()).toBe(true);
    expect(lastQuestion().text).toMatch(/Expired.*The snapshot is kept/s);
  });

  test('not asked about so soon after a denial: it is kept, and the workflow knows that', async () => {
    await ask();
    await click(ALICE, 'Deny');
    await ask();
    expect(answers().at(-1)).toMatchObject({ outcome: 'carried-out', attempt: 1 });
    expect(decisions().map(({ decision }) => decision)).toEqual(['denied', 'not-asked']);
    await pass(6 * MINUTE_MS);
    expect(decisions()).toHaveLength(2);
    expect(await isThere()).toBe(true);
  });
});

describe('a decision is carried out once', () => {
  test('however often it comes, and at the same time', async () => {
    await ask();
    await approve();
    const decision = lastDecision();
    const again = JSON.stringify({ version: 1, type: 'decision', ...decision });
    await Promise.all([1, 2, 3].map(async () => send(decisionQueue(), again)));
    expect(deletions()).toBe(1);
    expect(lastQuestion().text).toContain('The snapshot is deleted');
  });

  test('by a handler that ends when it has just deleted: the next call hears that one has begun', async () => {
    await ask();
    localAws.crashNext({ service: 'ec2', action: 'DeleteSnapshot', when: 'after' });
    await approve();
    expect(deletions()).toBe(1);
    expect(await isThere()).toBe(false);
    expect(lastQuestion().text).toMatch(/Carried out.*The snapshot is gone/s);
  });

  test('by a handler that fails, and then works: no one has to do anything', async () => {
    await ask();
    failDeletions(1);
    await approve();
    expect(deletions()).toBe(2);
    expect(await isThere()).toBe(false);
    expect(answers().map(({ outcome }) => outcome)).toEqual(['carried-out']);
    expect(lastQuestion().text).toContain('The snapshot is deleted');
  });

  test('where the answer of the handler is lost: the next call finds what was done', async () => {
    await ask();
    const lost = localAws.loseAnswers();
    const approved = approve();
    while (!lost.calls.some(({ action }) => action === 'Invoke')) await setImmediate();
    lost.end();
    // No one knows whether the call is over, until it cannot be under way any more.
    await localAws.setClock(new Date(localAws.now().getTime() + 10 * MINUTE_MS));
    await approved;
    expect(await isThere()).toBe(false);
    expect(lastQuestion().text).toMatch(/Carried out.*The snapshot is gone/s);
  });
});

test('more time is given by another than the one who asked, and the function hears of it before the end', async () => {
  await ask({ mayBeTimed: true, requester: { name: 'Bob', email: BOBS_ADDRESS } });
  await click(ALICE, 'Approve for 1 h');
  await pass(55 * MINUTE_MS);
  const reminder = slack.messages.filter(({ threadTs }) => threadTs !== undefined).at(-1);
  await click(BOB, '1 h more', reminder);
  expect(slack.ephemerals.at(-1)).toMatchObject({
    userId: BOB,
    text: expect.stringContaining('you asked for it yourself'),
  });
  await click(ALICE, '1 h more', reminder);
  expect(decisions()).toMatchObject([
    { decision: 'approved', attempt: 1 },
    { decision: 'approved', attempt: 2, isExtension: true },
  ]);
  // It does not take the deletion for its own a second time.
  expect(answers().at(-1)).toMatchObject({ outcome: 'conflicting', attempt: 2 });
  expect(reminder!.text).toContain('It is not given more time');
  await pass(6 * MINUTE_MS);
  expect(decisions().at(-1)).toMatchObject({ decision: 'ended' });
  expect(deletions()).toBe(1);
});

describe('an answer always comes back', () => {
  test('to who asks the same while it is open, and people are asked once', async () => {
    await ask();
    const questions = slack.messages.length;
    const { requestId } = Asked.parse(await ask());
    expect(decisions()).toMatchObject([{ decision: 'not-asked', reason: 'asked-already' }]);
    expect(answers()).toMatchObject([{ requestId, text: 'The snapshot is kept.' }]);
    await approve();
    expect(await isThere()).toBe(false);
    expect(slack.messages).toHaveLength(questions);
  });

  test('to who asks what the workflow cannot show, as far as it says who it is', async () => {
    await ask();
    const { QueueUrl, MessageBody } = lastSent('"type":"ask"');
    const message = { ...JSON.parse(MessageBody), requestId: 'unreadable', subject: '' };
    await send(QueueUrl, JSON.stringify(message));
    await send(QueueUrl, JSON.stringify(message));
    expect(decisions()).toMatchObject([{ decision: 'not-asked', reason: 'unreadable' }]);
  });
});

describe('things are not any more as people were shown them', () => {
  test('the snapshot is gone: the question says so', async () => {
    await ask();
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
    await approve();
    expect(lastQuestion().text).toMatch(/Not carried out.*there is no such snapshot/s);
  });

  test('someone wants it kept: it is kept', async () => {
    await ask();
    await tagToKeep();
    await approve();
    expect(await isThere()).toBe(true);
    expect(lastQuestion().text).toMatch(/Not carried out.*it has the tag/s);
  });
});

describe('nothing is deleted by someone who writes', () => {
  test('into the queue of decisions: what the workflow has not signed', async () => {
    await ask();
    await click(ALICE, 'Deny');
    const { statement, mac } = lastDecision();
    const approved = JSON.stringify({ ...JSON.parse(statement), decision: 'approved', attempt: 2 });
    for (const forgedMac of [mac, '', `${'A'.repeat(43)}=`]) {
      await sendDecision({ statement: approved, mac: forgedMac });
    }
    expect(refusals()).toEqual(Array(3).fill(expect.stringContaining('has not signed')));
    expect(await isThere()).toBe(true);
  });

  test('into the queue of requests: people approve what the function never asked', async () => {
    await ask();
    const asked = lastSent('"type":"ask"');
    const forged = { ...JSON.parse(asked.MessageBody), requestId: 'another', subject: 'another' };
    await send(asked.QueueUrl, JSON.stringify(forged));
    await approve();
    expect(refusals()).toEqual([expect.stringContaining('nothing was asked under this id')]);
    expect(lastQuestion().text).toMatch(/Not carried out.*not known that this was asked/s);
    expect(await isThere()).toBe(true);
  });

  test('into the table: people approve something else than what would be done', async () => {
    const { requestId } = Asked.parse(await ask());
    const item = await storedItem(requestId);
    const other = await makeSnapshot();
    const payload = JSON.stringify({ snapshotId: other });
    const forged = JSON.stringify({ ...JSON.parse(item.asked?.S ?? ''), payload });
    await dynamo.send(
      new PutItemCommand({ TableName: table(), Item: { ...item, asked: { S: forged } } }),
    );
    await approve();
    expect(refusals()).toEqual([expect.stringContaining('something else')]);
    expect(lastQuestion().text).toMatch(/Failed.*shown something else than what was asked/s);
    expect(buttonsOf(lastQuestion())).toEqual(['Retry']);
    expect([await isThere(), await isThere(other)]).toEqual([true, true]);
  });
});

test('the saved query on what became of decisions asks fields of the log; the others are of sentries', () => {
  expect(fieldsWithoutLine('what-became-of-decisions', logged)).toEqual(['group', 'keyId']);
});

describe('the rights of the functions', () => {
  let statements: RoleStatement[];

  beforeAll(async () => {
    const { endpoint, region } = localAws;
    const iam = new IAMClient({
      endpoint,
      region,
      credentials: await localAws.createUser('auditor'),
    });
    const roles = [
      'SnapshotDeletionAskApprovalRole',
      'SnapshotDeletionCarryOutDecisionRole',
      'DeleteSnapshotServiceRole',
    ].map((role) => physicalId('AWS::IAM::Role', role));
    statements = (await policyStatements(iam, stack)).filter(({ role }) => roles.includes(role));
    iam.destroy();
  });

  test('are enough for all that they did in these tests', async () => {
    const own = functionCalls().filter(({ callerArn = '' }) =>
      statements.some(({ role }) => callerArn.includes(`:assumed-role/${role}/`)),
    );
    // What is deleted is the next test's.
    const others = own.filter(({ action }) => action !== 'DeleteSnapshot');
    expect(others.length).toBeGreaterThan(50);
    expect(await whatIsNotAllowed(others, statements)).toEqual([]);
  });

  test('let the handler alone delete snapshots, and call it only the one that proves decisions', () => {
    const toDelete = statements.filter(
      ({ effect, actions }) =>
        effect === 'Allow' && actions.some((action) => /^(\*|ec2:(\*|Delete))/.test(action)),
    );
    expect(toDelete).toEqual([
      expect.objectContaining({
        role: physicalId('AWS::IAM::Role', 'DeleteSnapshotServiceRole'),
        actions: ['ec2:DeleteSnapshot'],
        resources: [`arn:aws:ec2:${localAws.region}::snapshot/*`],
      }),
    ]);
    const toCall = statements.filter(
      ({ effect, actions }) => effect === 'Allow' && actions.includes('lambda:InvokeFunction'),
    );
    expect(toCall).toEqual([
      expect.objectContaining({
        role: physicalId('AWS::IAM::Role', 'SnapshotDeletionCarryOutDecisionRole'),
        resources: [
          expect.stringContaining(
            `:function:${physicalId('AWS::Lambda::Function', 'DeleteSnapshot')}`,
          ),
        ],
      }),
    ]);
  });
});

test('docs/own-asker.md shows the code of the example as it is', () => {
  const code = ['app.ts', 'snapshots/index.js']
    .map((file) => readFileSync(join(EXAMPLE, file), 'utf8'))
    .join('\n');
  const page = readFileSync(join(PROJECT, 'docs', 'own-asker.md'), 'utf8');
  const shown = [...page.matchAll(/```[jt]s\n(.+?)\n```/gs)].flatMap(([, snippet = '']) =>
    snippet.split('\n\n'),
  );
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter((part) => !code.includes(`${part}\n`))).toEqual([]);
});

test('the function of the example has at most 40 lines', () => {
  const lines = readFileSync(join(EXAMPLE, 'snapshots/index.js'), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(40);
});

async function ask(event: object = {}): Promise<unknown> {
  const answer = await invoke(event);
  await settled();
  return answer;
}

async function invoke(event: object): Promise<unknown> {
  return localAws.invoke(physicalId('AWS::Lambda::Function', 'SnapshotDeletionAskApproval'), {
    subject: `delete ${snapshotId}`,
    title: `Delete the EBS snapshot ${snapshotId}`,
    requester: { name: 'Ann' },
    facts: [{ label: 'Reason given', value: 'It costs more than it is worth' }],
    ifApproved: 'It is deleted, for good.',
    payload: { snapshotId },
    ...event,
  });
}

async function approve(): Promise<void> {
  const question = lastQuestion();
  await click(ALICE, 'Approve', question);
  await click(BOB, 'Approve', question);
}

async function click(
  userId: string,
  text: string,
  { channel, ts } = lastQuestion(),
): Promise<void> {
  const interactionsUrl = interactionsUrlOf(stack);
  await slack.click({ interactionsUrl, userId, channel, ts, text });
  await settled();
}

function lastQuestion(): Message {
  const question = slack.messages.filter(({ threadTs }) => threadTs === undefined).at(-1);
  if (!question) throw new Error('No one was asked in Slack.');
  return question;
}

/** From queue to queue, until no function has anything left to do. */
async function settled(): Promise<void> {
  for (let before = -1; before !== calls.length;) {
    before = calls.length;
    await localAws.settled();
  }
}

/** A while passes, with a run of the workflow at its end. */
async function pass(milliseconds: number): Promise<void> {
  await localAws.setClock(new Date(localAws.now().getTime() + milliseconds));
  await localAws.fire(stack, 'ApprovalsMinuteRule');
  await settled();
}

async function makeSnapshot(): Promise<string> {
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: `${localAws.region}a`, Size: 8 }),
  );
  const { SnapshotId } = await ec2.send(
    new CreateSnapshotCommand({ VolumeId, Description: 'before the move' }),
  );
  if (!SnapshotId) throw new Error(`The emulator made no snapshot of ${VolumeId}.`);
  return SnapshotId;
}

async function tagToKeep(): Promise<void> {
  await ec2.send(
    new CreateTagsCommand({ Resources: [snapshotId], Tags: [{ Key: 'keep', Value: 'Olga' }] }),
  );
}

async function isThere(id = snapshotId): Promise<boolean> {
  const { Snapshots = [] } = await ec2.send(
    new DescribeSnapshotsCommand({ Filters: [{ Name: 'snapshot-id', Values: [id] }] }),
  );
  return Snapshots.length > 0;
}

/** How often functions had a snapshot deleted, or tried. */
function deletions(): number {
  return functionCalls(beginning.calls).filter(({ action }) => action === 'DeleteSnapshot').length;
}

function functionCalls(from = 0): ApiCall[] {
  return calls.slice(from).filter(({ invocationId }) => invocationId !== undefined);
}

/** Why functions took decisions for none. */
function refusals(): string[] {
  return logged.slice(beginning.logged).filter((line) => line.includes('a decision that is none'));
}

/** The messages that were sent with such a text in them. */
function sent(text: string): z.infer<typeof Sent>[] {
  return calls
    .slice(beginning.calls)
    .filter(({ action }) => action === 'SendMessage')
    .map(({ json }) => Sent.parse(json))
    .filter(({ MessageBody: body }) => body.includes(text));
}

function lastSent(text: string): z.infer<typeof Sent> {
  const message = sent(text).at(-1);
  if (!message) throw new Error(`No message with ${text} was sent.`);
  return message;
}

/** What was reported of decisions. */
function answers() {
  const Outcome = z.object({
    requestId: z.string(),
    outcome: z.string(),
    text: z.string(),
    attempt: z.number(),
  });
  return sent('"type":"outcome"').map(({ MessageBody: body }) => Outcome.parse(JSON.parse(body)));
}

function failDeletions(times: number): void {
  const errorCode = 'InvalidSnapshot.InUse';
  localAws.failNext({ service: 'ec2', action: 'DeleteSnapshot', errorCode, times });
}

function lastDecision(): Decision {
  return Decision.parse(JSON.parse(lastSent('"type":"decision"').MessageBody));
}

function decisions() {
  const Statement = z.object({
    asker: z.literal(ASKER),
    decision: z.string(),
    attempt: z.number(),
    isExtension: z.optional(z.boolean()),
    reason: z.optional(z.string()),
  });
  return sent('"type":"decision"').map(({ MessageBody: body }) =>
    Statement.parse(JSON.parse(Decision.parse(JSON.parse(body)).statement)),
  );
}

async function sendDecision(decision: Decision): Promise<void> {
  await send(decisionQueue(), JSON.stringify({ version: 1, type: 'decision', ...decision }));
}

async function send(queueUrl: string, body: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  await settled();
}

function decisionQueue(): string {
  return physicalId('AWS::SQS::Queue', /^ApprovalsAsker[0-9A-F]{8}Decisions/i);
}

function table(): string {
  return physicalId('AWS::DynamoDB::Table', 'SnapshotDeletionAsked');
}

async function storedItem(requestId: string): Promise<Record<string, AttributeValue>> {
  const { Item } = await dynamo.send(
    new GetItemCommand({
      TableName: table(),
      Key: { pk: { S: `REQUEST#${requestId}` }, sk: { S: 'ACTION' } },
    }),
  );
  if (!Item) throw new Error(`The function has not stored ${requestId}.`);
  return Item;
}

/** By the start of its logical id. */
function physicalId(type: string, logicalIdStart: string | RegExp): string {
  const start = new RegExp(
    logicalIdStart instanceof RegExp ? logicalIdStart : `^${logicalIdStart}`,
  );
  const found = [...stack.resources].find(
    ([id, resource]) => resource.type === type && start.test(id),
  );
  if (!found) {
    throw new Error(`The example has no ${type} whose logical id begins as ${start}.`);
  }
  return found[1].physicalId;
}

function output(name: string): string {
  const value = stack.outputs.get(name);
  if (value === undefined) throw new Error(`The example has no output ${name}.`);
  return value;
}
