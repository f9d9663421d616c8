import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { findHandlers } from '../build/bundle-handlers';
import { median } from './figures/percentile';
import { barPlot } from './page/bar-plot';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import { CONSTRUCTS, WITHOUT_FUNCTION } from './synth/constructs';
import { type PackedLibrary, packedLibrary } from './synth/packed-library';

const PROJECT = resolve(__dirname, '..');
const ROUNDS = 5;
/** In the app's output: see src/shared/constructs/bundle-folder.ts. */
const UNPACKED = 'cdk-sentries-bundles';

const Times = z.object({ loadMs: z.number(), synthMs: z.number() });
type Times = z.infer<typeof Times>;

interface Round extends Times {
  /** The names of the bundles in it. */
  readonly handlers: readonly string[];
}

interface Compared {
  readonly construct: string;
  readonly functions: number;
  readonly ours: Times;
  /** Undefined where the construct has no function. */
  readonly bundled?: Times;
}

async function main(): Promise<void> {
  const library = await packedLibrary();
  try {
    write(Object.keys(CONSTRUCTS).map((construct) => compare(library, construct)));
  } finally {
    library.remove();
  }
}

function compare(library: PackedLibrary, construct: string): Compared {
  const ourRound = () => roundOf(library, 'library', construct);
  const { handlers } = ourRound();
  if ((handlers.length === 0) !== WITHOUT_FUNCTION.includes(construct)) {
    throw new Error(`${construct} has ${handlers.length} functions in its output.`);
  }
  const entries = findHandlers()
    .filter(({ name }) => handlers.includes(name))
    .map(({ entry }) => entry);
  const bundledRound = () => roundOf(library, 'functions', PROJECT, ...entries);
  if (entries.length > 0) bundledRound();
  const [ours, bundled]: [Times[], Times[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(ourRound());
    if (entries.length > 0) bundled.push(bundledRound());
  }
  return {
    construct,
    functions: handlers.length,
    ours: medianOf(ours),
    ...(bundled.length > 0 && { bundled: medianOf(bundled) }),
  };
}

function roundOf({ round, folder }: PackedLibrary, ...what: readonly string[]): Round {
  const outdir = mkdtempSync(join(folder, 'cdk.out-'));
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [round, outdir, ...what], {
      // The CDK's own validation is the same for both, and takes longer than either.
      env: { ...process.env, CDK_VALIDATION: 'false' },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${what.join(' ')} cannot be synthesized:\n${stderr}`);
    const unpacked = join(outdir, UNPACKED);
    return {
      ...Times.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')),
      handlers: existsSync(unpacked) ? readdirSync(unpacked) : [],
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function medianOf(rounds: readonly Times[]): Times {
  return {
    loadMs: median(rounds.map(({ loadMs }) => loadMs)),
    synthMs: median(rounds.map(({ synthMs }) => synthMs)),
  };
}

function write(compared: readonly Compared[]): void {
  writeSection({
    name: 'synth',
    title: 'Synthesizing',
    about: `A stack with one construct, of the package as npm unpacks it, which holds the code of its functions in one archive;
against a stack with nothing but the same functions, each a NodejsFunction that has esbuild bundle the same handler at each
synth, minified and with the SDK in it. Each round is a process of its own, which has the core of the CDK loaded: *loading*
is of the library, or of NodejsFunction, with the parts of the CDK that they need; *synth* is from a new app to its output,
without the CDK's own validation. Medians of ${ROUNDS} rounds in turns, after one that does not count.`,
    goals: compared.flatMap(goalOf),
    parts: [
      { kind: 'table', rows: compared.map(rowOf) },
      barPlot({
        name: 'time',
        title: 'Loading and synthesizing, median',
        unit: 'ms',
        groups: compared.map(({ construct, ours, bundled }) => ({
          label: construct,
          bars: [
            { label: 'the construct', value: sumOf(ours) },
            ...(bundled ? [{ label: 'NodejsFunctions alone', value: sumOf(bundled) }] : []),
          ],
        })),
      }),
    ],
  });
}

function goalOf({ construct, ours, bundled }: Compared) {
  if (!bundled) return [];
  return [
    {
      goal: `${construct}: loading and synth take no longer than those of its functions alone, bundled at synth`,
      figure: `${(sumOf(ours) / sumOf(bundled)).toFixed(2)} times`,
      isMet: sumOf(ours) <= sumOf(bundled),
      reason: 'see the table for which of both it is',
    },
  ];
}

function rowOf({ construct, functions, ours, bundled }: Compared) {
  return {
    construct,
    functions,
    'loading, ms': ours.loadMs.toFixed(0),
    'synth, ms': ours.synthMs.toFixed(0),
    'loading NodejsFunction, ms': bundled?.loadMs.toFixed(0) ?? '–',
    'synth, its functions as NodejsFunction, ms': bundled?.synthMs.toFixed(0) ?? '–',
  };
}

function sumOf({ loadMs, synthMs }: Times): number {
  return loadMs + synthMs;
}

runBench(main);
