import { CountedAws } from './organization/counted-aws';
import { heapOfPlaces } from './organization/heap';
import { measureHub } from './organization/hub-growth';
import { drain, type Drained, type Incident } from './organization/incident';
import { measureKeys } from './organization/keys-growth';
import { type Measured, sumOf } from './organization/measured';
import { faultsIn, growthsOf, rowOf } from './organization/table-of-growth';

const ACCOUNTS = [10, 100, 300, 1_000];
const MANY = 10_000;
const CHANGES = 10_000;

async function main(): Promise<void> {
  console.log(
    `\nA hub with two Regions for each account; Node ${process.version}. Calls and bytes are counted by a stand-in behind the clients of the SDK. Times are of this machine, and only their growth says something.`,
  );
  const runs = new Map<number, readonly Measured[]>();
  for (const accounts of ACCOUNTS) runs.set(accounts, await measureAll(accounts));
  const growths = growthsOf(runs);
  console.log(`\nWith ${ACCOUNTS.join(', ')} accounts; sizes with the most:`);
  console.table(growths.map(rowOf));
  const ofMany = growthsOf(new Map([...runs].slice(-1)).set(MANY, await measureAll(MANY)));
  console.log(`\nFrom ${ACCOUNTS.at(-1)} to ${MANY} accounts:`);
  console.table(ofMany.map(rowOf));
  console.log('\nHeap of one container, in kB:');
  console.table(await heapOfPlaces());
  const incomplete = await incidents();
  const faults = [...faultsIn(growths), ...faultsIn(ofMany), ...incomplete];
  if (faults.length > 0) throw new Error(`Worse than linear, or too long:\n${faults.join('\n')}`);
}

async function measureAll(accounts: number): Promise<Measured[]> {
  return [
    ...(await measureHub(new CountedAws(accounts))),
    ...(await measureKeys(new CountedAws(accounts))),
  ];
}

/** Gives what was not drained. */
async function incidents(): Promise<string[]> {
  const each = (change: number) => change % 1_000;
  const half = (change: number) => (change % 2 === 0 ? 0 : Math.floor(change / 2) % 1_000);
  const all: readonly (Incident & { readonly name: string })[] = [
    {
      name: '10 in each of 1,000 accounts',
      changes: CHANGES,
      maxConcurrency: 100,
      accountOf: each,
    },
    { name: '1,000 in one, 1 in each other', changes: 2_000, maxConcurrency: 100, accountOf: half },
  ];
  const drained: { readonly name: string; readonly changes: number; readonly by: Drained }[] = [];
  for (const incident of all) {
    drained.push({ ...incident, by: await drain(new CountedAws(1_000), incident) });
  }
  console.log('\nChanges at one time, drained on a simulated clock with assumed times of calls:');
  console.table(
    drained.map(({ name, changes, by }) => ({
      changes: name,
      reverted: by.reverted,
      'drained in s': Math.round(by.seconds),
      'others: last in s': Math.round(lastOfOthers(by)),
      'tries a change': (by.tries / changes).toFixed(2),
      'calls a change': (sumOf(by.calls) / changes).toFixed(1),
      'sessions a change': ((by.calls.get('STS AssumeRole') ?? 0) / changes).toFixed(2),
      'messages on changes': by.told,
      'failures told of': by.failuresReported,
    })),
  );
  return drained
    .filter(({ changes, by }) => by.reverted !== changes)
    .map(({ name, changes, by }) => `${name}: ${by.reverted} of ${changes} were reverted`);
}

/** When the last change was reverted outside of the account that has most of them. */
function lastOfOthers({ waits }: Drained): number {
  const others = [...waits].filter(([account]) => account !== 0).map(([, ofAccount]) => ofAccount);
  return Math.max(...others.flat()) / 1_000;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
