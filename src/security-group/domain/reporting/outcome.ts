import type { RuleChange, Violation } from '../judging/judgement';
import type { Rule } from '../rules/rule';

/** One rule's fate, as seen after the act. */
export type Outcome =
  /** Revoked; or given its earlier values; or put back. */
  | { readonly kind: 'reverted' }
  /** It was gone, or as it should be, before the sentry acted: someone was quicker. */
  | { readonly kind: 'already-gone' }
  /** The response is to tell only. */
  | { readonly kind: 'kept' }
  /** The sentry only observes; or is paused until then. */
  | { readonly kind: 'would-revert'; readonly until?: Date }
  /** A removed rule that ought to be put back, and cannot. */
  | { readonly kind: 'not-restorable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RuleOutcome {
  readonly rule: Rule;
  readonly change: RuleChange;
  /** The rule as it is again, or should be. */
  readonly restored?: Rule;
  readonly violations: readonly Violation[];
  readonly outcome: Outcome;
}
