import { HOW_EXPONENTS_ARE_TAKEN, MOST_EXPONENT } from './figures/growth-exponent';
import { CountedAws } from './organization/counted-aws';
import { heapOfPlaces } from './organization/heap';
import { measureHub } from './organization/hub-growth';
import { drain, type Drained, type Incident } from './organization/incident';
import { measureKeys } from './organization/keys-growth';
import { type Measured, sumOf } from './organization/measured';
import { faultsIn, growthsOf, rowOf } from './organization/table-of-growth';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import type { Part } from './page/section';

const ACCOUNTS = [10, 100, 300, 1_000];
const MANY = 10_000;
const CHANGES = 10_000;

async function main(): Promise<void> {
  const runs = new Map<number, readonly Measured[]>();
  for (const accounts of ACCOUNTS) runs.set(accounts, await measureAll(accounts));
  const growths = growthsOf(runs);
  const ofMany = growthsOf(new Map([...runs].slice(-1)).set(MANY, await measureAll(MANY)));
  const heap = await heapOfPlaces();
  const drained = await incidents();
  const faults = [...faultsIn(growths), ...faultsIn(ofMany), ...notDrained(drained)];
  writeSection({
    name: 'organization',
    title: 'A hub and its accounts',
    about: `A hub with two Regions for each account. Calls and bytes are counted by a stand-in behind the clients of
the SDK, in place of AWS. CPU is of this machine, and only its growth says something.
${HOW_EXPONENTS_ARE_TAKEN} What the figures mean:
[how a hub grows](organization.md#how-it-grows).`,
    goals: [
      {
        goal: `no calls and no bytes grow by an exponent above ${MOST_EXPONENT}, and nothing is too long to be sent or stored`,
        figure: `${faults.length} that do`,
        isMet: faults.length === 0,
        reason: faults.join('; '),
      },
    ],
    parts: [
      text(`With ${ACCOUNTS.join(', ')} accounts; sizes with the most:`),
      { kind: 'table', rows: growths.map(rowOf) },
      text(`From ${ACCOUNTS.at(-1)} to ${MANY} accounts:`),
      { kind: 'table', rows: ofMany.map(rowOf) },
      text('Heap of one container, in kB:'),
      { kind: 'table', rows: heap },
      text('Changes at one time, drained on a simulated clock with assumed times of calls:'),
      { kind: 'table', rows: drained.map(rowOfIncident) },
    ],
  });
  if (faults.length > 0) throw new Error(`Worse than linear, or too long:\n${faults.join('\n')}`);
}

function text(words: string): Part {
  return { kind: 'text', text: words };
}

async function measureAll(accounts: number): Promise<Measured[]> {
  return [
    ...(await measureHub(new CountedAws(accounts))),
    ...(await measureKeys(new CountedAws(accounts))),
  ];
}

interface DrainedIncident {
  readonly name: string;
  readonly changes: number;
  readonly by: Drained;
}

async function incidents(): Promise<DrainedIncident[]> {
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
  const drained: DrainedIncident[] = [];
  for (const incident of all) {
    drained.push({ ...incident, by: await drain(new CountedAws(1_000), incident) });
  }
  return drained;
}

function rowOfIncident({ name, changes, by }: DrainedIncident) {
  return {
    changes: name,
    reverted: by.reverted,
    'drained in s': Math.round(by.seconds),
    'others: last in s': Math.round(lastOfOthers(by)),
    'tries a change': (by.tries / changes).toFixed(2),
    'calls a change': (sumOf(by.calls) / changes).toFixed(1),
    'sessions a change': ((by.calls.get('STS AssumeRole') ?? 0) / changes).toFixed(2),
    'messages on changes': by.told,
    'failures told of': by.failuresReported,
  };
}

function notDrained(drained: readonly DrainedIncident[]): string[] {
  return drained
    .filter(({ changes, by }) => by.reverted !== changes)
    .map(({ name, changes, by }) => `${name}: ${by.reverted} of ${changes} were reverted`);
}

/** When the last change was reverted outside of the account that has most of them. */
function lastOfOthers({ waits }: Drained): number {
  const others = [...waits].filter(([account]) => account !== 0).map(([, ofAccount]) => ofAccount);
  return Math.max(...others.flat()) / 1_000;
}

runBench(main);
