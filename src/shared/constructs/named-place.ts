import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Throws where one of two stacks names its account or Region and the other does not: the CDK lets
 * neither refer to the other, and says so in words about names of roles.
 */
export function refuseUnnamedPlace(scope: IConstruct, what: string, other: IConstruct): void {
  const [own, theirs] = [Stack.of(scope), Stack.of(other)];
  for (const place of ['account', 'region'] as const) {
    const [named, unnamed] = Token.isUnresolved(own[place]) ? [theirs, own] : [own, theirs];
    if (Token.isUnresolved(named[place]) || !Token.isUnresolved(unnamed[place])) continue;
    throw new Error(
      `${scope.node.path}: ${what} ${other.node.path} is in another stack, and ${named.node.path} names its ${place}, ${named[place]}, while ${unnamed.node.path} names none, so that neither can refer to the other: give both stacks the same "env".`,
    );
  }
}
