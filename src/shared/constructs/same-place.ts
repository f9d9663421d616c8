import { Stack, Stage, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Whether two constructs are certain to come into the same account and Region. Stages may go to
 * several: only within one are stacks together that do not name them.
 */
export function isSamePlace(one: IConstruct, other: IConstruct): boolean {
  const [a, b] = [Stack.of(one), Stack.of(other)];
  return (
    a.environment === b.environment &&
    (Stage.of(one) === Stage.of(other) || ![a.account, a.region].some(Token.isUnresolved))
  );
}
