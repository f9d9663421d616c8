/** How much a message weighs; an attribute that subscribers can filter by. */
export type Severity = 'critical' | 'high' | 'medium' | 'low';

const GRAVEST_FIRST: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

export function gravest(severities: readonly Severity[]): Severity {
  return GRAVEST_FIRST.find((severity) => severities.includes(severity)) ?? 'low';
}
