import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { NewUser } from '../sandbox/emulator/iam-users';
import { LocalAws } from '../sandbox/local-aws';
import { IamKeySentry } from '../src';
import { classicScan } from './access-keys/classic-scan';
import { custodianScan } from './access-keys/custodian-scan';
import { exponentOf, HOW_EXPONENTS_ARE_TAKEN, MOST_EXPONENT } from './figures/growth-exponent';
import { median } from './figures/percentile';
import { writeSection } from './page/benchmarks-page';
import { linePlot } from './page/line-plot';
import { runBench } from './page/run-bench';
import { custodianRelease } from './reaction/custodian-python';

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

/** In each, the three scan one after the other, and another one is first. */
const ROUNDS = 3;

const SCANNER_OUTPUT = 'ScannerRoleArn';

const OURS = 'cdk-sentries';
const CLASSIC = 'classic script';
const CUSTODIAN = 'Cloud Custodian';
const NAMES = [OURS, CLASSIC, CUSTODIAN] as const;

type Name = (typeof NAMES)[number];

interface Scan {
  readonly iamCalls: number;
  /** Of all services. */
  readonly calls: number;
  readonly seconds: number;
}

type Account = (typeof ACCOUNTS)[number];
type Scans = Readonly<Record<Name, Scan>>;

async function main(): Promise<void> {
  const measured: { readonly account: Account; readonly scans: Scans }[] = [];
  for (const account of ACCOUNTS) measured.push({ account, scans: await mediansOf(account) });
  const full = measured.filter(({ account: { users, keys } }) => users === keys);
  const exponent = exponentOf(
    new Map(full.map(({ account, scans }) => [account.users, scans[OURS].iamCalls])),
  );
  writeSection({
    name: 'access-keys',
    title: 'One look at all access keys',
    about: `IamKeySentry, a short re-creation of our own of what the known scripts do (one call after another,
for every user and every key), and Cloud Custodian's own command (${custodianRelease()}) with a policy for old active
keys, against the same emulator, in turns; it is a new one in each round. Medians of ${ROUNDS} rounds. Calls are what
AWS would see: of IAM, whose limits an account shares, and in brackets those of all services. Seconds are of the emulator;
with them are a cold start of the sentry's function, the second that it waits for IAM's credential report,
and a start of Python for Cloud Custodian. With few users, the classic script is done before that second is over.
Cloud Custodian does not look at when a key was last used, the other two do.
${HOW_EXPONENTS_ARE_TAKEN}`,
    goals: [
      {
        goal: `where every user has a key, calls of IAM grow with the users by an exponent of at most ${MOST_EXPONENT}`,
        figure: exponent.toFixed(3),
        isMet: exponent <= MOST_EXPONENT,
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
          points: full.map(({ account, scans }) => [account.users, scans[label].iamCalls] as const),
        })),
      }),
    ],
  });
}

function rowOf({ users, keys }: Account, scans: Scans) {
  const [ours, classic, custodian] = NAMES.map((name) => scans[name]);
  const calls = ({ iamCalls, calls: all }: Scan) => `${iamCalls} (${all})`;
  return {
    users,
    keys,
    'calls of IAM (of all)': calls(ours!),
    'classic (of all)': calls(classic!),
    'Custodian (of all)': calls(custodian!),
    'calls of IAM, times fewer than classic': (classic!.iamCalls / ours!.iamCalls).toFixed(1),
    seconds: ours!.seconds.toFixed(1),
    's, classic': classic!.seconds.toFixed(1),
    's, Custodian': custodian!.seconds.toFixed(1),
    'times as long as classic': (ours!.seconds / classic!.seconds).toFixed(1),
  };
}

async function mediansOf(account: Account): Promise<Scans> {
  const rounds: Scans[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await scansOf(account, round));
  const medianOf = (name: Name): Scan => {
    const of = (valueOf: (scan: Scan) => number) => median(rounds.map((one) => valueOf(one[name])));
    return {
      iamCalls: of(({ iamCalls }) => iamCalls),
      calls: of(({ calls }) => calls),
      seconds: of(({ seconds }) => seconds),
    };
  };
  return byName(medianOf);
}

function byName<Of>(valueOf: (name: Name) => Of): Readonly<Record<Name, Of>> {
  return {
    [OURS]: valueOf(OURS),
    [CLASSIC]: valueOf(CLASSIC),
    [CUSTODIAN]: valueOf(CUSTODIAN),
  };
}

/** A sandbox of its own for each, so that none meets what another left. */
async function scansOf(account: Account, round: number): Promise<Scans> {
  const services: string[] = [];
  const localAws = await LocalAws.start({ onCall: ({ service }) => services.push(service) });
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-sentries-bench-'));
  try {
    const stack = await localAws.deploy(synthesize(outdir));
    await localAws.addUsers(usersOf(account));
    const roleArn = stack.outputs.get(SCANNER_OUTPUT) ?? '';
    const scanner = await localAws.assumeRole(roleArn, 'scanner');
    const scanners: Readonly<Record<Name, () => Promise<void>>> = {
      [OURS]: async () => {
        const run = await localAws.fire(stack, 'SentrySchedule');
        if (!run.succeeded) throw new Error(`The sentry failed: ${run.error}`);
      },
      [CLASSIC]: async () => classicScan(localAws, scanner),
      [CUSTODIAN]: async () => custodianScan(localAws, scanner, MAX_KEY_AGE),
    };
    const scans = new Map<Name, Scan>();
    const first = round % NAMES.length;
    for (const name of [...NAMES.slice(first), ...NAMES.slice(0, first)]) {
      scans.set(name, await measure(localAws, services, scanners[name]));
    }
    return byName((name) => scans.get(name)!);
  } finally {
    await localAws.stop();
    rmSync(outdir, { recursive: true });
  }
}

/** `services`: of each call, in their order. */
async function measure(
  localAws: LocalAws,
  services: string[],
  scan: () => Promise<void>,
): Promise<Scan> {
  services.length = 0;
  const start = performance.now();
  await scan();
  const seconds = (performance.now() - start) / 1_000;
  // A call is told of after its answer.
  await localAws.settled();
  return {
    seconds,
    iamCalls: services.filter((service) => service === 'iam').length,
    calls: services.length,
  };
}

function synthesize(outdir: string): string {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Bench');
  new IamKeySentry(stack, 'Sentry', { maxKeyAge: Duration.days(MAX_KEY_AGE) });
  // A role, as another user would be one more to scan.
  const scanner = new iam.Role(stack, 'Scanner', { assumedBy: new iam.AccountRootPrincipal() });
  scanner.addToPolicy(new iam.PolicyStatement({ actions: ['*'], resources: ['*'] }));
  new CfnOutput(stack, SCANNER_OUTPUT, { value: scanner.roleArn });
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
