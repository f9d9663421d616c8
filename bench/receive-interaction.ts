import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { synthesizeApp } from '../sandbox/deployer/synthesize';
import { LocalAws } from '../sandbox/local-aws';
import { SlackStandIn } from '../sandbox/slack/slack-stand-in';

const EXAMPLE = resolve(__dirname, '..', 'examples', 'approval', 'typescript');
const SIGNING_SECRET = 'bench-signing-secret';
const CALLS = 200;
const SLACK_WAITS_MS = 3_000;

/**
 * How long the function that Slack waits for takes to answer: verified, stored and pointed to, in a
 * warm process, against the emulator. A real cold start, the network and API Gateway cannot be had
 * here; the load time of the bundle is in cold-start.ts.
 */
async function main(): Promise<void> {
  const slack = await SlackStandIn.start({ signingSecret: SIGNING_SECRET, botToken: 'xoxb-bench' });
  const aws = await LocalAws.start({ functionEnvironment: { SLACK_API_URL: slack.apiUrl } });
  const assembly = mkdtempSync(join(tmpdir(), 'cdk-sentries-bench-'));
  try {
    const stack = await aws.deploy(await synthesizeApp(EXAMPLE, assembly));
    await aws.putSecret(stack.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
    const url = `${[...stack.httpApis.values()].join()}/slack/interactions`;
    const rows = [
      [
        'a click that is stored',
        await measure(async (n) => slack.post({ url, body: clickBody(n) })),
      ],
      [
        'a wrong signature',
        await measure(async (n) => slack.post({ url, body: clickBody(n), signingSecret: 'wrong' })),
      ],
      [
        'no signature',
        await measure(async (n) =>
          slack.post({ url, body: clickBody(n), headers: { 'X-Slack-Signature': undefined } }),
        ),
      ],
    ] as const;
    console.log(
      `\nreceive-interaction: ${CALLS} calls one after the other, the first left out; Slack waits for ${SLACK_WAITS_MS} ms`,
    );
    console.table(
      rows.map(([call, times]) => ({
        call,
        'median ms': times[Math.floor(times.length / 2)],
        '99th percentile ms': times[Math.floor(times.length * 0.99)],
      })),
    );
  } finally {
    await aws.stop();
    await slack.stop();
    rmSync(assembly, { recursive: true });
  }
}

async function measure(
  call: (n: number) => Promise<{ readonly milliseconds: number }>,
): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < CALLS; n += 1) times.push(Math.round((await call(n)).milliseconds));
  return times.slice(1).sort((a, b) => a - b);
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

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
