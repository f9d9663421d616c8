import { setTimeout as sleep } from 'node:timers/promises';
import { AuthorizeSecurityGroupIngressCommand, type IpPermission } from '@aws-sdk/client-ec2';
import type { Message } from '../../sandbox/slack/workspace';
import {
  ALICE,
  ApprovalSandbox,
  BOB,
  buttonsOf,
  type Item,
} from '../support/sandbox/approval-sandbox';

jest.setTimeout(600_000);

const ROUNDS = 100;
/**
 * So many requests are open at once, each about a group of its own: an hour takes no more of them.
 */
const AT_ONCE = 10;
/** Two of them begin twice. */
const TESTS = 9;
const DAY_MS = 25 * 3_600_000;
const HTTPS = '443 from 0.0.0.0/0';
const PORT = 8_080;
const OPENED = `${PORT} from 0.0.0.0/0`;
const REQUESTS = 'ApprovalsRequests';

interface State {
  readonly votes: readonly { readonly userId: string }[];
  readonly decision?: { readonly kind: string; readonly by: readonly string[] };
  readonly carrying?: { readonly attempt: number; readonly outcome?: { readonly kind: string } };
}

let sandbox: ApprovalSandbox;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(TESTS + AT_ONCE);
});

afterAll(async () => sandbox?.stop());

beforeEach(begin);

test(`Approve and Deny in the same instant, ${ROUNDS} times: exactly one of them counts, and all agree on which`, async () => {
  const groups = Array.from({ length: AT_ONCE }, (_, index) => sandbox.guardedOf(TESTS + index));
  const [kinds, meetings]: [string[], boolean[]] = [[], []];
  for (let batch = 0; batch < ROUNDS / AT_ONCE; batch += 1) {
    const port = PORT + batch;
    const questions = await questionsAbout(groups, port);
    await Promise.all(questions.map(async (question) => post(ALICE, 'Approve', question)));
    await sandbox.settled();
    for (const [index, question] of questions.entries()) {
      meetings.push(await approveAndDeny(question, index % 2 === 0));
    }
    await sandbox.settled();
    const items = await sandbox.items(REQUESTS);
    for (const [index, question] of questions.entries()) {
      kinds.push(await agreedOn(question, items, groups[index] ?? '', port));
    }
  }
  expect(kinds).toHaveLength(ROUNDS);
  const met = meetings.filter((isMeeting) => isMeeting).length;
  process.stdout.write(
    `Approve and Deny in the same instant, ${met} of ${ROUNDS} judged at the same time: ${kinds.join(', ')}\n`,
  );
  expect(met).toBeGreaterThan(ROUNDS / 2);
});

test('two approvals in the same instant are both counted', async () => {
  await atOnce([
    [ALICE, 'Approve'],
    [BOB, 'Approve'],
  ]);
  expect((await state()).decision).toMatchObject({ kind: 'approved' });
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
  expect(await entries('vote')).toHaveLength(2);
});

test('a double click is one vote', async () => {
  await atOnce([
    [ALICE, 'Approve'],
    [ALICE, 'Approve'],
    [ALICE, 'Approve'],
  ]);
  const { votes, decision } = await state();
  expect(votes.map(({ userId }) => userId)).toEqual([ALICE]);
  expect(decision).toBeUndefined();
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
});

test('a click that is delivered twice is one, and no one is told that it did not count', async () => {
  const { sent } = await sandbox.click(ALICE, 'Approve');
  const told = sandbox.slack.ephemerals.length;
  const again = Array.from({ length: 3 }, async () =>
    sandbox.slack.post({ url: sandbox.interactionsUrl, ...sent }),
  );
  expect((await Promise.all(again)).map(({ status }) => status)).toEqual([200, 200, 200]);
  await sandbox.settled();
  await sandbox.minute();
  expect((await state()).votes).toHaveLength(1);
  expect(await entries('vote')).toHaveLength(1);
  expect(sandbox.slack.ephemerals).toHaveLength(told);
});

test('a Retry of two at once is tried once each, and applied once', async () => {
  sandbox.localAws.failNext({
    service: 'ec2',
    action: 'AuthorizeSecurityGroupIngress',
    errorCode: 'UnauthorizedOperation',
    times: 1,
  });
  await sandbox.approve();
  await atOnce([
    [ALICE, 'Retry'],
    [BOB, 'Retry'],
  ]);
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
  expect((await state()).carrying).toMatchObject({ outcome: { kind: 'carried-out' } });
});

test('a click before the workflow knows where its question stands counts, and the message that was clicked shows it', async () => {
  sandbox.begin();
  sandbox.slack.answerDelayMs = 1_500;
  const opened = openPort();
  while (sandbox.questions.length === 0) await sleep(10);
  const question = sandbox.lastQuestion;
  const clicks = Promise.all([ALICE, BOB].map(async (userId) => post(userId, 'Approve')));
  expect((await clicks).map(({ status }) => status)).toEqual([200, 200]);
  sandbox.slack.answerDelayMs = 0;
  await opened;
  await sandbox.settled();
  await sandbox.minute();
  expect((await state()).decision).toMatchObject({ kind: 'approved' });
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
  expect(sandbox.questions).toEqual([question]);
  expect(buttonsOf(question)).toEqual([]);
});

