const MARK = 'sandbox-end-of-invocation:';

/** The line that stands behind what an invocation printed. */
export function endMarkOf(requestId: string): string {
  return `${MARK}${requestId}`;
}

/** What was printed in the line, if anything, and the invocation that ends with it, if one does. */
export function readLine(line: string): { readonly text?: string; readonly endOf?: string } {
  const start = line.indexOf(MARK);
  if (start < 0) return { text: line };
  const endOf = line.slice(start + MARK.length);
  // What was printed last may lack the end of its line.
  return start > 0 ? { text: line.slice(0, start), endOf } : { endOf };
}
