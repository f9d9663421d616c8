import type { Baseline, Policy, Response } from './policy';
import { isSameRule, type Rule } from './rule';
import { opensTraffic, violationOfPattern } from './traffic-pattern';

/** What an event says of a group, beside the state that Describe shows. */
export interface Hints {
  /** The rules that the event names as added. */
  readonly namedRules: readonly Rule[];
  /** Whether these are all that it added. */
  readonly namesAllRules: boolean;
  readonly byTrustedActor: boolean;
}

/** Why a rule may stand: an adopted one answers every baseline, a trusted actor's only `locked`. */
export type GrantCause = 'adopted' | 'trusted-actor';

export interface Violation {
  readonly baseline: Baseline['kind'];
  readonly response: Response;
  readonly reason: string;
}

/** What the judge says of one rule. */
export interface Judgement {
  readonly rule: Rule;
  /** False where the event names a rule that is not in the group. */
  readonly present: boolean;
  readonly verdict: 'keep' | 'revoke';
  /** Empty where every baseline allows the rule. */
  readonly violations: readonly Violation[];
}

/**
 * State decides, the event only points: each rule that stands in the group is judged, and each that the event names
 * besides, so that a second delivery can tell what has become of it.
 */
export function judge(current: readonly Rule[], policies: readonly Policy[], hints: Hints): Judgement[] {
  const standing = current.map((rule) => ({ ...judgeRule(rule, policies, hints), present: true }));
  const gone = hints.namedRules
    .filter((named) => !current.some((rule) => isSameRule(named, rule)))
    .map((rule) => ({ ...judgeRule(rule, policies, hints), present: false }));
  return [...standing, ...gone];
}

function judgeRule(rule: Rule, policies: readonly Policy[], hints: Hints): Omit<Judgement, 'present'> {
  const named = hints.namedRules.some((candidate) => isSameRule(candidate, rule));
  const cause = grantCause(named, hints);
  const violations = policies.flatMap((policy) => violationsOf(rule, policy, named, cause));
  const verdict = violations.some((violation) => violation.response === 'revert') ? 'revoke' : 'keep';
  return { rule, verdict, violations };
}

/** Without a memory of its own, a sentry takes every rule that the event does not name for accepted. */
function grantCause(named: boolean, hints: Hints): GrantCause | undefined {
  if (!named && hints.namesAllRules) return 'adopted';
  return hints.byTrustedActor ? 'trusted-actor' : undefined;
}

function violationsOf(rule: Rule, { baseline, response }: Policy, named: boolean, cause?: GrantCause): Violation[] {
  if (cause === 'adopted') return [];
  if (baseline.kind === 'forbid') {
    return baseline.patterns
      .filter((pattern) => opensTraffic(rule, pattern))
      .map((pattern) => ({ baseline: 'forbid', response, reason: violationOfPattern(rule, pattern) }));
  }
  // Whether a rule that no event names was added just now cannot be known: the doubt is told, the rule left alone.
  if (cause === 'trusted-actor' || !named) return [];
  return [{ baseline: 'locked', response, reason: 'the group is locked: no rule may be added to it but by a trusted actor' }];
}
