import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { otherPlace } from '../../shared/constructs/same-place';
import { MOST_ACTION_SECONDS } from '../contracts/carry-out-action.environment';

/** Throws for a function that could not be called, or not be waited for. */
export function checkActionHandler(action: Construct, handler: lambda.IFunction): void {
  const { path } = action.node;
  const other = otherPlace(action, handler.env);
  if (other) {
    throw new Error(
      `${path}: "handler" is in the ${other.place} ${other.theirs}, and the action in ${other.own}: give a function of the same account and Region.`,
    );
  }
  // An alias has no timeout of its own.
  const target = handler instanceof lambda.Alias ? handler.version.lambda : handler;
  if (!(target instanceof lambda.Function) || !target.timeout) return;
  const { timeout } = target;
  if (Token.isUnresolved(timeout) || timeout.toSeconds() <= MOST_ACTION_SECONDS) return;
  throw new Error(
    `${path}: "handler" may take ${timeout.toSeconds()} seconds, and is waited for ${MOST_ACTION_SECONDS}: ` +
      'give it a shorter "timeout", and have it start what takes longer, such as an execution of a state machine.',
  );
}

/** To call the function, or the version or alias that was given, and nothing else of it. */
export function grantCall(caller: iam.IGrantable, { functionArn }: lambda.IFunction): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee: caller,
    actions: ['lambda:InvokeFunction'],
    resourceArns: [functionArn],
  });
}
