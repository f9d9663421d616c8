import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import {
  type AppAnswer,
  type ClickOverrides,
  type RawPost,
  signatureOf,
} from '../../sandbox/slack/clicks';
import type { SubmissionOverrides } from '../../sandbox/slack/modals';
import type { Message } from '../../sandbox/slack/workspace';
import { DenialPrompt } from '../../src';
import { approvalDigest } from '../../src/approval/adapters/approval-digest';
import { queueText } from '../../src/approval/adapters/sent-queue-messages';
import type { AskMessage } from '../../src/approval/contracts/approval-messages';
import {
  ALICE,
  APPROVAL_CHANNEL,
  ApprovalSandbox,
  BOB,
  buttonsOf,
  CAROL,
  DAN,
  type Item,
  MALLORY,
  MONITOR_CHANNEL,
  ROUTE_CHANNEL,
  ROUTED_ACCOUNT,
  SIGNING_SECRET,
} from '../support/sandbox/approval-sandbox';

jest.setTimeout(600_000);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TRY_AGAIN_MS = HOUR_MS / 3;
const HTTPS = '443 from 0.0.0.0/0';
const TESTS = 33;
const FUZZ_ROUNDS = 10_000;
const FUZZ_AT_ONCE = 4;

const REQUESTS = 'ApprovalsRequests';
const LEDGER = 'GuardLedger';

let sandbox: ApprovalSandbox;
/**
 * Alice's approval of a request that is open, as Slack would send it. Anyone who gets it counted
 * has opened a port, with Bob's.
 */
let approval: string;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(TESTS, { denialPrompt: DenialPrompt.OPTIONAL });
});

afterAll(async () => sandbox?.stop());

beforeEach(async () => {
  await sandbox.pass(DAY_MS + HOUR_MS);
  sandbox.begin();
  await openPort(8080);
  approval = await sandbox.clickBody(ALICE, 'Approve');
});

