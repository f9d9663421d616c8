const ROOT_TIME_LENGTH = 8;
const PARENT = '53995c3f42cd8ad8';

/**
 * What Lambda has an invocation traced by, and the SDK passes on with each call. Here, it is made
 * of the invocation's id.
 */
export function traceHeaderOf(invocationId: string): string {
  const digits = invocationId.replaceAll('-', '');
  return `Root=1-${digits.slice(0, ROOT_TIME_LENGTH)}-${digits.slice(ROOT_TIME_LENGTH)};Parent=${PARENT};Sampled=0`;
}

export function invocationIdOf(traceHeader: string | undefined): string | undefined {
  const [, first, rest] = /Root=1-([\da-f]{8})-([\da-f]{24})/.exec(traceHeader ?? '') ?? [];
  if (first === undefined || rest === undefined) return undefined;
  return [first, rest.slice(0, 4), rest.slice(4, 8), rest.slice(8, 12), rest.slice(12)].join('-');
}
