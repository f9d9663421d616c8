import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { synthesizeApp } from '../sandbox/deployer/synthesize';
import { LocalAws } from '../sandbox/local-aws';
import { median, percentile } from './figures/percentile';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import { interactionsUrlOf } from '../sandbox/scenes/interactions-url';
import { SlackStandIn } from '../sandbox/slack/slack-stand-in';

const EXAMPLE = resolve(__dirname, '..', 'examples', 'approval', 'typescript');
const SIGNING_SECRET = 'bench-signing-secret';
const CALLS = 200;
const SLACK_WAITS_MS = 3_000;

async function main(): Promise<void> {
  const slack = await SlackStandIn.start({ signingSecret: SIGNING_SECRET, botToken: 'xoxb-bench' });
  const aws = await LocalAws.start({ functionEnvironment: { SLACK_API_URL: slack.apiUrl } });
  const assembly = mkdtempSync(join(tmpdir(), 'cdk-sentries-bench-'));
  try {
    const stack = await aws.deploy(await synthesizeApp(EXAMPLE, assembly));
    await aws.putSecret(stack.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
    const url = interactionsUrlOf(stack);
    const rows = [
      [
        'a click that is stored',
        await measure(200, async (n) => slack.post({ url, body: clickBody(n) })),
      ],
      [
        'a wrong signature',
        await measure(401, async (n) =>
          slack.post({ url, body: clickBody(n), signingSecret: 'wrong' }),
        ),
      ],
      [
        'no signature',
        await measure(401, async (n) =>
          slack.post({ url, body: clickBody(n), headers: { 'X-Slack-Signature': undefined } }),
        ),
      ],
    ] as const;
    write(rows);
  } finally {
    await aws.stop();
    await slack.stop();
    rmSync(assembly, { recursive: true });
  }
}

function write(rows: readonly (readonly [call: string, times: readonly number[]])[]): void {
  const slowest = Math.max(...rows.map(([, times]) => percentile(times, 0.99)));
  writeSection({
    name: 'receive-interaction',
    title: 'How quickly a click is answered',
    about: `The function that Slack waits for: a click is verified, stored and pointed to, in a warm process, against
the emulator, ${CALLS} times one after another, the first of which does not count. Slack waits for
${SLACK_WAITS_MS} ms. A cold start on Lambda, the network and API Gateway come on top; what loading costs is
[above](#cold-start).`,
    goals: [
      {
        goal: 'in a third of the time that Slack waits, in 99 of 100 calls',
        figure: `${slowest.toFixed(0)} ms`,
        isMet: slowest <= SLACK_WAITS_MS / 3,
      },
    ],
    parts: [
      {
        kind: 'table',
        rows: rows.map(([call, times]) => ({
          call,
          'p50, ms': median(times).toFixed(0),
          'p95, ms': percentile(times, 0.95).toFixed(0),
          'p99, ms': percentile(times, 0.99).toFixed(0),
        })),
      },
    ],
  });
}

/** Throws where it is answered otherwise: a click that is refused is no click that is stored. */
async function measure(
  expected: number,
  call: (n: number) => Promise<{ readonly status: number; readonly milliseconds: number }>,
): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < CALLS; n += 1) {
    const { status, milliseconds } = await call(n);
    if (status !== expected) throw new Error(`The answer was ${status}, and not ${expected}.`);
    times.push(milliseconds);
  }
  return times.slice(1);
}

/** Of a request that does not exist: it is stored, and judged later. */
function clickBody(n: number): string {
  const value = `v1.deny..bench-${n}.${'0'.repeat(64)}`;
  const payload = {
    type: 'block_actions',
    user: { id: 'U0ALICE', team_id: 'T00000001' },
    team: { id: 'T00000001' },
    api_app_id: 'A00000001',
    container: { type: 'message', message_ts: '1.1', channel_id: 'C0APPROVE' },
    channel: { id: 'C0APPROVE' },
    actions: [{ type: 'button', action_id: 'deny', block_id: 'b', value, action_ts: '1.1' }],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

runBench(main);