describe('what Slack has not signed', () => {
  /** Each changes one thing of what would be taken otherwise. */
  const FORGED: [string, (seconds: number) => Partial<RawPost>][] = [
    ['with another secret', () => ({ signingSecret: 'another' })],
    ['with an empty secret', () => ({ signingSecret: '' })],
    ['without a signature', () => ({ headers: { 'X-Slack-Signature': undefined } })],
    ['with an empty signature', () => ({ headers: { 'X-Slack-Signature': '' } })],
    ['without a time', () => ({ headers: { 'X-Slack-Request-Timestamp': undefined } })],
    ['with a time that is none', () => ({ headers: { 'X-Slack-Request-Timestamp': 'now' } })],
    [
      'with a time that has a sign',
      (now) => ({ headers: { 'X-Slack-Request-Timestamp': `+${now}` } }),
    ],
    ['of five minutes ago and more', (now) => ({ timestamp: now - 302 })],
    ['of five minutes ahead and more', (now) => ({ timestamp: now + 310 })],
    [
      'of another time than its signature',
      (now) => ({ headers: { 'X-Slack-Request-Timestamp': String(now - 1) } }),
    ],
    [
      'with two signatures',
      (now) => ({ headers: { 'X-Slack-Signature': [signed(now), signed(now)] } }),
    ],
    [
      'with a bad signature before the good one',
      (now) => ({ headers: { 'X-Slack-Signature': [`v0=${'0'.repeat(64)}`, signed(now)] } }),
    ],
    [
      'with two times',
      (now) => ({ headers: { 'X-Slack-Request-Timestamp': [String(now), String(now)] } }),
    ],
    [
      'with a signature of another version',
      (now) => ({ headers: { 'X-Slack-Signature': signed(now).replace('v0=', 'v1=') } }),
    ],
    [
      'with a signature in capitals',
      (now) => ({ headers: { 'X-Slack-Signature': signed(now).toUpperCase() } }),
    ],
    [
      'with a part of the signature',
      (now) => ({ headers: { 'X-Slack-Signature': signed(now).slice(0, -2) } }),
    ],
    [
      'with the signature of another body',
      (now) => ({ headers: { 'X-Slack-Signature': signed(now) }, body: `${approval}&more=1` }),
    ],
    ['as JSON', () => ({ headers: { 'Content-Type': 'application/json' } })],
    ['as text', () => ({ headers: { 'Content-Type': 'text/plain' } })],
    ['as parts', () => ({ headers: { 'Content-Type': 'multipart/form-data; boundary=x' } })],
    ['as nothing', () => ({ headers: { 'Content-Type': undefined } })],
    ['with no body', () => ({ body: '' })],
    ['with a huge body', () => ({ body: `${approval}&more=${'x'.repeat(300_000)}` })],
    [
      'as a check of the certificate, with a payload',
      () => ({ body: `ssl_check=1&${approval}`, signingSecret: 'another' }),
    ],
    [
      'as a check of the certificate, without one',
      () => ({ body: 'ssl_check=1', signingSecret: 'another' }),
    ],
  ];

  test('is answered with 401 and nothing else, and leaves nothing behind, however it comes', async () => {
    const before = await sandbox.items(REQUESTS);
    const reads = secretReads();
    for (const [how, change] of FORGED) {
      const { status, body } = await sandbox.slack.post({
        url: sandbox.interactionsUrl,
        body: approval,
        ...change(nowSeconds()),
      });
      expect({ how, status, body }).toEqual({ how, status: 401, body: '' });
    }
    await sandbox.settled();
    expect(await sandbox.items(REQUESTS)).toEqual(before);
    expect(secretReads() - reads).toBeLessThanOrEqual(4);
    // All of them would have been taken as they were before.
    expect(
      await sandbox.slack.post({ url: sandbox.interactionsUrl, body: approval }),
    ).toMatchObject({ status: 200, body: '' });
  });

  test.each(['GET', 'PUT', 'HEAD', 'DELETE', 'OPTIONS'])(
    '%s finds nothing there',
    async (method) => {
      const before = await sandbox.items(REQUESTS);
      const seconds = nowSeconds();
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Slack-Request-Timestamp': String(seconds),
        'X-Slack-Signature': signed(seconds),
      };
      expect((await answerTo(method, headers)).status).toBe(404);
      expect(await sandbox.items(REQUESTS)).toEqual(before);
    },
  );

  test('more than API Gateway takes does not come through', async () => {
    const before = await sandbox.items(REQUESTS);
    expect(
      await sandbox.slack.post({
        url: sandbox.interactionsUrl,
        body: `${approval}&more=${'x'.repeat(11 * 1024 * 1024)}`,
      }),
    ).toMatchObject({ status: 413 });
    expect(await sandbox.items(REQUESTS)).toEqual(before);
  });

  test('has the secret read once in a minute at the most, however often it comes', async () => {
    const reads = secretReads();
    const posts = Array.from({ length: 200 }, async () =>
      sandbox.slack.post({
        url: sandbox.interactionsUrl,
        body: approval,
        signingSecret: 'another',
      }),
    );
    expect(new Set((await Promise.all(posts)).map(({ status }) => status))).toEqual(new Set([401]));
    // Of each process of the function: the current value, and the one before.
    expect(secretReads() - reads).toBeLessThanOrEqual(20);
  });
});

