import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { askQuestions, minutesOf } from './ask-questions';
import { deleteThings } from './delete-things';
import { MadeThings } from './made-things';
import type { Site } from './probe';
import { QUESTIONS } from './questions';
import { renderReport } from './report';
import { siteOf } from './site';

const USAGE = [
  'npm run verify-in-aws                         asks AWS the open questions, and deletes what it made',
  'npm run verify-in-aws -- --clean              deletes what a run has left behind that was killed',
  'npm run verify-in-aws -- --with-account-ids   has account ids in the report',
].join('\n');

const PROJECT = join(__dirname, '..');
const FILE = join(process.cwd(), '.verify-in-aws', 'made.json');
const STOPPED = 130;
const SAME_SIGNAL_MS = 1_000;
/** A handful of calls that cost something: CloudWatch and a few messages. */
const MOST_COST = 'less than 0.10 USD';

const print = (line: string) => console.log(line);

async function main(parameters: string[]): Promise<number> {
  const { values } = parseArgs({
    args: parameters,
    options: { clean: { type: 'boolean' }, 'with-account-ids': { type: 'boolean' } },
  });
  const earlier = MadeThings.leftBehind(FILE);
  if (values.clean) {
    if (!earlier) return end('Nothing is left behind.', 0);
    return clean(await siteOf(options(earlier.region), earlier));
  }
  if (earlier) {
    throw new Error(
      `A run has left ${earlier.things.length} things behind in ${earlier.region}: they are in ${FILE}. Run "npm run verify-in-aws -- --clean" first.`,
    );
  }
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!region) throw new Error('No Region is set. Set AWS_REGION to the one to ask in.');
  return verify(region, values['with-account-ids'] ?? false);
}

function options(region: string) {
  const { AWS_ENDPOINT_URL: endpoint, VERIFY_PACE } = process.env;
  // Only an emulator, which is called at an endpoint, is faster than AWS.
  return { region, endpoint, file: FILE, pace: endpoint ? Number(VERIFY_PACE ?? 1) : 1 };
}

async function verify(region: string, showsAccountIds: boolean): Promise<number> {
  const site = await siteOf(options(region));
  const asked = QUESTIONS.filter((question) => 'probe' in question);
  print(
    `Asks ${asked.length} questions in the account ${site.account}, ${site.region}: up to ${minutesOf(QUESTIONS)} minutes, ${MOST_COST}.`,
  );
  print('It makes queues, topics, rules, networks, users without rights, a role and a stack, all');
  print(`tagged and named ${site.run}, and deletes them again. Use an account of no value.`);
  if (!(await isConfirmed(site.account))) {
    site.made.end();
    return end('Nothing was made.', 1);
  }
  const wasStopped = stopsOnSignal(site);
  const answers = await askQuestions(site, QUESTIONS, print);
  if (!wasStopped()) {
    const head = { region, date: new Date().toISOString(), commit: commit() };
    print(`\n${renderReport(head, answers, showsAccountIds)}`);
    print('Paste it into an issue: https://github.com/cdk-sentries/cdk-sentries/issues/new/choose');
  }
  const exitCode = await clean(await siteOf(options(region), MadeThings.leftBehind(FILE)));
  return wasStopped() ? STOPPED : exitCode;
}

/** A second signal ends the script at once: the list of what was made stays on disk. */
function stopsOnSignal(site: Site): () => boolean {
  let stoppedAt: number | undefined;
  const stop = () => {
    // Where a terminal and a parent both pass Ctrl-C on, that is one signal.
    if (stoppedAt !== undefined && Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(STOPPED);
    if (stoppedAt !== undefined) return;
    stoppedAt = Date.now();
    print('Stopped. What was made is deleted in a moment …');
    site.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return () => stoppedAt !== undefined;
}

async function isConfirmed(account: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const typed = await terminal.question('Type the id of the account to begin: ');
  terminal.close();
  return typed.trim() === account;
}

async function clean(site: Site): Promise<number> {
  const failures = await deleteThings(site);
  if (failures.length === 0) return end('All that was made is deleted.', 0);
  failures.forEach(print);
  return end('Some things are still there. Run "npm run verify-in-aws -- --clean" later.', 1);
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: PROJECT,
    encoding: 'utf8',
  }).trim();
}

function end(line: string, exitCode: number): number {
  print(line);
  return exitCode;
}

main(process.argv.slice(2)).then(
  (exitCode) => (process.exitCode = exitCode),
  (error: Error) => {
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
  },
);
