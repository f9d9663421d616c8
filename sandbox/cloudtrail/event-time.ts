/** CloudTrail's times have whole seconds. */
export function timeOf(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
