import { type ResourceEnvironment, Stack, Stage, Token } from 'aws-cdk-lib';
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

/** In which respect a resource is elsewhere. */
export interface OtherPlace {
  readonly place: 'account' | 'region';
  readonly theirs: string;
  readonly own: string;
}

/** Where a resource is known to be in another account or Region than a construct. */
export function otherPlace(
  scope: IConstruct,
  environment: Partial<ResourceEnvironment>,
): OtherPlace | undefined {
  const stack = Stack.of(scope);
  for (const place of ['account', 'region'] as const) {
    const [theirs, own] = [environment[place], stack[place]];
    if (!theirs || [theirs, own].some(Token.isUnresolved) || theirs === own) continue;
    return { place, theirs, own };
  }
  return undefined;
}
