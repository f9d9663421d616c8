/**
 * What one thing may take, in bytes of UTF-8. It stays below what AWS takes: names of attributes,
 * keys and escapes count too, and what is refused once is refused for ever.
 */
export const MOST_BYTES = {
  /** DynamoDB takes 400 KB an item. */
  item: 390_000,
  /** SNS and EventBridge take 256 KB, and SQS no less. */
  message: 240 * 1024,
} as const;

const encoder = new TextEncoder();

export function bytesOfText(text: string): number {
  return encoder.encode(text).length;
}

export function bytesAsJson(value: unknown): number {
  return bytesOfText(JSON.stringify(value) ?? '');
}

/** As it is when it stands as text inside of other JSON. */
export function bytesInsideJson(value: unknown): number {
  return bytesAsJson(JSON.stringify(value) ?? '');
}

/** The first ones that take at most so many bytes together, as a list in JSON. */
export function fitting<T>(items: readonly T[], mostBytes: number): T[] {
  let bytes = '[]'.length;
  const first = items.findIndex((item) => {
    bytes += bytesAsJson(item) + ','.length;
    return bytes > mostBytes;
  });
  return first < 0 ? [...items] : items.slice(0, first);
}

/** A text for people, which says itself where it was cut. */
export function cutText(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text;
  const kept = text.slice(0, mostCharacters - CUT.length);
  // Half of a character that takes two units is none.
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}${CUT}`;
}

const CUT = '… (the rest is cut here)';
