import { type Asking, type Baseline, type Response, RESPONSES } from '../policies/policy';
import { isSameRule, type Rule } from '../rules/rule';

export interface Violation {
  readonly baseline: Baseline['kind'];
  readonly response: Response;
  readonly reason: string;
  /** Whom to ask, where the response asks. */
  readonly asking?: Asking;
}

/** The one whose response wins. */
export function strongest(violations: readonly Violation[]): Violation | undefined {
  return RESPONSES.flatMap(
    (response) => violations.find((violation) => violation.response === response) ?? [],
  )[0];
}

export const RULE_CHANGES = ['added', 'modified', 'described', 'removed'] as const;

/** The change to a rule, as far as it can be known. */
export type RuleChange = (typeof RULE_CHANGES)[number];

export const VERDICTS = ['keep', 'revoke', 'restore', 'wait', 'ask'] as const;

/**
 * `wait`: no event explains the rule yet, and it may be on its way. `ask`: it stands until someone
 * denies it.
 */
export type Verdict = (typeof VERDICTS)[number];

/** The judge's verdict on one rule, with its reasons. */
export interface Judgement {
  /** The rule as it stands; a removed one as it stood. */
  readonly rule: Rule;
  readonly change: RuleChange;
  readonly present: boolean;
  readonly verdict: Verdict;
  /** Empty where every baseline allows what stands there. */
  readonly violations: readonly Violation[];
  /** With `restore`: the rule as the ledger holds it, and as it shall be again. */
  readonly restored?: Rule;
  readonly notRestorable?: NotRestorable;
}

/** Why a removed rule that ought to be put back is not. */
export interface NotRestorable {
  readonly reason: string;
  /** Whether it may be put back later. */
  readonly mayChange: boolean;
}

/** Whether both speak of the same rule: one that was taken away and one that was added are two. */
export function isAbout(one: Judgement, other: Judgement): boolean {
  return (
    (one.change === 'removed') === (other.change === 'removed') && isSameRule(one.rule, other.rule)
  );
}
