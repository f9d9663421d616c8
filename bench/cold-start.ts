import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findHandlers } from '../build/bundle-handlers';
import {
  BARE_NODE,
  type Candidate,
  candidatesOf,
  SHIPPED,
  shippedCandidate,
} from './cold-start/candidates';
import { median } from './figures/percentile';
import { barPlot } from './page/bar-plot';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import type { Goal, Part } from './page/section';

const PROJECT = resolve(__dirname, '..');
const ROUNDS = 25;
const GOAL_MS = 40;

/** A change, a click or a decision waits for these. */
const WAITED_FOR = ['respond-to-changes', 'receive-interaction', 'carry-out-decision'];

interface Measured extends Candidate {
  /** Of its start and load, less than what it stands on takes; in milliseconds. */
  readonly medianMs: number;
  readonly leastMs: number;
}

async function main(): Promise<void> {
  // Inside the project, so that the SDK is found in its node_modules as in the runtime's.
  const folder = mkdtempSync(join(PROJECT, 'node_modules', '.bench-'));
  try {
    const compared = new Map<string, Measured[]>();
    for (const handler of WAITED_FOR) {
      compared.set(handler, measure(await candidatesOf(handler, folder)));
    }
    const names = findHandlers().map(({ name }) => name);
    const all = names.map(async (name) => ({ ...(await shippedCandidate(name)), name }));
    const shipped = measure([BARE_NODE, ...(await Promise.all(all))]);
    write(
      compared,
      shipped.filter(({ over }) => over !== undefined),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Each round starts every candidate once, so that a busy moment of the machine meets them all. A
 * first round that does not count reads the files.
 */
function measure(candidates: readonly Candidate[]): Measured[] {
  const times = new Map(candidates.map(({ name }) => [name, [] as number[]]));
  candidates.forEach(startAndLoad);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const candidate of candidates) times.get(candidate.name)?.push(startAndLoad(candidate));
  }
  const timesOf = (name: string | undefined) => times.get(name ?? '') ?? [0];
  return candidates.map((candidate) => {
    const [own, base] = [timesOf(candidate.name), timesOf(candidate.over)];
    return {
      ...candidate,
      medianMs: median(own) - median(base),
      leastMs: Math.min(...own) - Math.min(...base),
    };
  });
}

function startAndLoad({ name, command, parameters, environment }: Candidate): number {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(command, parameters, { env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} does not load:\n${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function write(compared: ReadonlyMap<string, Measured[]>, shipped: readonly Measured[]): void {
  writeSection({
    name: 'cold-start',
    title: 'Cold start',
    about: `Starting Node and loading a handler, over starting a bare Node: what a cold start costs that a
handler is to blame for. For the three handlers that a change, a click or a decision waits for, against
the same handler with the SDK left to the runtime, against what esbuild makes of it without any settings,
and against a Python that makes the same clients, over a bare Python. ${ROUNDS} rounds, in each of which
every candidate is started once. *Best* is the quickest start less the quickest bare one: what a busy
machine does to it the least.`,
    goals: [...compared].map(([handler, measured]) => goalOf(handler, measured)),
    parts: [
      ...[...compared].flatMap(([handler, measured]) => compare(handler, measured)),
      barPlot({
        name: 'load',
        title: 'Loading the handler, best of all rounds',
        unit: 'ms',
        groups: [...compared].map(([label, measured]) => ({
          label,
          bars: measured
            .filter(({ over }) => over !== undefined)
            .map(({ name, leastMs }) => ({ label: name, value: leastMs })),
        })),
      }),
      { kind: 'text', text: 'All bundles, as shipped:' },
      {
        kind: 'table',
        rows: shipped.map(({ name, bytes = 0, leastMs, medianMs }) => ({
          bundle: name,
          kB: Math.round(bytes / 1_000),
          'best, ms': leastMs.toFixed(0),
          'median, ms': medianMs.toFixed(0),
        })),
      },
    ],
  });
}

function goalOf(handler: string, measured: readonly Measured[]): Goal {
  const shipped = measured.find(({ name }) => name === SHIPPED);
  if (!shipped) throw new Error(`${handler} was not measured as shipped.`);
  return {
    goal: `${handler}: at most ${GOAL_MS} ms over bare Node, at best`,
    figure: `${shipped.leastMs.toFixed(0)} ms, ${Math.round((shipped.bytes ?? 0) / 1_000)} kB`,
    isMet: shipped.leastMs <= GOAL_MS,
    reason:
      'in a CPU profile two fifths is compiling, by the kilobyte, a fifth is loading what Node.js has for crypto and HTTPS, and about a tenth is making clients and schemas; what decides is needed at the first event',
  };
}

function compare(handler: string, measured: readonly Measured[]): Part[] {
  const shipped = measured.find(({ name }) => name === SHIPPED)?.leastMs ?? NaN;
  const rows = measured
    .filter(({ over }) => over !== undefined)
    .map(({ name, bytes, leastMs, medianMs }) => ({
      candidate: name,
      kB: bytes === undefined ? '–' : Math.round(bytes / 1_000),
      'best, ms': leastMs.toFixed(0),
      'median, ms': medianMs.toFixed(0),
      'times as shipped': (leastMs / shipped).toFixed(1),
    }));
  return [
    { kind: 'text', text: `\`${handler}\`:` },
    { kind: 'table', rows },
  ];
}

runBench(main);
