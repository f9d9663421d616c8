import * as z from 'zod/mini';

/** The share of changes that tests must notice, in percent. */
const GOAL = 90;

/** How many changes of each outcome there were. */
export interface Figures {
  readonly killed: number;
  /** The tests did not come to an end. */
  readonly timedOut: number;
  readonly survived: number;
  /** No test runs the changed line. */
  readonly uncovered: number;
  /** Constants, which each test file reads but once, and changes with which no test could run. */
  readonly leftOut: number;
}

const status = z.enum([
  'Killed',
  'Timeout',
  'Survived',
  'NoCoverage',
  'Ignored',
  'RuntimeError',
  'CompileError',
  'Pending',
]);

const report = z.object({
  files: z.record(z.string(), z.object({ mutants: z.array(z.object({ status })) })),
});

/**
 * Of some files, from Stryker's report. A file with types alone is not in it.
 * @see https://github.com/stryker-mutator/mutation-testing-elements/tree/master/packages/report-schema
 */
export function figuresIn(json: string, names: readonly string[]): Figures {
  const { files } = report.parse(JSON.parse(json));
  const statuses = names.flatMap((name) => (files[name]?.mutants ?? []).map((one) => one.status));
  const count = (...wanted: readonly z.infer<typeof status>[]) =>
    statuses.filter((one) => wanted.includes(one)).length;
  return {
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
    leftOut: count('Ignored', 'RuntimeError', 'CompileError', 'Pending'),
  };
}

/** What a run says of a part. */
export function verdictOf(figures: Figures): { readonly text: string; readonly isMet: boolean } {
  const share = noticedShare(figures);
  if (share === undefined) {
    return { text: `nothing could be tried, ${figures.leftOut} were left out`, isMet: true };
  }
  const isMet = share >= GOAL;
  const missed = isMet ? '' : `fewer than ${GOAL} %: `;
  return { text: `${missed}${share.toFixed(1)} % noticed, ${JSON.stringify(figures)}`, isMet };
}

/** In percent. Undefined where nothing was tried. */
export function noticedShare(figures: Figures): number | undefined {
  const noticed = figures.killed + figures.timedOut;
  const tried = noticed + figures.survived + figures.uncovered;
  return tried === 0 ? undefined : (100 * noticed) / tried;
}