describe('what Slack has signed, and no workflow has made', () => {
  const FOREIGN: [string, () => string, 200 | 401][] = [
    ['a check of the certificate', () => 'ssl_check=1', 200],
    ['another kind of interaction', () => form({ type: 'view_submission' }), 200],
    ['a button of someone else', () => withValue('something'), 200],
    ['a button of another version', () => withValue(valueIn(approval).replace('v1.', 'v2.')), 200],
    [
      'a button that shows all for a time',
      () => withValue(valueIn(approval).replace('.approve..', '.deny.60.')),
      200,
    ],
    ['no payload', () => 'other=1', 401],
    ['two payloads', () => `${approval}&${approval}`, 401],
    ['a payload that is no JSON', () => 'payload=%7B', 401],
    ['a payload that is null', () => 'payload=null', 401],
    ['a list', () => 'payload=%5B%5D', 401],
    ['deeper JSON than anyone needs', () => `payload=${'['.repeat(50_000)}`, 401],
    ['no action', () => form({ ...payload(), actions: [] }), 401],
    [
      'two actions',
      () => form({ ...payload(), actions: [actionIn(payload()), actionIn(payload())] }),
      401,
    ],
    [
      "another channel than the message's",
      () => form({ ...payload(), channel: { id: MONITOR_CHANNEL } }),
      401,
    ],
    [
      'an id that is none',
      () => form({ ...payload(), user: { id: '<!channel>', team_id: 'T1' } }),
      401,
    ],
    ['half a character', () => withValue('\ud800'), 401],
  ];

  test('is answered, and leaves nothing behind', async () => {
    const before = await sandbox.items(REQUESTS);
    for (const [what, body, status] of FOREIGN) {
      const answer = await sandbox.slack.post({ url: sandbox.interactionsUrl, body: body() });
      expect([what, { status: answer.status, body: answer.body }]).toEqual([
        what,
        { status, body: '' },
      ]);
    }
    await sandbox.settled();
    expect(await sandbox.items(REQUESTS)).toEqual(before);
  });
});

describe('a click that does not count', () => {
  const CLICKS: [string, () => ClickOverrides][] = [
    ['of another workspace', () => ({ teamId: 'T9' })],
    ['of another app', () => ({ appId: 'A9' })],
    ['in another channel', () => ({ channelId: MONITOR_CHANNEL })],
    ['of a guest, at home in another workspace', () => ({ userTeamId: 'T9' })],
    [
      'about another digest',
      () => ({ value: valueIn(approval).replace(/[0-9a-f]{64}$/, '0'.repeat(64)) }),
    ],
    [
      'about no request',
      () => ({ value: valueIn(approval).replace(/^(v1\.approve\.\.)[^.]*/, '$1nothing') }),
    ],
    [
      'for a time that is not offered',
      () => ({ value: valueIn(approval).replace('.approve..', '.approve.999999.') }),
    ],
    ['for no time', () => ({ value: valueIn(approval).replace('.approve..', '.approve.0.') })],
    [
      'that retries what did not fail',
      () => ({ value: valueIn(approval).replace('.approve..', '.retry..') }),
    ],
  ];

  test.each(CLICKS)('%s opens nothing, even by both who may decide', async (_, as) => {
    const question = sandbox.lastQuestion;
    for (const user of [ALICE, BOB]) {
      expect(await sandbox.click(user, 'Approve', question, as())).toMatchObject({
        status: 200,
        body: '',
      });
    }
    await expectOpen(question);
  });

  test('of someone who may not decide opens nothing, nor does one who approves twice', async () => {
    const question = sandbox.lastQuestion;
    for (const user of [MALLORY, ALICE, ALICE]) await sandbox.click(user, 'Approve', question);
    await sandbox.click(ALICE, 'Approve for 1 h', question);
    await expectOpen(question);
  });
});

describe('an approver of another route', () => {
  test('decides nothing: of two requests at once, each is decided by its own route', async () => {
    const own = sandbox.lastQuestion;
    const routed = await askByRoute('routed-1');
    for (const user of [ALICE, BOB]) await sandbox.click(user, 'Approve', routed);
    for (const user of [CAROL, DAN]) await sandbox.click(user, 'Approve', own);
    for (const user of [CAROL, DAN]) {
      await sandbox.click(user, 'Approve', routed, { channelId: APPROVAL_CHANNEL });
    }
    await expectOpen(own);
    expect(await dataOf('routed-1')).toMatchObject({ votes: [], route: { name: 'routed' } });
    expect(await refusedClicksOf('routed-1')).toEqual([ALICE, BOB, CAROL, DAN]);
    expect(await refusedClicksOf(buttonIn(own).requestId)).toEqual([CAROL, DAN]);

    for (const user of [CAROL, DAN]) await sandbox.click(user, 'Approve', routed);
    expect(await dataOf('routed-1')).toMatchObject({
      decision: { kind: 'approved', by: [CAROL, DAN] },
    });
    await expectOpen(own);
    for (const user of [ALICE, BOB]) await sandbox.click(user, 'Approve', own);
    expect(await sandbox.rules(sandbox.guarded)).toHaveLength(2);
  });
});

