import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { LogQuestion } from '../domain/log-questions';

/** The logs that a question is put to. */
export function logGroupsOf(
  functions: readonly lambda.Function[],
  { functions: ids }: LogQuestion,
): string[] {
  return functions
    .filter(({ node }) => !ids || ids.includes(node.id))
    .map(({ logGroup }) => logGroup.logGroupName);
}
