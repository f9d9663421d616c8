import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS, findHandlers } from '../build/bundle-handlers';
import { CARRY_OUT_KEY_DECISION } from '../src/access-key/contracts/carry-out-key-decision.environment';
import { CHECK_ACCESS_KEYS } from '../src/access-key/contracts/check-access-keys.environment';
import { ADVANCE_REQUESTS } from '../src/approval/contracts/advance-requests.environment';
import { DELIVER_MESSAGES } from '../src/approval/contracts/deliver-messages.environment';
import { RECEIVE_INTERACTION } from '../src/approval/contracts/receive-interaction.environment';
import { CARRY_OUT_DECISION } from '../src/security-group/contracts/carry-out-decision.environment';
import { OPERATE_SENTRY } from '../src/security-group/contracts/operate-sentry.environment';
import { RECONCILE_GROUPS } from '../src/security-group/contracts/reconcile-groups.environment';
import { REHEARSE_POLICIES } from '../src/security-group/contracts/rehearse-policies.environment';
import { RESPOND_TO_CHANGES } from '../src/security-group/contracts/respond-to-changes.environment';

const PROJECT = resolve(__dirname, '..');
const ROUNDS = 25;
const CONTRACTS = [
  RESPOND_TO_CHANGES,
  RECONCILE_GROUPS,
  OPERATE_SENTRY,
  CARRY_OUT_DECISION,
  REHEARSE_POLICIES,
  CHECK_ACCESS_KEYS,
  CARRY_OUT_KEY_DECISION,
  RECEIVE_INTERACTION,
  ADVANCE_REQUESTS,
  DELIVER_MESSAGES,
];

interface Candidate {
  readonly name: string;
  readonly file?: string;
  readonly environment: Record<string, string>;
}

async function main(): Promise<void> {
  // Inside the project, so that the SDK is found in its node_modules as in the runtime's.
  const folder = mkdtempSync(join(PROJECT, 'node_modules', '.bench-'));
  try {
    for (const { name, entry } of findHandlers()) {
      const runtimeSdk = join(folder, `${name}.js`);
      await build({
        ...BUNDLE_OPTIONS,
        plugins: [],
        external: ['@aws-sdk/*', '@smithy/*'],
        entryPoints: [entry],
        outfile: runtimeSdk,
      });
      print(
        name,
        measure([
          { name: 'bare Node', environment: {} },
          {
            name: 'as shipped',
            file: join(PROJECT, 'bundles', name, 'index.js'),
            environment: environmentOf(name),
          },
          {
            name: 'with the SDK left to the runtime',
            file: runtimeSdk,
            environment: environmentOf(name),
          },
        ]),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function environmentOf(name: string): Record<string, string> {
  const contract = CONTRACTS.find(({ bundle }) => bundle === name);
  if (!contract) {
    throw new Error(
      `The handler ${name} has no contract in bench/cold-start.ts: add it to CONTRACTS.`,
    );
  }
  return {
    AWS_REGION: 'eu-west-1',
    ...Object.fromEntries(contract.variables.map((variable) => [variable, 'x'])),
  };
}

interface Measurement extends Candidate {
  readonly milliseconds: number;
}

/**
 * Each round runs every candidate once, so that a busy moment of the machine meets them all; the
 * median counts.
 */
function measure(candidates: Candidate[]): Measurement[] {
  const times = candidates.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    candidates.forEach((candidate, index) => times[index]!.push(startAndLoad(candidate)));
  }
  return candidates.map((candidate, index) => ({
    ...candidate,
    milliseconds: median(times[index]!),
  }));
}

function startAndLoad({ file, environment }: Candidate): number {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, file ? [file] : ['-e', '0'], {
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file ?? 'bare Node'} does not load:\n${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function print(handler: string, measurements: Measurement[]): void {
  const bare = measurements[0]!.milliseconds;
  const shipped = measurements[1]!.milliseconds - bare;
  console.log(
    `\n${handler}: starting Node ${process.version} and loading the handler, median of ${ROUNDS}`,
  );
  console.table(
    measurements.map(({ name, file, milliseconds }) => ({
      candidate: name,
      kB: file ? Math.round(statSync(file).size / 1000) : '',
      ms: Math.round(milliseconds),
      'ms over bare Node': Math.round(milliseconds - bare),
      'times as shipped': file ? ((milliseconds - bare) / shipped).toFixed(1) : '',
    })),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