test('a modal for a reason decides nothing but what its own user may deny', async () => {
  const question = sandbox.lastQuestion;
  const { requestId } = buttonIn(question);
  const modal = await sandbox.denyModal(ALICE);
  const { private_metadata: carried = '' } = modal.view;
  const carrying = (change: object) => JSON.stringify({ ...JSON.parse(carried), ...change });
  const value = valueIn(approval);
  const forged: SubmissionOverrides[] = [
    { userId: BOB },
    { appId: 'A0OTHER' },
    { userTeamId: 'T0OTHER' },
    { userId: MALLORY, privateMetadata: carrying({ userId: MALLORY }) },
    { privateMetadata: carrying({ value }) },
    { privateMetadata: carrying({ value: value.replace('approve', 'deny').replace(/.$/, 'x') }) },
    {
      privateMetadata: carrying({
        value: `${value.replace('approve', 'deny').slice(0, -64)}${'0'.repeat(64)}`,
      }),
    },
    { privateMetadata: carrying({ channelId: MONITOR_CHANNEL }) },
    { privateMetadata: carrying({ clickedAt: 'long ago' }) },
    { privateMetadata: '{' },
  ];
  expect(JSON.parse(carried)).toMatchObject({ clickedAt: expect.stringMatching(/^\d{4}-.+Z$/) });
  for (const as of forged) {
    await sandbox.submit(modal, 'Because I say so', as);
    modal.isOpen = true;
  }
  await sandbox.submit(await sandbox.denyModal(MALLORY), 'Because I say so');
  await expectOpen(question);
  expect(await dataOf(requestId)).toMatchObject({ votes: [] });

  await sandbox.submit(modal, 'No ticket');
  expect(await dataOf(requestId)).toMatchObject({
    decision: { kind: 'denied', by: [ALICE], denialReason: 'No ticket' },
  });
});

describe('someone who writes into a queue', () => {
  test("cannot make a decision without the workflow's key, nor change one", async () => {
    const denied = await decisionOf(async () =>
      sandbox.submit(await sandbox.denyModal(ALICE), 'No'),
    );
    await openPort(8081);
    const { requestId } = buttonIn(sandbox.lastQuestion);
    const statement = { ...JSON.parse(denied.statement), decision: 'approved' };
    const changed = JSON.stringify(statement);
    const other = JSON.stringify({
      ...statement,
      requestId,
      digest: buttonIn(sandbox.lastQuestion).digest,
    });
    const refusals = refusedDecisions();
    for (const text_ of [changed, other]) {
      for (const mac of [denied.mac, '', 'A'.repeat(43) + '=', `${denied.mac} `]) {
        await sandbox.send(
          denied.queueUrl,
          JSON.stringify({ version: 1, type: 'decision', statement: text_, mac }),
        );
      }
    }
    await sandbox.settled();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    expect(refusedDecisions() - refusals).toBe(8);
  });

  test('cannot have an approval count again once its time is over', async () => {
    const approved = await decisionOf(async () => sandbox.approve('Approve for 1 h'));
    expect(await sandbox.rules(sandbox.guarded)).toHaveLength(2);
    await sandbox.pass(HOUR_MS + 60_000);
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    await sandbox.send(approved.queueUrl, approved.body);
    await sandbox.settled();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  });

  test('cannot have one sentry do what people decided for another', async () => {
    const approved = await decisionOf(async () => sandbox.approve());
    const refusals = refusedDecisions();
    const others = sandbox.decisionQueues.filter(
      (url) => url.split('/').at(-1) !== approved.queueUrl.split('/').at(-1),
    );
    expect(others).toHaveLength(1);
    for (const url of others) await sandbox.send(url, approved.body);
    await sandbox.settled();
    expect(refusedDecisions() - refusals).toBe(1);
    expect(await sandbox.rules(sandbox.lenient)).toEqual([HTTPS]);
  });

  test('cannot have a click judged that was never sent', async () => {
    const before = await sandbox.items(REQUESTS);
    await sandbox.send(
      clickQueue(),
      JSON.stringify({ version: 1, type: 'click', clickId: 'f'.repeat(64) }),
    );
    await sandbox.settled();
    expect(await sandbox.items(REQUESTS)).toEqual(before);
  });
});

