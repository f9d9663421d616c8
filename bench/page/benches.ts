/**
 * Each is a file `bench/<name>.ts`, and a section of the page, in this order, or several: its own,
 * and `<name>-…`.
 */
export const BENCHES = [
  'reaction',
  'cold-start',
  'growth',
  'access-keys',
  'chaos',
  'soak',
  'synth',
  'receive-interaction',
  'approval-load',
  'organization',
] as const;

/** Of chaos, as CHAOS_LIVES names them. Each has a section of its own. */
export const LIVES = [
  'approvals',
  'keys',
  'keys-unasked',
  'action',
  'hub-groups',
  'hub-keys',
] as const;

export type LifeName = (typeof LIVES)[number];

export function sectionOfLife(name: LifeName): string {
  return `chaos-${name}`;
}
