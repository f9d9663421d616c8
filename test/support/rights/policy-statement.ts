import * as z from 'zod/mini';
import { covers } from './arn-pattern';
import type { AskedRight } from './asked-rights';

/**
 * A statement of a role's policy. What is not known here is refused, rather than to let a call
 * through.
 */
export interface RoleStatement {
  readonly role: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

const oneOrMore = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((value) => [value].flat()),
);
const policySchema = z.object({
  Statement: z.array(
    z.strictObject({
      Sid: z.optional(z.string()),
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z.optional(z.record(z.string(), z.record(z.string(), oneOrMore))),
    }),
  ),
});

/** Of a policy's document, with every reference resolved. */
export function statementsIn(role: string, document: unknown): RoleStatement[] {
  return policySchema.parse(document).Statement.map((statement) => ({
    role,
    effect: statement.Effect,
    actions: statement.Action,
    resources: statement.Resource,
    conditions: Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
    ),
  }));
}

/** Whether the statements together let the call through: one denial outweighs all that allow. */
export function letThrough(statements: readonly RoleStatement[], right: AskedRight): boolean {
  return (
    statements.some((statement) => allows(statement, right)) &&
    !statements.some((statement) => denies(statement, right))
  );
}

export function allows(statement: RoleStatement, right: AskedRight): boolean {
  return statement.effect === 'Allow' && isAbout(statement, right);
}

export function denies(statement: RoleStatement, right: AskedRight): boolean {
  return statement.effect === 'Deny' && isAbout(statement, right);
}

function isAbout(statement: RoleStatement, right: AskedRight): boolean {
  return (
    statement.actions.some((pattern) => covers(pattern, right.action)) &&
    statement.resources.some((pattern) => covers(pattern, right.resource)) &&
    statement.conditions.every((condition) => isMet(condition, right))
  );
}

const FOR_ALL_VALUES = 'ForAllValues:';

const COMPARISONS: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (one, other) => one === other,
  StringLike: covers,
  ArnLike: covers,
};

/** Wildcards count in all operators for ARNs. */
const NEGATIONS: Readonly<Record<string, string>> = { ArnNotEquals: 'ArnLike' };

/**
 * A key that does not come with the call meets no condition, but for those that all its values
 * shall meet, for the negated ones, and for the one that it is not there.
 */
function isMet(
  { operator, key, values }: Condition,
  { action, context }: Pick<AskedRight, 'action' | 'context'>,
): boolean {
  const brought = context.get(key) ?? [];
  if (operator === 'Null') return values.includes(String(brought.length === 0));
  const negated = NEGATIONS[operator];
  if (negated) return !isMet({ operator: negated, key, values }, { action, context });
  const compare = COMPARISONS[operator.replace(FOR_ALL_VALUES, '')];
  if (!compare) {
    throw new Error(`${action}: the operator ${operator} is not known here: teach COMPARISONS.`);
  }
  const isAllowed = (value: string) => values.some((allowed) => compare(allowed, value));
  return operator.startsWith(FOR_ALL_VALUES)
    ? brought.every(isAllowed)
    : brought.length === 1 && brought.every(isAllowed);
}