describe('someone who writes into a table', () => {
  // What no one can read any more is tried until it is given up.
  beforeAll(() => sandbox.skipWaits(TRY_AGAIN_MS));
  afterAll(() => sandbox.skipWaits(0));

  test('cannot put a request to approved', async () => {
    const { requestId } = buttonIn(sandbox.lastQuestion);
    const at = sandbox.localAws.now().toISOString();
    const item = await requestItem(requestId);
    const votes = [ALICE, BOB].map((userId) => ({ userId, at }));
    await sandbox.putItem(
      REQUESTS,
      withData(
        { ...item, dueOf: { S: 'DUE' }, dueAt: { N: '1' } },
        {
          votes,
          decision: { kind: 'approved', at, by: [ALICE, BOB] },
          carrying: { phase: 'decision', attempt: 1 },
        },
      ),
    );
    await sandbox.minute();
    await sandbox.minute();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  });

  test('cannot add a vote', async () => {
    const question = sandbox.lastQuestion;
    const item = await requestItem(buttonIn(question).requestId);
    await sandbox.putItem(
      REQUESTS,
      withData(item, { votes: [{ userId: BOB, at: sandbox.localAws.now().toISOString() }] }),
    );
    await sandbox.click(ALICE, 'Approve', question);
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  });

  test('cannot have people see one question and approve another', async () => {
    const question = sandbox.lastQuestion;
    const item = await requestItem(buttonIn(question).requestId);
    await sandbox.putItem(REQUESTS, {
      ...item,
      data: { S: (item.data?.S ?? '').replaceAll('8080', '3389') },
    });
    await sandbox.click(ALICE, 'Approve', question);
    await sandbox.click(BOB, 'Approve', question);
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  });

  test('cannot have a request decided by another route, or in another channel', async () => {
    const routed = await askByRoute('routed-2');
    const item = await requestItem('routed-2');
    const moved = { route: { name: 'routed', channelId: APPROVAL_CHANNEL } };
    const digest = approvalDigest(ROUTED.question, ROUTED.payload);
    const unlabelled = { labels: undefined, route: undefined, digest };
    const as = { channelId: APPROVAL_CHANNEL };
    for (const [user, change] of [[CAROL, moved] as const, [ALICE, unlabelled] as const]) {
      await sandbox.putItem(REQUESTS, withData(item, change));
      await sandbox.click(user, 'Approve', routed, as);
      expect(await dataOf('routed-2')).toMatchObject({ votes: [], judgedClicks: [] });
    }
  });

  test('cannot have the sentry apply something else than what it has asked', async () => {
    const question = sandbox.lastQuestion;
    const { requestId } = buttonIn(question);
    const [asked] = (await sandbox.items(LEDGER)).filter(({ asked: { S: kept = '' } = {} }) =>
      kept.includes(requestId),
    );
    const refusals = refusedDecisions();
    await sandbox.putItem(LEDGER, {
      ...asked,
      asked: { S: (asked?.asked?.S ?? '').replaceAll('8080', '8888') },
    });
    await sandbox.approve();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    expect(refusedDecisions() - refusals).toBe(1);
  });

  test("cannot click: neither with no signature of Slack's, nor with one of something else", async () => {
    const question = sandbox.lastQuestion;
    await sandbox.click(MALLORY, 'Approve', question);
    const clicked = (await sandbox.items(REQUESTS)).find(
      ({ pk: { S: key = '' } = {}, data: { S: data = '' } = {} }) =>
        key.startsWith('CLICK#') && bodyIn(data).includes(MALLORY),
    )!;
    const { signature, timestamp, receivedAt } = JSON.parse(clicked.data?.S ?? '');
    for (const user of [ALICE, BOB]) {
      const body = Buffer.from(await sandbox.clickBody(user, 'Approve', question));
      const id = createHash('sha256').update(body).digest('hex');
      for (const forged of [signature, `v0=${'0'.repeat(64)}`, '']) {
        await sandbox.putItem(REQUESTS, {
          ...clicked,
          pk: { S: `CLICK#${id}` },
          dueOf: { S: 'DUE' },
          dueAt: { N: '1' },
          data: {
            S: JSON.stringify({
              body: body.toString('base64'),
              signature: forged,
              timestamp,
              receivedAt,
            }),
          },
        });
        await sandbox.send(
          clickQueue(),
          JSON.stringify({ version: 1, type: 'click', clickId: id }),
        );
        await sandbox.settled();
        await sandbox.minute();
      }
    }
    await expectOpen(question);
  });
});

