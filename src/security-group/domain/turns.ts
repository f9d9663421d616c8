/**
 * Lets so many pieces of work be under way at a time; the others wait for their turn, in order.
 * What someone else can make hundreds of must not all be begun at once.
 */
export function turnsOf(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((begin) => void waiting.push(begin));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/**
 * The results of the work on each item, in the order of the items, with so many under way at a
 * time. Where one fails, the others are done all the same; then it throws.
 */
export async function inTurns<T, Result>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<Result>,
): Promise<Result[]> {
  const turn = turnsOf(most);
  const settled = await Promise.allSettled(items.map(async (item) => turn(async () => work(item))));
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
