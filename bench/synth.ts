import { median } from './figures/percentile';
import { barPlot } from './page/bar-plot';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import { bundledAtSynth, CONSTRUCTS, type Fill, synthesized } from './synth/synthesized';

const ROUNDS = 5;

interface Compared {
  readonly construct: string;
  readonly functions: number;
  readonly oursMs: number;
  /** Undefined where the construct has no function. */
  readonly bundledMs?: number;
}

async function main(): Promise<void> {
  // The same for both, and longer than either.
  process.env.CDK_VALIDATION = 'false';
  const compared = Object.entries(CONSTRUCTS).map(([name, fill]) => compare(name, fill));
  writeSection({
    name: 'synth',
    title: 'Synthesizing',
    about: `A stack with one construct, against a stack with nothing but the same functions, each a
NodejsFunction that has esbuild bundle the same handler at each synth. Median of ${ROUNDS} rounds in turns,
after one that does not count; without the CDK's own validation, and without loading the CDK.`,
    goals: compared.flatMap(({ construct, oursMs, bundledMs }) =>
      bundledMs === undefined
        ? []
        : [
            {
              goal: `${construct}: no longer than its functions alone, bundled at synth`,
              figure: `${(oursMs / bundledMs).toFixed(2)} times`,
              isMet: oursMs <= bundledMs,
            },
          ],
    ),
    parts: [
      {
        kind: 'table',
        rows: compared.map(({ construct, functions, oursMs, bundledMs }) => ({
          construct,
          functions,
          ms: oursMs.toFixed(0),
          'ms, its functions as NodejsFunction': bundledMs?.toFixed(0) ?? '–',
        })),
      },
      barPlot({
        name: 'time',
        title: 'Synthesizing a stack, median',
        unit: 'ms',
        groups: compared.map(({ construct, oursMs, bundledMs = 0 }) => ({
          label: construct,
          bars: [
            { label: 'the construct', value: oursMs },
            ...(bundledMs > 0 ? [{ label: 'NodejsFunctions alone', value: bundledMs }] : []),
          ],
        })),
      }),
    ],
  });
}

function compare(construct: string, fill: Fill): Compared {
  const { handlers } = synthesized(fill);
  const bundling = bundledAtSynth(handlers);
  const [ours, bundled]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    ours.push(synthesized(fill).milliseconds);
    if (handlers.length > 0) bundled.push(synthesized(bundling).milliseconds);
  }
  return {
    construct,
    functions: handlers.length,
    oursMs: median(ours.slice(1)),
    ...(handlers.length > 0 && { bundledMs: median(bundled.slice(1)) }),
  };
}

runBench(main);
