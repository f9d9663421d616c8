import type { Violation } from './judge';
import type { Rule } from './rule';

/** What really happened to one rule. */
export type Outcome =
  | { readonly kind: 'reverted' }
  /** It was gone before the sentry acted: a second delivery, or somebody was quicker. */
  | { readonly kind: 'already-gone' }
  /** The response is to tell only. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RuleOutcome {
  readonly rule: Rule;
  readonly violations: readonly Violation[];
  readonly outcome: Outcome;
}
