import { type IResource, Stack, Stage, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Stages are deployed to accounts of their own, unless the account is known. */
export function isSameAccount(one: IConstruct, other: IConstruct): boolean {
  const { account } = Stack.of(one);
  return (
    Stack.of(other).account === account &&
    (Stage.of(other) === Stage.of(one) || !Token.isUnresolved(account))
  );
}

/** Whether a resource is known to be in another account than a construct. */
export function isOfOtherAccount(scope: IConstruct, { env }: IResource): boolean {
  const { account } = Stack.of(scope);
  return ![account, env.account].some(Token.isUnresolved) && env.account !== account;
}