test(`of ${FUZZ_ROUNDS} requests that no one should send, none is taken, and none ends the function`, async () => {
  const before = await sandbox.items(REQUESTS);
  const receiver = sandbox.physicalId('AWS::Lambda::Function', 'ApprovalsReceiveInteraction');
  const random = randomFrom(20_261_121);
  const answers = new Map<string, number>();
  const invocations = sandbox.failedInvocations;
  let left = FUZZ_ROUNDS;
  const send = async () => {
    while (left > 0) {
      left -= 1;
      const answer = JSON.stringify(await sandbox.localAws.invoke(receiver, fuzzed(random)));
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: FUZZ_AT_ONCE }, send));
  process.stdout.write(`Fuzzed: ${JSON.stringify([...answers])}\n`);
  expect(
    [...answers.keys()].filter(
      (answer) => !['{"statusCode":401}', '{"statusCode":200}'].includes(answer),
    ),
  ).toEqual([]);
  expect(sandbox.failedInvocations - invocations).toBe(0);
  await sandbox.settled();
  expect(await sandbox.items(REQUESTS)).toEqual(before);
});

const payloadSchema = z.looseObject({ actions: z.array(z.looseObject({ value: z.string() })) });

type Payload = z.infer<typeof payloadSchema>;

function payload(): Payload {
  return payloadSchema.parse(JSON.parse(new URLSearchParams(approval).get('payload') ?? ''));
}

function actionIn({ actions: [action] }: Payload): Payload['actions'][number] {
  if (!action) throw new Error('The payload has no action.');
  return action;
}

function form(value: object): string {
  return new URLSearchParams({ payload: JSON.stringify(value) }).toString();
}

function valueIn(body: string): string {
  return actionIn(payloadSchema.parse(JSON.parse(new URLSearchParams(body).get('payload') ?? '')))
    .value;
}

function withValue(value: string): string {
  return form({ ...payload(), actions: [{ ...actionIn(payload()), value }] });
}

const buttons = z.array(
  z.looseObject({
    elements: z.optional(z.array(z.looseObject({ value: z.optional(z.string()) }))),
  }),
);

function buttonIn({ blocks }: Message): { readonly requestId: string; readonly digest: string } {
  const value =
    buttons
      .parse(blocks)
      .flatMap(({ elements = [] }) => elements.flatMap((element) => element.value ?? []))[0] ?? '';
  const [, , , requestId = '', digest = ''] = value.split('.');
  return { requestId, digest };
}

function nowSeconds(): number {
  return Math.floor(sandbox.localAws.now().getTime() / 1_000);
}

function signed(seconds: number): string {
  return signatureOf(SIGNING_SECRET, seconds, approval);
}

