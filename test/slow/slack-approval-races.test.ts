import { setTimeout as sleep } from 'node:timers/promises';
import { ALICE, ApprovalSandbox, BOB, buttonsOf } from '../integration/approval-sandbox';

jest.setTimeout(600_000);

const ROUNDS = 20;
const TESTS = ROUNDS + 10;
const DAY_MS = 25 * 3_600_000;
const HTTPS = '443 from 0.0.0.0/0';
const OPENED = '8080 from 0.0.0.0/0';
const REQUESTS = 'ApprovalsRequests';

interface State {
  readonly votes: readonly { readonly userId: string }[];
  readonly decision?: { readonly kind: string; readonly by: readonly string[] };
  readonly carrying?: { readonly attempt: number; readonly outcome?: { readonly kind: string } };
}

let sandbox: ApprovalSandbox;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(TESTS);
});

afterAll(async () => sandbox?.stop());

beforeEach(begin);

test(`Approve and Deny in the same instant, ${ROUNDS} times: exactly one of them counts, and all agree on which`, async () => {
  const kinds: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) await begin();
    await sandbox.click(ALICE, 'Approve');
    await atOnce(round % 2 === 0 ? [[BOB, 'Approve'], [ALICE, 'Deny']] : [[ALICE, 'Deny'], [BOB, 'Approve']]);
    const { decision, carrying } = await state();
    expect(['approved', 'denied']).toContain(decision?.kind);
    expect(carrying).toMatchObject({ attempt: 1, outcome: { kind: 'carried-out' } });
    expect(decision?.by).toEqual(decision?.kind === 'approved' ? [ALICE, BOB] : [ALICE]);
    expect(await sandbox.rules(sandbox.guarded)).toEqual(decision?.kind === 'approved' ? [HTTPS, OPENED].sort() : [HTTPS]);
    expect(sandbox.lastQuestion.text).toContain(decision?.kind === 'approved' ? 'Approved' : 'Denied');
    expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
    expect(await entries('decided')).toHaveLength(1);
    expect(sandbox.monitored.filter((text) => /^(Approved|Denied)/.test(text))).toHaveLength(1);
    kinds.push(decision?.kind ?? '');
  }
  process.stdout.write(`Approve and Deny in the same instant: ${kinds.join(', ')}\n`);
});

test('two approvals in the same instant are both counted', async () => {
  await atOnce([[ALICE, 'Approve'], [BOB, 'Approve']]);
  expect((await state()).decision).toMatchObject({ kind: 'approved' });
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
  expect(await entries('vote')).toHaveLength(2);
});

test('a double click is one vote', async () => {
  await atOnce([[ALICE, 'Approve'], [ALICE, 'Approve'], [ALICE, 'Approve']]);
  const { votes, decision } = await state();
  expect(votes.map(({ userId }) => userId)).toEqual([ALICE]);
  expect(decision).toBeUndefined();
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
});

test('a click that is delivered twice is one, and nobody is told that it did not count', async () => {
  const { sent } = await sandbox.click(ALICE, 'Approve');
  const told = sandbox.slack.ephemerals.length;
  const again = Array.from({ length: 3 }, async () => sandbox.slack.post({ url: sandbox.interactionsUrl, ...sent }));
  expect((await Promise.all(again)).map(({ status }) => status)).toEqual([200, 200, 200]);
  await sandbox.settled();
  await sandbox.minute();
  expect((await state()).votes).toHaveLength(1);
  expect(await entries('vote')).toHaveLength(1);
  expect(sandbox.slack.ephemerals).toHaveLength(told);
});

test('a Retry of two at once is tried once each, and applied once', async () => {
  sandbox.localAws.failNext({ service: 'ec2', action: 'AuthorizeSecurityGroupIngress', errorCode: 'UnauthorizedOperation', times: 1 });
  await sandbox.approve();
  await atOnce([[ALICE, 'Retry'], [BOB, 'Retry']]);
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
  await Promise.all(Array.from({ length: 4 }, async () => openPort().catch((error: unknown) => error)));
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
  await sandbox.open(sandbox.guarded, { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
}

async function post(userId: string, text: string) {
  const { channel, ts } = sandbox.lastQuestion;
  return sandbox.slack.click({ interactionsUrl: sandbox.interactionsUrl, userId, channel, ts, text });
}

async function atOnce(clicks: readonly (readonly [userId: string, text: string])[]): Promise<void> {
  const answers = await Promise.all(clicks.map(async ([userId, text]) => post(userId, text)));
  expect(answers.map(({ status }) => status)).toEqual(clicks.map(() => 200));
  await sandbox.settled();
}

async function entries(what: string): Promise<string[]> {
  const key = `REQUEST#${sandbox.requestIdOf(sandbox.lastQuestion)}`;
  const items = (await sandbox.items(REQUESTS)).filter(({ pk, sk }) => pk?.S === key && sk?.S?.startsWith('AUDIT#'));
  return items.map(({ data }) => data?.S ?? '').filter((data) => data.includes(`"what":"${what}"`));
}

async function state(): Promise<State> {
  const key = `REQUEST#${sandbox.requestIdOf(sandbox.lastQuestion)}`;
  const item = (await sandbox.items(REQUESTS)).find(({ pk, sk }) => pk?.S === key && sk?.S === 'REQUEST');
  return JSON.parse(item?.data?.S ?? '{}');
}
