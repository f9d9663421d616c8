import { type Measured, sumOf } from './measured';
import { exponentOf, MOST_EXPONENT, type Series } from '../figures/growth-exponent';

/** How one kind of work grows with the number of accounts. */
export interface Growth {
  readonly work: string;
  readonly calls: Series;
  readonly bytesRead: Series;
  readonly bytesWritten: Series;
  readonly cpuMilliseconds: Series;
  /** With the most accounts. */
  readonly most: Measured;
}

export function growthsOf(runs: ReadonlyMap<number, readonly Measured[]>): Growth[] {
  const largest = [...runs.values()].at(-1) ?? [];
  return largest.map((most, index) => {
    const series = (valueOf: (measured: Measured) => number): Series =>
      new Map([...runs].map(([accounts, measured]) => [accounts, valueOf(measured[index]!)]));
    return {
      work: most.work,
      calls: series(({ calls }) => sumOf(calls)),
      bytesRead: series(({ bytesRead }) => bytesRead),
      bytesWritten: series(({ bytesWritten }) => bytesWritten),
      cpuMilliseconds: series(({ cpuMilliseconds }) => cpuMilliseconds),
      most,
    };
  });
}

export function rowOf({ work, calls, bytesRead, bytesWritten, most }: Growth) {
  return {
    work,
    calls: [...calls.values()].join(' '),
    'kB read': Math.round(most.bytesRead / 1_000),
    'item kB': Math.round(most.longest.item / 1_000),
    'SNS kB': Math.round(most.longest.notification / 1_000),
    told: most.notifications,
    'exp. calls': exponentOf(calls).toFixed(2),
    'exp. bytes': Math.max(exponentOf(bytesRead), exponentOf(bytesWritten)).toFixed(2),
  };
}

/** Where the larger number of accounts is the smaller one many times over. */
export function rowWithCpuOf(growth: Growth) {
  return {
    ...rowOf(growth),
    'CPU ms': [...growth.cpuMilliseconds.values()].map(Math.round).join(' '),
    'exp. CPU': exponentOf(growth.cpuMilliseconds).toFixed(2),
  };
}

/**
 * The CPU of one run may be half of what it is in the next, or twice as much: between numbers of
 * accounts of which one is ten times the other, that moves an exponent by 0.3. Linear work stays
 * below this limit, and quadratic work is far above it.
 */
export const MOST_CPU_EXPONENT = MOST_EXPONENT + Math.log10(2);

export function cpuFaultsIn(growths: readonly Growth[]): string[] {
  return growths
    .map(({ work, cpuMilliseconds }) => ({ work, exponent: exponentOf(cpuMilliseconds) }))
    .filter(({ exponent }) => !(exponent <= MOST_CPU_EXPONENT))
    .map(({ work, exponent }) => `${work}: by ${exponent.toFixed(2)}`);
}

/** DynamoDB and SNS take no longer ones. */
const LIMITS = { item: 400_000, message: 256 * 1_024, notification: 256 * 1_024 } as const;

/** What is worse than linear, or too long; or has no exponent, as one number has none. */
export function faultsIn(growths: readonly Growth[]): string[] {
  return growths.flatMap(({ work, most, calls, bytesRead, bytesWritten }) => [
    ...Object.entries({ calls, bytesRead, bytesWritten })
      .filter(([, series]) => !(exponentOf(series) <= MOST_EXPONENT))
      .map(([what, series]) => `${work}: ${what} grow by ${exponentOf(series).toFixed(2)}`),
    ...(['item', 'message', 'notification'] as const)
      .filter((kind) => most.longest[kind] > LIMITS[kind])
      .map((kind) => `${work}: ${kind} of ${most.longest[kind]} bytes`),
  ]);
}
