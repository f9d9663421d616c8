/** A list in pieces of at most so many items, in order. */
export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

export interface BatchLimits {
  readonly mostItems: number;
  readonly mostBytes: number;
}

/** In pieces of at most so many items and bytes, in order. What is too long by itself is alone. */
export function batchesOf<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  { mostItems, mostBytes }: BatchLimits,
): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    const itemBytes = bytesOf(item);
    bytes += itemBytes;
    if (batch && batch.length < mostItems && bytes <= mostBytes) {
      batch.push(item);
    } else {
      batches.push([item]);
      bytes = itemBytes;
    }
  }
  return batches;
}
