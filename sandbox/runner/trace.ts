import { createHash } from 'node:crypto';

const ROOT_TIME_LENGTH = 8;
const PARENT = '53995c3f42cd8ad8';
const NAME_LENGTH = 8;

/** How often each function was invoked in a chain of invocations, by what stands for its name. */
export type Lineage = ReadonlyMap<string, number>;

/** Of what no invocation has sent. */
export const NEW_CHAIN: Lineage = new Map();

/**
 * What Lambda has an invocation traced by, and the SDK passes on with each call. Here, it is made
 * of the invocation's id, and of the chain that the invocation stands in.
 */
export function traceHeaderOf(invocationId: string, lineage: Lineage = NEW_CHAIN): string {
  const digits = invocationId.replaceAll('-', '');
  const root = `Root=1-${digits.slice(0, ROOT_TIME_LENGTH)}-${digits.slice(ROOT_TIME_LENGTH)}`;
  const counts = [...lineage].map(([name, count]) => `${name}:${count}`);
  return [
    root,
    `Parent=${PARENT}`,
    'Sampled=0',
    ...(counts.length > 0 ? [`Lineage=${counts.join('|')}`] : []),
  ].join(';');
}

export function invocationIdOf(traceHeader: string | undefined): string | undefined {
  const [, first, rest] = /Root=1-([\da-f]{8})-([\da-f]{24})/.exec(traceHeader ?? '') ?? [];
  if (first === undefined || rest === undefined) return undefined;
  return [first, rest.slice(0, 4), rest.slice(4, 8), rest.slice(8, 12), rest.slice(12)].join('-');
}

export function lineageIn(traceHeader: string | undefined): Lineage {
  const [, counts = ''] = /Lineage=([^;]*)/.exec(traceHeader ?? '') ?? [];
  const found = [...counts.matchAll(/([\da-f]+):(\d+)/g)];
  return new Map(found.map(([, name = '', count]) => [name, Number(count)]));
}

/** Which invocation of the function in its chain the next one would be. The first is 1. */
export function nextInChain(lineage: Lineage, functionName: string): number {
  return (lineage.get(shortName(functionName)) ?? 0) + 1;
}

/** The chain of an invocation of the function that one message or several have caused. */
export function withInvocation(lineages: readonly Lineage[], functionName: string): Lineage {
  const longest = new Map<string, number>();
  for (const [name, count] of lineages.flatMap((lineage) => [...lineage])) {
    longest.set(name, Math.max(longest.get(name) ?? 0, count));
  }
  return longest.set(shortName(functionName), nextInChain(longest, functionName));
}

function shortName(functionName: string): string {
  return createHash('sha256').update(functionName).digest('hex').slice(0, NAME_LENGTH);
}
