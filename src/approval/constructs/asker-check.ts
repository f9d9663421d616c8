import { Resource, Stack, Token } from 'aws-cdk-lib';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { otherPlace } from '../../shared/constructs/same-place';

const LONGEST_NAME = 128;

/** Throws where decisions could not reach the queue, or requests could not carry the name. */
export function checkAsker(workflow: Construct, name: string, decisions: sqs.IQueue): void {
  const { path } = workflow.node;
  if (Token.isUnresolved(name) || name.length === 0 || name.length > LONGEST_NAME) {
    throw new Error(
      `${path}: "${name}" is no name of an asker: write 1 to ${LONGEST_NAME} characters that are known at synth, such as "my-asker".`,
    );
  }
  const queue = `the queue ${decisions.node.path} of the asker "${name}"`;
  if (decisions.fifo) {
    throw new Error(
      `${path}: ${queue} is a FIFO queue, which decisions cannot go to: give a standard queue.`,
    );
  }
  const own = Stack.of(workflow);
  if (Resource.isOwnedResource(decisions) && Stack.of(decisions) !== own) {
    throw new Error(
      `${path}: ${queue} is in another stack than the workflow, and each would have to be ` +
        `deployed before the other: make the queue in the workflow's stack, ${own.node.path}, or put all that asks into that stack.`,
    );
  }
  const other = otherPlace(workflow, decisions.env);
  if (!other) return;
  throw new Error(
    `${path}: ${queue} is in the ${other.place} ${other.theirs}, the workflow in ${other.own}: ` +
      'give a queue of the same account and Region.',
  );
}
