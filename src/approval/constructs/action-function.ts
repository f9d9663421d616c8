import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { BundledFunction } from '../../shared/constructs/bundled-function';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { otherPlace } from '../../shared/constructs/same-place';
import { MOST_ACTION_SECONDS } from '../contracts/carry-out-action.environment';

/** Throws for a function that could not be called, or not be waited for. */
export function checkActionFunction(action: Construct, actionFunction: lambda.IFunction): void {
  const { path } = action.node;
  const other = otherPlace(action, actionFunction.env);
  if (other) {
    throw new Error(
      `${path}: "actionFunction" is in the ${other.place} ${other.theirs}, and the action in ${other.own}: give a function of the same account and Region.`,
    );
  }
  const target = functionOf(actionFunction);
  if (target instanceof BundledFunction) {
    throw new Error(
      `${path}: "actionFunction" is ${target.node.path}, a function of the library, which does nothing with a decision: each would fail. Give a function of your own.`,
    );
  }
  if (!isInstanceOf(target, lambda.Function) || !target.timeout) return;
  const { timeout } = target;
  if (Token.isUnresolved(timeout) || timeout.toSeconds() <= MOST_ACTION_SECONDS) return;
  throw new Error(
    `${path}: "actionFunction" may take ${timeout.toSeconds()} seconds, and is waited for ${MOST_ACTION_SECONDS}: ` +
      'give it a shorter "timeout", and have it start what takes longer, such as an execution of a state machine.',
  );
}

/** Aliases and versions have no timeout of their own. */
function functionOf(given: lambda.IFunction): lambda.IFunction {
  if (isInstanceOf(given, lambda.Alias)) return given.version.lambda;
  return isInstanceOf(given, lambda.Version) ? given.lambda : given;
}

/** Throws for a grantee that would not get the right, and would not hear so. */
export function grantAskTo(
  action: Construct,
  grantee: iam.IGrantable,
  askFunction: lambda.IFunction,
): iam.Grant {
  const { path } = action.node;
  const other = otherPlace(action, { account: grantee.grantPrincipal.principalAccount });
  if (other) {
    throw new Error(
      `${path}: "grantAsk" is for someone in the account ${other.theirs}, and the action is in ${other.own}: grant it to a role of the action's own account, which they may assume.`,
    );
  }
  const grant = grantCall(grantee, askFunction);
  if (grant.success) return grant;
  throw new Error(
    `${path}: "grantAsk" is for someone who has no policy, such as a service, so it would grant nothing: give a role, a user or a function.`,
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
