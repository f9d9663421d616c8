import { ALICE, ApprovalSandbox, BOB } from '../support/sandbox/approval-sandbox';

jest.setTimeout(300_000);

const MINUTE_MS = 60_000;
/** So that what was asked in a test does not count in the next. */
const BETWEEN_TESTS_MS = 120 * MINUTE_MS;
const AFTER_A_FAILURE_MS = 100_000;
const TESTS = 5;
/** Tries are five minutes apart at the most, and the run of a minute finds them. */
const MINUTES_UNTIL_THE_LAST_TRY = 6;

const isPointer = /\\"type\\":\\"messages\\"/;

let sandbox: ApprovalSandbox;
let port = 9_000;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(TESTS);
});

afterAll(async () => sandbox?.stop());

beforeEach(async () => {
  await sandbox.pass(BETWEEN_TESTS_MS);
  sandbox.begin();
  sandbox.skipWaits(AFTER_A_FAILURE_MS);
});

afterEach(async () => sandbox.slack.down(false));

describe('Slack is not there for an hour', () => {
  test.each(['unavailable', 'refused'] as const)(
    '%s: what was asked meanwhile is asked afterwards, and told, and nothing is given up',
    async (outage) => {
      await sandbox.slack.down(true, outage);
      await open();
      await minutesPass(60);
      expect(sandbox.messages).toEqual([]);
      await sandbox.slack.down(false, outage);
      await minutesPass(MINUTES_UNTIL_THE_LAST_TRY);
      expect(sandbox.questions).toHaveLength(1);
      expect(sandbox.monitored).toEqual([expect.stringMatching(/^Asked/)]);
      expect(await sandbox.deadLetters()).toEqual([]);
      await sandbox.approve();
      expect(await sandbox.rules(sandbox.guarded)).toContain(`${port} from 0.0.0.0/0`);
    },
  );

  test('those who deliver are pointed to it now and then, not each minute', async () => {
    await sandbox.slack.down(true);
    await open();
    const before = sandbox.calls.length;
    await minutesPass(60);
    const pointers = sandbox.calls
      .slice(before)
      .filter(
        ({ action, json }) => action === 'SendMessage' && isPointer.test(JSON.stringify(json)),
      );
    // Each try waits for up to five minutes after the one before.
    expect(pointers.length).toBeGreaterThan(10);
    expect(pointers.length).toBeLessThan(30);
  });

  test('clicks that still came are judged all the same, and what became of them is shown', async () => {
    await open();
    const question = sandbox.lastQuestion;
    // The clicks come before time passes: Slack's signature holds for minutes.
    sandbox.skipWaits(0);
    await sandbox.slack.down(true);
    const answers = await Promise.all(
      [ALICE, BOB].map(async (userId) =>
        sandbox.slack.click({
          interactionsUrl: sandbox.interactionsUrl,
          userId,
          channel: question.channel,
          ts: question.ts,
          text: 'Approve',
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const end = new Date(sandbox.localAws.now().getTime() + 60 * MINUTE_MS);
    sandbox.skipWaits(AFTER_A_FAILURE_MS, async (now) => {
      if (now >= end) await sandbox.slack.down(false);
    });
    await sandbox.settled();
    while (sandbox.localAws.now() < end) await minutesPass(1);
    await sandbox.slack.down(false);
    await minutesPass(MINUTES_UNTIL_THE_LAST_TRY);
    expect(await sandbox.rules(sandbox.guarded)).toContain(`${port} from 0.0.0.0/0`);
    expect(question.text).toMatch(/Approved.*Carried out/s);
    expect(sandbox.monitored.map((text) => text.split(/[: ]/)[0]).sort()).toEqual([
      'Approved',
      'Asked',
      'Carried',
    ]);
    expect(await sandbox.deadLetters()).toEqual([]);
  });
});

test('a message that Slack has wait holds up no other', async () => {
  const before = sandbox.slack.requests.length;
  sandbox.slack.failNext('chat.postMessage', 429);
  await Promise.all([open(), open()]);
  await minutesPass(2);
  const posts = sandbox.slack.requests
    .slice(before)
    .filter(({ method }) => method === 'chat.postMessage');
  const messages = posts.map(
    ({ given, outcome }) =>
      `${String(given.channel)} ${String(given.text)}: ${outcome === 'ok' ? 'posted' : outcome}`,
  );
  expect(messages).toHaveLength(5);
  const [failed = ''] = messages.filter((message) => !message.endsWith(': posted'));
  const again = failed.replace(/: \w+$/, ': posted');
  expect(failed).toMatch(/: ratelimited$/);
  expect(messages.indexOf(again)).toBeGreaterThan(messages.indexOf(failed) + 1);
  expect(sandbox.questions).toHaveLength(2);
  expect(sandbox.monitored).toHaveLength(2);
});

/** With a run of the workflow in each. */
async function minutesPass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) await sandbox.pass(MINUTE_MS);
}

async function open(): Promise<void> {
  port += 1;
  await sandbox.open(sandbox.guarded, {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}
