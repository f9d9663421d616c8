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
