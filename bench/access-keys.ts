import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { App, Duration, Stack } from 'aws-cdk-lib';
import type { NewUser } from '../sandbox/emulator/iam-users';
import { LocalAws } from '../sandbox/local-aws';
import { IamKeySentry } from '../src';

const USER_COUNT = 5_000;
const KEY_COUNTS = [0, 500, 5_000];
const DAY_MS = 86_400_000;
const MAX_KEY_AGE = 90;

interface Scan {
  readonly calls: number;
  readonly seconds: number;
}

async function main(): Promise<void> {
  console.log(
    `\n${USER_COUNT} users, against the emulator on this machine: calls are what AWS would see, seconds are not`,
  );
  const rows = [];
  for (const keyCount of KEY_COUNTS) {
    const { ours, classic } = await measure(keyCount);
    rows.push({
      keys: keyCount,
      calls: ours.calls,
      'calls, classic': classic.calls,
      'times fewer': (classic.calls / ours.calls).toFixed(1),
      seconds: ours.seconds.toFixed(1),
      'seconds, classic': classic.seconds.toFixed(1),
      'times faster': (classic.seconds / ours.seconds).toFixed(1),
    });
  }
  console.table(rows);
}

/** A sandbox of its own for each, so that none meets what another left. */
async function measure(keyCount: number): Promise<{ ours: Scan; classic: Scan }> {
  let iamCalls = 0;
  const localAws = await LocalAws.start({
    onCall: ({ service }) => {
      if (service === 'iam') iamCalls += 1;
    },
  });
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-sentries-bench-'));
  try {
    const stack = await localAws.deploy(synthesize(outdir));
    await localAws.addUsers(users(keyCount));
    const start = performance.now();
    const run = await localAws.fire(stack, 'SentrySchedule');
    if (!run.succeeded) throw new Error(`The sentry failed: ${run.error}`);
    const ours = { calls: iamCalls, seconds: (performance.now() - start) / 1000 };
    return { ours, classic: await classicScan(localAws) };
  } finally {
    await localAws.stop();
    rmSync(outdir, { recursive: true });
  }
}

function synthesize(outdir: string): string {
  const app = new App({ outdir });
  new IamKeySentry(new Stack(app, 'Bench'), 'Sentry', { maxKeyAge: Duration.days(MAX_KEY_AGE) });
  return app.synth().directory;
}

/** The first `keyCount` users have a key each; their ages go round from 0 to 199 days. */
function users(keyCount: number): NewUser[] {
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
  return Array.from({ length: USER_COUNT }, (_, index): NewUser => ({
    name: `user-${index}`,
    createdAt: daysAgo(300),
    keys: index < keyCount ? [{ status: 'Active', createdAt: daysAgo(index % 200) }] : [],
  }));
}

/**
 * Our own short re-creation of what the known scripts do, but for all pages: one call after
 * another, for every user and every key.
 */
async function classicScan(localAws: LocalAws): Promise<Scan> {
  const iam = new IAMClient({
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials: await localAws.createUser('scanner'),
  });
  const start = performance.now();
  let calls = 0;
  for await (const page of paginateListUsers({ client: iam }, {})) {
    calls += 1;
    for (const { UserName } of page.Users ?? []) {
      const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
      calls += 1;
      for (const { AccessKeyId } of AccessKeyMetadata) {
        await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
        calls += 1;
      }
    }
  }
  return { calls, seconds: (performance.now() - start) / 1000 };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