test('the same port opened many times at once is one question', async () => {
  sandbox.begin();
  await Promise.all(
    Array.from({ length: 4 }, async () => openPort().catch((error: unknown) => error)),
  );
  await sandbox.settled();
  expect(sandbox.questions).toHaveLength(1);
  await sandbox.approve();
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
});

/** The day before is over; a port was opened, and people are asked. */
async function begin(): Promise<void> {
  await sandbox.pass(DAY_MS);
  sandbox.begin();
  await openPort();
}

async function openPort(): Promise<void> {
  await sandbox.open(sandbox.guarded, permissionFor(PORT));
}

function permissionFor(port: number): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
}

/** One for each group. */
async function questionsAbout(groups: readonly string[], port: number): Promise<Message[]> {
  await sandbox.pass(DAY_MS);
  const before = sandbox.questions.length;
  await Promise.all(
    groups.map(async (groupId) =>
      sandbox.visitor.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: groupId,
          IpPermissions: [permissionFor(port)],
        }),
      ),
    ),
  );
  await sandbox.settled();
  const asked = sandbox.questions.slice(before);
  expect(asked).toHaveLength(groups.length);
  return groups.map((groupId) => {
    const question = asked.find(({ text }) => text.includes(groupId));
    if (!question) throw new Error(`No one was asked about ${groupId}.`);
    return question;
  });
}

/** Until both are judged; tells whether one was begun before the other was done. */
async function approveAndDeny(question: Message, isApprovalFirst: boolean): Promise<boolean> {
  const before = sandbox.calls.length;
  const clicks: [string, string][] = [
    [BOB, 'Approve'],
    [ALICE, 'Deny'],
  ];
  const answers = await Promise.all(
    (isApprovalFirst ? clicks : clicks.reverse()).map(async ([userId, text]) =>
      post(userId, text, question),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const role = sandbox.physicalId('AWS::IAM::Role', 'ApprovalsAdvanceRequests');
  const calls = () =>
    sandbox.calls.slice(before).filter(({ callerArn }) => callerArn?.includes(role));
  const judged = () => calls().filter(({ action }) => action === 'UpdateItem');
  while (judged().length < clicks.length) await sleep(5);
  const begun = judged().map(({ invocationId }) =>
    Math.min(
      ...calls()
        .filter((call) => call.invocationId === invocationId)
        .map(({ at }) => at),
    ),
  );
  return Math.max(...begun) < Math.min(...judged().map(({ at }) => at));
}

/** What was decided, once all say the same of it. */
async function agreedOn(
  question: Message,
  items: readonly Item[],
  groupId: string,
  port: number,
): Promise<string> {
  const { decision, carrying } = stateIn(items, question);
  const isApproved = decision?.kind === 'approved';
  expect(['approved', 'denied']).toContain(decision?.kind);
  expect(carrying).toMatchObject({ attempt: 1, outcome: { kind: 'carried-out' } });
  expect(decision?.by).toEqual(isApproved ? [ALICE, BOB] : [ALICE]);
  expect((await sandbox.rules(groupId)).includes(`${port} from 0.0.0.0/0`)).toBe(isApproved);
  expect(question.text).toContain(isApproved ? 'Approved' : 'Denied');
  expect(buttonsOf(question)).toEqual([]);
  expect(entriesIn(items, question, 'decided')).toHaveLength(1);
  const requestId = sandbox.requestIdOf(question);
  expect(
    sandbox.monitored.filter((text) => /^(Approved|Denied)/.test(text) && text.includes(requestId)),
  ).toHaveLength(1);
  return decision?.kind ?? '';
}

async function post(userId: string, text: string, { channel, ts }: Message = sandbox.lastQuestion) {
  return sandbox.slack.click({
    interactionsUrl: sandbox.interactionsUrl,
    userId,
    channel,
    ts,
    text,
  });
}

async function atOnce(clicks: readonly (readonly [userId: string, text: string])[]): Promise<void> {
  const answers = await Promise.all(clicks.map(async ([userId, text]) => post(userId, text)));
  expect(answers.map(({ status }) => status)).toEqual(clicks.map(() => 200));
  await sandbox.settled();
}

async function entries(what: string): Promise<string[]> {
  return entriesIn(await sandbox.items(REQUESTS), sandbox.lastQuestion, what);
}

function entriesIn(items: readonly Item[], question: Message, what: string): string[] {
  const key = `REQUEST#${sandbox.requestIdOf(question)}`;
  return items
    .filter(({ pk, sk }) => pk?.S === key && sk?.S?.startsWith('AUDIT#'))
    .map(({ data }) => data?.S ?? '')
    .filter((data) => data.includes(`"what":"${what}"`));
}

async function state(): Promise<State> {
  return stateIn(await sandbox.items(REQUESTS), sandbox.lastQuestion);
}

function stateIn(items: readonly Item[], question: Message): State {
  const key = `REQUEST#${sandbox.requestIdOf(question)}`;
  const item = items.find(({ pk, sk }) => pk?.S === key && sk?.S === 'REQUEST');
  return JSON.parse(item?.data?.S ?? '{}');
}
