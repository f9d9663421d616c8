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
import { type LoadShares, loadSharesOf } from './cold-start/load-profile';
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

interface Compared {
  readonly handler: string;
  readonly measured: readonly Measured[];
  readonly shares: LoadShares;
}

interface Measured extends Candidate {
  /** Of its start and load, less than what it stands on takes; in milliseconds. */
  readonly medianMs: number;
  readonly leastMs: number;
}

async function main(): Promise<void> {
  // Inside the project, so that the SDK is found in its node_modules.
  const folder = mkdtempSync(join(PROJECT, 'node_modules', '.bench-'));
  try {
    const compared: Compared[] = [];
    for (const handler of WAITED_FOR) {
      const measured = measure(await candidatesOf(handler, folder));
      compared.push({ handler, measured, shares: loadSharesOf(shippedIn(measured)) });
    }
    write(compared, await allShipped(compared));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** By the names of their bundles. Those that are compared were measured. */
async function allShipped(compared: readonly Compared[]): Promise<[string, Measured][]> {
  const known = new Map(compared.map(({ handler, measured }) => [handler, shippedIn(measured)]));
  const names = findHandlers().map(({ name }) => name);
  const others = names.filter((name) => !known.has(name));
  const candidates = others.map(async (name) => ({ ...(await shippedCandidate(name)), name }));
  for (const one of measure([BARE_NODE, ...(await Promise.all(candidates))])) {
    known.set(one.name, one);
  }
  return names.map((name) => [name, known.get(name)!]);
}

function shippedIn(measured: readonly Measured[]): Measured {
  const shipped = measured.find(({ name }) => name === SHIPPED);
  if (!shipped) throw new Error('It was not measured as shipped.');
  return shipped;
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

function write(
  compared: readonly Compared[],
  shipped: readonly (readonly [string, Measured])[],
): void {
  writeSection({
    name: 'cold-start',
    title: 'Cold start',
    about: `Starting Node and loading a handler, over starting a bare Node: what a cold start costs that a
handler is to blame for. For the three handlers that a change, a click or a decision waits for, against
the same handler with the SDK outside of the bundle, as Lambda's runtime has it (here it is the one in this project's
\`node_modules\`, in its place); against what esbuild makes of it with everything in the bundle and nothing minified, for the
same version of Node; and against a Python that makes the same clients, over a bare Python. ${ROUNDS} rounds, in each of
which every candidate is started once. *Best* is the quickest start less the quickest bare one: what a busy machine does
to it the least.`,
    goals: compared.map(goalOf),
    parts: [
      ...compared.flatMap(partsOf),
      plotOf(compared),
      {
        kind: 'text',
        text: 'What their loading goes to, in CPU profiles as shipped. What V8 compiles only when it is called counts as running:',
      },
      { kind: 'table', rows: compared.map(sharesRow) },
      { kind: 'text', text: 'All bundles, as shipped; those above as they were measured there:' },
      {
        kind: 'table',
        rows: shipped.map(([bundle, { bytes = 0, leastMs, medianMs }]) => ({
          bundle,
          kB: Math.round(bytes / 1_000),
          'best, ms': leastMs.toFixed(0),
          'median, ms': medianMs.toFixed(0),
        })),
      },
    ],
  });
}

function plotOf(compared: readonly Compared[]): Part {
  return barPlot({
    name: 'load',
    title: 'Loading the handler, best of all rounds',
    unit: 'ms',
    groups: compared.map(({ handler, measured }) => ({
      label: handler,
      bars: measured
        .filter(({ over }) => over !== undefined)
        .map(({ name, leastMs }) => ({ label: name, value: leastMs })),
    })),
  });
}

function goalOf({ handler, measured, shares }: Compared): Goal {
  const { leastMs, bytes = 0 } = shippedIn(measured);
  const kilobytes = Math.round(bytes / 1_000);
  return {
    goal: `${handler}: at most ${GOAL_MS} ms over bare Node, at best`,
    figure: `${leastMs.toFixed(0)} ms, ${kilobytes} kB`,
    isMet: leastMs <= GOAL_MS,
    reason: `${percent(shares.compiling)} is compiling ${kilobytes} kB, ${percent(shares.modules)} is loading what Node has for crypto and HTTPS, and ${percent(shares.running)} is running its code, which makes clients and schemas, and compiling what it calls; what decides is needed at the first event`,
  };
}

function sharesRow({ handler, shares }: Compared) {
  return {
    bundle: handler,
    'compiling it': percent(shares.compiling),
    "loading Node's modules": percent(shares.modules),
    'running it': percent(shares.running),
    'collecting garbage': percent(shares.collecting),
  };
}

function partsOf({ handler, measured }: Compared): Part[] {
  const shipped = shippedIn(measured).leastMs;
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

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

runBench(main);
