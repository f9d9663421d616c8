/** What something takes, by how much of it there is: of accounts, users, changes or requests. */
export type Series = ReadonlyMap<number, number>;

/** More than that is worse than linear, rounding set aside. */
export const MOST_EXPONENT = 1.05;

/** For the text of a section that shows any. */
export const HOW_EXPONENTS_ARE_TAKEN =
  'An exponent is that of the growth between the two largest numbers, where what is fixed hides the least: 1 is linear.';

/**
 * How fast the values grow between the two largest numbers: 1 is linear, 2 is quadratic. What takes
 * nothing does not grow.
 */
export function exponentOf(series: Series): number {
  const points = [...series].sort(([one], [other]) => one - other).slice(-2);
  const [[smaller = NaN, before = NaN] = [], [larger = NaN, after = NaN] = []] = points;
  const grown = Math.max(1, after) / Math.max(1, before);
  return Math.log(grown) / Math.log(larger / smaller);
}
