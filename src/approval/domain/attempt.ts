import type { Phase } from './approval-request';

/** Which try an outcome is of. */
export interface Attempt {
  readonly phase: Phase;
  readonly attempt: number;
}
