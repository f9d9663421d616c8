import { dataInUse } from './figures/garbage';
import { exponentOf, HOW_EXPONENTS_ARE_TAKEN, MOST_EXPONENT } from './figures/growth-exponent';
import { median } from './figures/percentile';
import { flood, GROUPS, type Flooded, SHARE_DOUBLED, SHARE_OF_FAULTS } from './growth/flood';
import { judgingMs, RULES } from './growth/judging';
import { writeSection } from './page/benchmarks-page';
import { linePlot } from './page/line-plot';
import { runBench } from './page/run-bench';
import type { Goal } from './page/section';

const CHANGES = [100, 1_000, 3_000, 10_000] as const;
const PATTERNS = [1, 10, 100, 1_000] as const;
/** Of each size, in turns. */
const ROUNDS = 3;
/** Less than this for each change, and not even a list of them can be among what is kept. */
const REFERENCE_BYTES = 8;

interface Measured extends Flooded {
  /** In this process, once all is done and the models are gone with what AWS would store. */
  readonly keptBytes: number;
}

async function main(): Promise<void> {
  // What is compiled while it runs, and kept of that, is not of the first numbers alone.
  for (const changes of [...CHANGES, ...CHANGES]) await flood(changes);
  const rounds: Measured[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const measured: Measured[] = [];
    for (const changes of CHANGES) measured.push(await measure(changes));
    rounds.push(measured);
  }
  const floods = CHANGES.map((_, index) => medianOf(rounds.map((round) => round[index]!)));
  judgingMs(PATTERNS[0]);
  const judged = PATTERNS.map((patterns) => [patterns, judgingMs(patterns)] as const);
  writeSection({
    name: 'growth',
    title: 'Growth with changes and patterns',
    about: `Rules are opened in ${GROUPS} groups, three of four of them forbidden. Their events come in any
order, ${percent(SHARE_DOUBLED)} of them twice, and ${percent(SHARE_OF_FAULTS)} of all calls go wrong: they
fail, before or after they have worked, lose their answer, or end the function. What fails comes back later,
as the queue has it. The domain's own code answers; behind its ports stand models in memory in place of AWS,
since the emulator's own growth would be measured otherwise. A change has converged if a forbidden rule is
gone and a harmless one stands. It is accounted for if its event is written down as told, or, where it asked
for nothing at its first try, and that one was enough, has left no item. CPU is of all that this process does, models
and faults included. Times and bytes are medians of ${ROUNDS} rounds in turns, after two that do not count; the rest is
the same in each. ${HOW_EXPONENTS_ARE_TAKEN}

*Kept* is what is left once all is done and the models are gone with what AWS would store, after a collection, without
what V8 has compiled. So it shows what the code remembers, which is what would fill a warm function. The *peak* of the
heap has all of that in it, and what is not collected yet.`,
    goals: goals(floods),
    parts: [
      { kind: 'table', rows: floods.map(rowOf) },
      linePlot({
        name: 'changes',
        title: 'Changes, and what they take',
        across: 'changes',
        up: 'CPU in ms, and calls',
        lines: [
          { label: 'CPU, ms', points: floods.map((one) => [one.changes, one.cpuMilliseconds]) },
          { label: 'calls', points: floods.map(({ changes, calls }) => [changes, calls]) },
        ],
      }),
      {
        kind: 'text',
        text: `One judgement of a group of ${RULES} rules, by a policy with so many patterns, none of which is met:`,
      },
      {
        kind: 'table',
        rows: judged.map(([patterns, ms]) => ({
          patterns,
          ms: ms.toFixed(2),
          'µs for a rule and pattern': ((ms * 1_000) / patterns / RULES).toFixed(2),
        })),
      },
      linePlot({
        name: 'patterns',
        title: 'Judging by many patterns',
        across: 'patterns',
        up: 'ms for a group',
        lines: [{ label: `${RULES} rules`, points: judged }],
      }),
    ],
  });
}

async function measure(changes: number): Promise<Measured> {
  const before = dataInUse();
  const flooded = await flood(changes);
  return { ...flooded, keptBytes: dataInUse() - before };
}

/** Of rounds that differ in times and bytes alone. */
function medianOf(rounds: readonly Measured[]): Measured {
  const of = (valueOf: (one: Measured) => number) => median(rounds.map(valueOf));
  return {
    ...rounds[0]!,
    problems: rounds.flatMap(({ problems }) => problems),
    cpuMilliseconds: of(({ cpuMilliseconds }) => cpuMilliseconds),
    peakHeapBytes: of(({ peakHeapBytes }) => peakHeapBytes),
    keptBytes: of(({ keptBytes }) => keptBytes),
  };
}

function goals(floods: readonly Measured[]): Goal[] {
  const problems = floods.flatMap((one) => one.problems);
  const exponent = (valueOf: (one: Measured) => number) =>
    exponentOf(new Map(floods.map((one) => [one.changes, valueOf(one)])));
  const cpu = exponent(({ cpuMilliseconds }) => cpuMilliseconds);
  const calls = exponent((one) => one.calls);
  const most = floods.at(-1);
  const kept = Math.max(0, (most?.keptBytes ?? NaN) / (most?.changes ?? NaN));
  return [
    {
      goal: 'all converge, and every event is accounted for',
      figure: `${problems.length} that do not`,
      isMet: problems.length === 0,
      reason: problems.slice(0, 3).join(' '),
    },
    {
      goal: `calls grow with an exponent of at most ${MOST_EXPONENT}`,
      figure: calls.toFixed(3),
      isMet: calls <= MOST_EXPONENT,
    },
    {
      goal: `CPU grows with an exponent of at most ${MOST_EXPONENT}`,
      figure: cpu.toFixed(3),
      isMet: cpu <= MOST_EXPONENT,
      reason: `each of ${GROUPS} groups has more rules then, and all of a group are looked at`,
    },
    {
      goal: `nothing is kept of a change: of ${most?.changes}, less for each than a reference takes, which is ${REFERENCE_BYTES} bytes`,
      figure: `${kept.toFixed(1)} bytes`,
      isMet: kept < REFERENCE_BYTES,
      reason: 'see the table for how it grows',
    },
  ];
}

function rowOf({
  changes,
  deliveries,
  tries,
  faults,
  calls,
  cpuMilliseconds,
  keptBytes,
  peakHeapBytes,
}: Measured) {
  return {
    changes,
    deliveries,
    tries,
    faults,
    calls,
    'calls a change': (calls / changes).toFixed(1),
    'CPU, ms a change': (cpuMilliseconds / changes).toFixed(3),
    'kept, kB': Math.round(keptBytes / 1_000),
    'peak of the heap, MB': Math.round(peakHeapBytes / 1_000_000),
  };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

runBench(main);
