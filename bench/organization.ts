import { HOW_EXPONENTS_ARE_TAKEN, MOST_EXPONENT } from './figures/growth-exponent';
import { CountedAws } from './organization/counted-aws';
import { heapOfPlaces } from './organization/heap';
import { measureHub } from './organization/hub-growth';
import { drain, type Drained, type Incident, secondsOfWrites } from './organization/incident';
import { measureKeys } from './organization/keys-growth';
import { type Measured, sumOf } from './organization/measured';
import {
  cpuFaultsIn,
  faultsIn,
  growthsOf,
  MOST_CPU_EXPONENT,
  rowOf,
  rowWithCpuOf,
} from './organization/table-of-growth';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import type { Goal, Part } from './page/section';
import { MOST_PLACES } from '../src/security-group/adapters/member-places';

const ACCOUNTS = [10, 100, 300, 1_000];
const MANY = 10_000;
const CHANGES = 10_000;
const OTHERS = 1_000;
const ONE_IN_EACH = '1 in each of 1,000 accounts';
const ONE_HAS_MANY = '1,000 in one, 1 in each other';
const AT_ONCE = 100;

async function main(): Promise<void> {
  const runs = new Map<number, readonly Measured[]>();
  for (const accounts of ACCOUNTS) runs.set(accounts, await measureAll(accounts));
  const growths = growthsOf(runs);
  const ofMany = growthsOf(new Map([...runs].slice(-1)).set(MANY, await measureAll(MANY)));
  const heap = await heapOfPlaces();
  const drained = await incidents();
  const faults = [...faultsIn(growths), ...faultsIn(ofMany), ...notDrained(drained)];
  const cpuFaults = cpuFaultsIn(ofMany);
  const [largest] = ACCOUNTS.slice(-1);
  writeSection({
    name: 'organization',
    title: 'A hub and its accounts',
    about: `A hub with two Regions for each account. Calls and bytes are counted by a stand-in behind the clients of
the SDK, in place of AWS; members are there as their templates make them. CPU is of this machine, and only its
growth says something. ${HOW_EXPONENTS_ARE_TAKEN} What the figures mean:
[how a hub grows](organization.md#how-it-grows).`,
    goals: [
      {
        goal: `no calls and no bytes grow by an exponent above ${MOST_EXPONENT}, nothing is too long to be sent or stored, and all changes are reverted`,
        figure: `${faults.length} that do not hold`,
        isMet: faults.length === 0,
        reason: faults.join('; '),
      },
      {
        goal: `from ${largest} to ${MANY} accounts, no CPU grows by an exponent above ${MOST_CPU_EXPONENT.toFixed(2)}: as linear, where one run takes twice as much by chance`,
        figure: `${cpuFaults.length} that do`,
        isMet: cpuFaults.length === 0,
        reason: cpuFaults.join('; '),
      },
      goalOfOthers(drained),
    ],
    parts: [
      text(`With ${ACCOUNTS.join(', ')} accounts; sizes with the most:`),
      { kind: 'table', rows: growths.map(rowOf) },
      text(`From ${largest} to ${MANY} accounts:`),
      { kind: 'table', rows: ofMany.map(rowWithCpuOf) },
      text(
        `Heap of one container. It keeps the clients of ${MOST_PLACES} places at the most, those that it used last:`,
      ),
      { kind: 'table', rows: heap },
      text(ABOUT_INCIDENTS),
      { kind: 'table', rows: drained.map(rowOfIncident) },
    ],
  });
  if (faults.length > 0) throw new Error(`These do not hold:\n${faults.join('\n')}`);
}

const ABOUT_INCIDENTS = `Changes at one time, drained on a simulated clock, with
[EC2's limits](https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html) of each call in an
account and Region, and with
[Lambda's ramp](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html) of five more functions a
second. The times of calls are assumed. Each change has a message of its own: who made it, and what became of it,
is another matter each time. A revert that EC2 puts off is told as well, and once more when it is done. *Limit of
writes*: the seconds in which EC2 lets through the reverts of the account that has most of them.`;

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
  const each = (change: number) => change % OTHERS;
  const half = (change: number) => (change % 2 === 0 ? 0 : Math.floor(change / 2) % OTHERS);
  const all: readonly (Incident & { readonly name: string })[] = [
    {
      name: '10 in each of 1,000 accounts',
      changes: CHANGES,
      maxConcurrency: AT_ONCE,
      accountOf: each,
    },
    { name: ONE_IN_EACH, changes: OTHERS, maxConcurrency: AT_ONCE, accountOf: each },
    { name: ONE_HAS_MANY, changes: 2 * OTHERS, maxConcurrency: AT_ONCE, accountOf: half },
  ];
  const drained: DrainedIncident[] = [];
  for (const incident of all) {
    drained.push({ ...incident, by: await drain(new CountedAws(OTHERS), incident) });
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
    'limit of writes, s': Math.round(secondsOfWrites(mostInOne(by))),
    'messages on changes': by.told,
    'failures told of': by.failuresReported,
  };
}

/** One account with a thousand changes holds up no change of another. */
function goalOfOthers(drained: readonly DrainedIncident[]): Goal {
  const lastIn = (incident: string) => {
    const found = drained.find(({ name }) => name === incident);
    if (!found) throw new Error(`There is no incident "${incident}".`);
    return lastOfOthers(found.by);
  };
  const [alone, beside] = [lastIn(ONE_IN_EACH), lastIn(ONE_HAS_MANY)];
  return {
    goal: 'changes of other accounts are reverted as soon as without those of the one that has 1,000',
    figure: `${beside.toFixed(1)} s beside them, ${alone.toFixed(1)} s without`,
    isMet: beside <= alone,
  };
}

function mostInOne({ waits }: Drained): number {
  return Math.max(...[...waits.values()].map((ofAccount) => ofAccount.length));
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