async function answerTo(
  method: string,
  headers: Record<string, string>,
): Promise<Pick<AppAnswer, 'status' | 'body'>> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(sandbox.interactionsUrl, { method, headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    call.on('error', reject);
    call.end(method === 'PUT' ? approval : undefined);
  });
}

async function openPort(port: number): Promise<void> {
  await sandbox.open(sandbox.guarded, {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}

const ROUTED = {
  version: 1,
  type: 'ask',
  asker: 'Approval/Guard',
  source: 'a job',
  payload: '{}',
  labels: { account: ROUTED_ACCOUNT },
  question: {
    title: 'Something in another account',
    requester: { name: 'a job', isAutomatic: true },
    facts: [],
    changes: [{ after: 'something', remarks: [] }],
    meanwhile: 'Nothing is done.',
    ifApproved: 'It is done.',
    ifDenied: 'It is not done.',
    ifUnanswered: 'It is not done.',
    links: [],
    mayBeTimed: false,
  },
} satisfies Omit<AskMessage, 'requestId' | 'subject'>;

/** What an asker asks about an account that is another route's. */
async function askByRoute(requestId: string): Promise<Message> {
  const queue = sandbox.physicalId('AWS::SQS::Queue', 'ApprovalsRequestQueue');
  const message: AskMessage = { ...ROUTED, requestId, subject: requestId };
  await sandbox.send(queue, queueText(message));
  await sandbox.settled();
  const routed = sandbox.messages.filter(({ channel }) => channel === ROUTE_CHANNEL).at(-1);
  if (!routed) throw new Error('No one was asked in the channel of the route.');
  return routed;
}

async function dataOf(requestId: string): Promise<unknown> {
  return JSON.parse((await requestItem(requestId)).data?.S ?? '');
}

/** The people whose clicks were refused by the audit, by name. */
async function refusedClicksOf(requestId: string): Promise<string[]> {
  const entries = (await sandbox.items(REQUESTS))
    .filter(({ pk, sk }) => pk?.S === `REQUEST#${requestId}` && sk?.S?.startsWith('AUDIT#'))
    .map(({ data }) => auditEntry.parse(JSON.parse(data?.S ?? '')));
  return entries.flatMap(({ what, by = '' }) => (what === 'refused-click' ? [by] : [])).sort();
}

const auditEntry = z.object({ what: z.string(), by: z.optional(z.string()) });

/** No one has voted for it, and it can still be decided. */
async function expectOpen(question: Message): Promise<void> {
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  expect(buttonsOf(question)).toContain('Approve');
  const { data: { S: data = '' } = {} } = await requestItem(buttonIn(question).requestId);
  expect(JSON.parse(data)).not.toHaveProperty('decision');
}

function secretReads(): number {
  return sandbox.calls.filter(({ action }) => action === 'GetSecretValue').length;
}

function refusedDecisions(): number {
  return sandbox.logs.filter((line) => line.includes('a decision that is none')).length;
}

function clickQueue(): string {
  return sandbox.physicalId('AWS::SQS::Queue', 'ApprovalsClickQueue');
}

const sentDecision = z.object({ QueueUrl: z.string(), MessageBody: z.string() });

interface SentDecision {
  readonly queueUrl: string;
  readonly body: string;
  readonly statement: string;
  readonly mac: string;
}

/** What the workflow tells the sentry of the guarded group meanwhile. */
async function decisionOf(act: () => Promise<unknown>): Promise<SentDecision> {
  const before = sandbox.calls.length;
  await act();
  const sent = sandbox.calls
    .slice(before)
    .filter(({ action }) => action === 'SendMessage')
    .map(({ json }) => sentDecision.parse(json));
  const decision = sent.find(({ MessageBody: body }) => body.includes('"type":"decision"'));
  if (!decision) throw new Error('The workflow has told no one of a decision.');
  const { QueueUrl: queueUrl, MessageBody: body } = decision;
  return { queueUrl, body, ...JSON.parse(body) };
}

async function requestItem(requestId: string): Promise<Item> {
  const found = (await sandbox.items(REQUESTS)).find(
    ({ pk, sk }) => pk?.S === `REQUEST#${requestId}` && sk?.S === 'REQUEST',
  );
  if (!found) throw new Error(`The table has no request ${requestId}.`);
  return found;
}

function withData(item: Item, change: object): Item {
  return { ...item, data: { S: JSON.stringify({ ...JSON.parse(item.data?.S ?? ''), ...change }) } };
}

function bodyIn(data: string): string {
  return decodeURIComponent(Buffer.from(JSON.parse(data).body, 'base64').toString('utf8'));
}

type Random = () => number;

/** The same numbers in each run (Lehmer's generator). */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function oneOf<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

function randomText(random: Random, most: number): string {
  return Array.from({ length: Math.floor(random() * most) }, () =>
    String.fromCharCode(Math.floor(random() * (random() < 0.8 ? 128 : 65_536))),
  ).join('');
}

/** As API Gateway would hand it over. Signed ones say what no workflow's button says. */
function fuzzed(random: Random): object {
  const isSigned = random() < 0.3;
  const seconds = oneOf(random, [
    nowSeconds(),
    nowSeconds(),
    nowSeconds() - 400,
    nowSeconds() + 400,
  ]);
  const body = Buffer.from(
    isSigned
      ? foreignBody(random)
      : oneOf(random, [
          approval,
          cutOrChanged(random, approval),
          randomText(random, 200),
          '',
          `payload=${randomText(random, 50)}`,
        ]),
  );
  const signature = isSigned
    ? signatureOf(SIGNING_SECRET, seconds, body)
    : wrongSignature(random, seconds, body);
  const headers = {
    'content-type': oneOf(random, [
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded',
      'application/json',
      randomText(random, 20),
    ]),
    'x-slack-request-timestamp': oneOf(random, [
      `${seconds}`,
      `${seconds}`,
      `${seconds}`,
      randomText(random, 12),
    ]),
    'x-slack-signature': signature,
    [oneOf(random, ['host', 'X-Slack-Signature', 'X-SLACK-REQUEST-TIMESTAMP'])]: randomText(
      random,
      70,
    ),
  };
  const isBase64Encoded = random() < 0.7;
  return {
    version: '2.0',
    routeKey: 'POST /slack/interactions',
    rawPath: '/slack/interactions',
    headers,
    requestContext: {
      http: { method: oneOf(random, ['POST', 'POST', 'POST', 'GET']), path: '/slack/interactions' },
    },
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function wrongSignature(random: Random, seconds: number, body: Buffer): string {
  const other = signatureOf('another', seconds, body);
  return oneOf(random, [
    other,
    other,
    `v0=${'0'.repeat(64)}`,
    cutOrChanged(random, other),
    randomText(random, 70),
    '',
    signatureOf('', seconds, body),
  ]);
}

function foreignBody(random: Random): string {
  const value = oneOf(random, [
    randomText(random, 30),
    valueIn(approval).slice(0, -1),
    `${valueIn(approval)}0`,
  ]);
  const strange: unknown = oneOf<unknown>(random, [null, 0, [], {}, randomText(random, 30), true]);
  const keys = Object.keys(payload());
  const key = keys[Math.floor(random() * keys.length)] ?? 'type';
  const changed = {
    ...payload(),
    actions: [{ ...actionIn(payload()), value }],
    ...(key !== 'actions' && { [key]: strange }),
  };
  return oneOf(random, [
    form(changed),
    form({ ...changed, actions: strange }),
    `payload=${randomText(random, 100)}`,
    randomText(random, 100),
    'ssl_check=1',
  ]);
}

function cutOrChanged(random: Random, whole: string): string {
  const at = Math.floor(random() * whole.length);
  return random() < 0.3
    ? whole.slice(0, at)
    : `${whole.slice(0, at)}${randomText(random, 3)}${whole.slice(at + 1)}`;
}
