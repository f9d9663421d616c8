import type { Acted } from './act';
import type { Case } from './case';
import type { AskedChange } from '../asking/asked-change';

/** A case, and what was done about it. */
export interface Answer extends Case, Acted {
  /** The questions that people are asked about it. */
  readonly asks: readonly AskedChange[];
}
