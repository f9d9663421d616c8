import { ALICE, ApprovalSandbox, BOB } from '../support/sandbox/approval-sandbox';

jest.setTimeout(300_000);

const HOUR_MS = 3_600_000;
/** So that what was asked in a test does not count in the next. */
const BETWEEN_TESTS_MS = 2 * HOUR_MS;
const AFTER_A_FAILURE_MS = 100_000;
const TESTS = 4;

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
    '%s: what was asked meanwhile is asked afterwards, and told',
    async (outage) => {
      await sandbox.slack.down(true, outage);
      const isOver = slackBackInAnHour(outage);
      await open();
      expect(isOver()).toBe(true);
      expect(sandbox.questions).toHaveLength(1);
      expect(sandbox.monitored).toEqual([expect.stringMatching(/^Asked/)]);
      await sandbox.approve();
      expect(await sandbox.rules(sandbox.guarded)).toContain(`${port} from 0.0.0.0/0`);
    },
  );

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
    const isOver = slackBackInAnHour('unavailable');
    await sandbox.settled();
    expect(isOver()).toBe(true);
    expect(await sandbox.rules(sandbox.guarded)).toContain(`${port} from 0.0.0.0/0`);
    expect(question.text).toMatch(/Approved.*Carried out/s);
    expect(sandbox.monitored.map((text) => text.split(/[: ]/)[0]).sort()).toEqual([
      'Approved',
      'Asked',
      'Carried',
    ]);
  });
});

test('a message that Slack has wait holds up no other', async () => {
  const before = sandbox.slack.requests.length;
  sandbox.slack.failNext('chat.postMessage', 429);
  await Promise.all([open(), open()]);
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

/** Whether it is. */
function slackBackInAnHour(outage: 'unavailable' | 'refused'): () => boolean {
  const end = sandbox.localAws.now().getTime() + HOUR_MS;
  let isOver = false;
  sandbox.skipWaits(AFTER_A_FAILURE_MS, async (now) => {
    if (isOver || now.getTime() < end) return;
    isOver = true;
    await sandbox.slack.down(false, outage);
  });
  return () => isOver;
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
