import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { exponentOf, HOW_EXPONENTS_ARE_TAKEN, MOST_EXPONENT } from './figures/growth-exponent';
import { writeSection } from './page/benchmarks-page';
import { linePlot } from './page/line-plot';
import { runBench } from './page/run-bench';

const PROJECT = resolve(__dirname, '..');
const REQUESTS = [100, 300, 1_000] as const;
const TEST = 'test/slow/slack-approval-load.test.ts';

interface Load {
  readonly requests: number;
  readonly askedSeconds: number;
  readonly decidedSeconds: number;
  readonly peakMegabytes: number;
}

async function main(): Promise<void> {
  const loads = REQUESTS.map(loadOf);
  const seconds = new Map(
    loads.map((one) => [one.requests, one.askedSeconds + one.decidedSeconds] as const),
  );
  const exponent = exponentOf(seconds);
  writeSection({
    name: 'approval-load',
    title: '1,000 requests to people at once',
    about: `So many requests come at once to a SlackApprovalWorkflow, in the sandbox, with a Slack that takes 500
messages a second in place of its own one. All are asked; alice approves or denies each; and its asker carries
it out, once. It is the load test (\`npm run test:load\`) that does it and fails where one is lost or doubled:
here are its times. Functions have a heap of 48 MB, so that what they kept of each request would end them.
${HOW_EXPONENTS_ARE_TAKEN}`,
    goals: [
      {
        goal: `time grows with the requests by an exponent of at most ${MOST_EXPONENT}`,
        figure: exponent.toFixed(2),
        isMet: exponent <= MOST_EXPONENT,
        reason:
          'not found yet: queues with many messages were slow in the emulator, and are not any more, which changed little',
      },
    ],
    parts: [
      {
        kind: 'table',
        rows: loads.map(({ requests, askedSeconds, decidedSeconds, peakMegabytes }) => ({
          requests,
          'asked in, s': askedSeconds,
          'decided and carried out in, s': decidedSeconds,
          'ms a request': Math.round(((askedSeconds + decidedSeconds) * 1_000) / requests),
          'largest process, MB': peakMegabytes,
        })),
      },
      linePlot({
        name: 'time',
        title: 'Requests at once, until all are carried out',
        across: 'requests',
        up: 'seconds',
        lines: [{ label: 'seconds', points: [...seconds] }],
      }),
    ],
  });
}

const FIGURES = /asked in (\d+) s, clicked, decided and carried out in (\d+) s.*?took (\d+) MB/;

function loadOf(requests: number): Load {
  const { status, stdout, stderr } = spawnSync(
    'npx',
    ['jest', '--ci', '--forceExit', '-c', 'jest.slow.config.json', TEST],
    {
      cwd: PROJECT,
      env: { ...process.env, CDK_VALIDATION: 'false', APPROVAL_REQUESTS: String(requests) },
      encoding: 'utf8',
    },
  );
  const [, asked, decided, peak] = FIGURES.exec(stdout) ?? [];
  if (status !== 0 || peak === undefined) {
    throw new Error(`The load test with ${requests} requests failed:\n${stdout}\n${stderr}`);
  }
  return {
    requests,
    askedSeconds: Number(asked),
    decidedSeconds: Number(decided),
    peakMegabytes: Number(peak),
  };
}

runBench(main);
