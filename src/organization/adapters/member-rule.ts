import type { DescribeRuleResponse, Target } from '@aws-sdk/client-eventbridge';
import type { Look } from '../domain/gaps/place-state';

/** A rule as the member's template makes it. */
export interface RuleAsMade {
  readonly name: string;
  readonly pattern: unknown;
  /** Of the hub's bus, and of the role by which events get there. */
  readonly target: { readonly arn: string; readonly roleArn: string };
}

/** As AWS shows it; `targets`: five at the most, so they come in one page. */
export interface RuleInMember {
  readonly rule: Pick<DescribeRuleResponse, 'State' | 'EventPattern'>;
  readonly targets: readonly Pick<Target, 'Arn' | 'RoleArn'>[];
}

/**
 * What the rule says of its own version is no excuse for another pattern: anyone who administrates
 * the member could write it, and let nothing through but the hub's heartbeats.
 */
export function stateOfRule(
  { rule, targets }: RuleInMember,
  { pattern, target }: RuleAsMade,
): Exclude<Extract<Look, { kind: 'seen' }>['rule'], 'missing'> {
  if (rule.State !== 'ENABLED') return 'disabled';
  const leadsToHub = targets.some(
    ({ Arn, RoleArn }) => Arn === target.arn && RoleArn === target.roleArn,
  );
  return leadsToHub && isSameJson(rule.EventPattern, pattern) ? 'as-made' : 'changed';
}

function isSameJson(text: string | undefined, expected: unknown): boolean {
  return canonical(parsed(text)) === canonical(expected);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** AWS may answer with the fields in another order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
