/** What something takes, by the number of accounts. */
export type Series = ReadonlyMap<number, number>;

/** More than that is worse than linear, rounding set aside. */
export const MOST_GROWTH = 1.1;

/**
 * How fast the values grow: the slope of a line through their logarithms. 1 is linear, 2 is
 * quadratic. What takes nothing does not grow.
 */
export function exponentOf(series: Series): number {
  const points = [...series].map(([n, value]) => [Math.log(n), Math.log(Math.max(1, value))]);
  const mean = (index: number) => points.reduce((sum, one) => sum + one[index]!, 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x = 0, y = 0]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, [x = 0]) => sum + (x - meanX) ** 2, 0);
  return covariance / variance;
}

/** Between the two largest numbers, where what is fixed hides the least. */
export function lastExponentOf(series: Series): number {
  return exponentOf(new Map([...series].slice(-2)));
}
