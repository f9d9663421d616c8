import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import type { NewUser } from '../sandbox/emulator/iam-users';
import { LocalAws } from '../sandbox/local-aws';
import { IamKeySentry } from '../src';
import { classicScan } from './access-keys/classic-scan';
import { custodianScan } from './access-keys/custodian-scan';
import { exponentOf } from './organization/growth';
import { writeSection } from './page/benchmarks-page';
import { linePlot } from './page/line-plot';
import { runBench } from './page/run-bench';

/** Of the users, the first so many have a key each. */
const ACCOUNTS = [
  { users: 100, keys: 100 },
  { users: 1_000, keys: 1_000 },
  { users: 5_000, keys: 0 },
  { users: 5_000, keys: 500 },
  { users: 5_000, keys: 5_000 },
] as const;
const DAY_MS = 86_400_000;
const MAX_KEY_AGE = 90;
const OLDEST = 200;
/** It has no divisor in common with the ages. */
const AGE_STEP = 37;

const OURS = 'cdk-sentries';
const CLASSIC = 'classic script';
const CUSTODIAN = 'Cloud Custodian';
const NAMES = [OURS, CLASSIC, CUSTODIAN] as const;

interface Scan {
  readonly calls: number;
  readonly seconds: number;
}

type Account = (typeof ACCOUNTS)[number];
type Scans = Readonly<Record<(typeof NAMES)[number], Scan>>;

async function main(): Promise<void> {
  const measured: { readonly account: Account; readonly scans: Scans }[] = [];
  for (const account of ACCOUNTS) measured.push({ account, scans: await scansOf(account) });
  const full = measured.filter(({ account: { users, keys } }) => users === keys);
  const exponent = exponentOf(
    new Map(full.map(({ account, scans }) => [account.users, scans[OURS].calls])),
  );
  writeSection({
    name: 'access-keys',
    title: 'One look at all access keys',
    about: `IamKeySentry, a short re-creation of our own of what the known scripts do (one call after another,
for every user and every key), and Cloud Custodian's own command (c7n 0.9.53) with a policy for old active
keys, against the same emulator. Calls are what AWS would see; seconds are of the emulator, and of a start of
Python for Cloud Custodian. It does not look at when a key was last used, the other two do.`,
    goals: [
      {
        goal: 'calls grow with the users by an exponent of at most 1.05',
        figure: exponent.toFixed(3),
        isMet: exponent <= 1.05,
      },
    ],
    parts: [
      { kind: 'table', rows: measured.map(({ account, scans }) => rowOf(account, scans)) },
      linePlot({
        name: 'calls',
        title: 'Calls of IAM, where every user has a key',
        across: 'users',
        up: 'calls',
        lines: NAMES.map((label) => ({
          label,
          points: full.map(({ account, scans }) => [account.users, scans[label].calls] as const),
        })),
      }),
    ],
  });
}

function rowOf({ users, keys }: Account, scans: Scans) {
  const [ours, classic, custodian] = NAMES.map((name) => scans[name]);
  return {
    users,
    keys,
    calls: ours!.calls,
    'calls, classic': classic!.calls,
    'calls, Custodian': custodian!.calls,
    'times fewer than classic': (classic!.calls / ours!.calls).toFixed(1),
    seconds: ours!.seconds.toFixed(1),
    's, classic': classic!.seconds.toFixed(1),
    's, Custodian': custodian!.seconds.toFixed(1),
    'times faster than classic': (classic!.seconds / ours!.seconds).toFixed(1),
  };
}

/** A sandbox of its own for each, so that none meets what another left. */
async function scansOf(account: Account): Promise<Scans> {
  let iamCalls = 0;
  const localAws = await LocalAws.start({
    onCall: ({ service }) => {
      if (service === 'iam') iamCalls += 1;
    },
  });
  const scanned = async (scan: () => Promise<unknown>): Promise<Scan> => {
    iamCalls = 0;
    const start = performance.now();
    await scan();
    return { calls: iamCalls, seconds: (performance.now() - start) / 1_000 };
  };
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-sentries-bench-'));
  try {
    const stack = await localAws.deploy(synthesize(outdir));
    await localAws.addUsers(usersOf(account));
    return {
      [OURS]: await scanned(async () => {
        const run = await localAws.fire(stack, 'SentrySchedule');
        if (!run.succeeded) throw new Error(`The sentry failed: ${run.error}`);
      }),
      [CLASSIC]: await scanned(async () => classicScan(localAws)),
      [CUSTODIAN]: await scanned(async () => custodianScan(localAws, MAX_KEY_AGE)),
    };
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

/** As many keys of each age, up to 199 days, however many users there are. */
function usersOf({ users, keys }: Account): NewUser[] {
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
  return Array.from({ length: users }, (_, index): NewUser => ({
    name: `user-${index}`,
    createdAt: daysAgo(300),
    keys:
      index < keys ? [{ status: 'Active', createdAt: daysAgo((index * AGE_STEP) % OLDEST) }] : [],
  }));
}

runBench(main);
