/** The gravest first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/** How much a message weighs; an attribute that subscribers can filter by. */
export type Severity = (typeof SEVERITIES)[number];

export function gravest(severities: readonly Severity[]): Severity {
  return SEVERITIES.find((severity) => severities.includes(severity)) ?? 'low';
}
