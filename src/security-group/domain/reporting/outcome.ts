import type { RefusedBy } from '../../../organization/domain/refusal';
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
  /** The sentry only observes; or is paused until then, and where, if not everywhere. */
  | { readonly kind: 'would-revert'; readonly until?: Date; readonly pausedIn?: string }
  /** A removed rule that ought to be put back, and cannot. */
  | { readonly kind: 'not-restorable'; readonly reason: string }
  /** `byMember`: a member does not let the hub do it, and by what: no later try will do better. */
  | { readonly kind: 'failed'; readonly reason: string; readonly byMember?: RefusedBy };

/** What came of a case, for anyone who comes when it was told. */
export interface ToldOutcome {
  /** How many rules were reverted. */
  readonly reverted: number;
  readonly notRestorable: number;
  /** Why the first of those cannot be restored. */
  readonly reason?: string;
}

export interface RuleOutcome {
  readonly rule: Rule;
  readonly change: RuleChange;
  /** The rule as it is again, or should be. */
  readonly restored?: Rule;
  readonly violations: readonly Violation[];
  readonly outcome: Outcome;
}

export function toldOutcomeOf(rules: readonly RuleOutcome[]): ToldOutcome {
  const reasons = rules.flatMap(({ outcome }) =>
    outcome.kind === 'not-restorable' ? [outcome.reason] : [],
  );
  return {
    reverted: rules.filter(({ outcome }) => outcome.kind === 'reverted').length,
    notRestorable: reasons.length,
    ...(reasons[0] !== undefined && { reason: reasons[0] }),
  };
}
