import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { workflowIn } from './cost-apps';
import { ApprovedAction } from '../../../src';

export type ActionPlace = 'beside its workflow' | 'in a stack of its own';

/** The stacks of a workflow and an action. What its function costs is the user's own. */
export function appWithAction(place: ActionPlace): readonly object[] {
  const app = new App();
  const env = { account: '111122223333', region: 'us-east-1' };
  const stack = new Stack(app, 'Costs', { env });
  const workflow = workflowIn(stack);
  const actionStack =
    place === 'beside its workflow' ? stack : new Stack(app, 'ActionCosts', { env });
  new ApprovedAction(actionStack, 'Action', {
    workflow,
    actionFunction: lambda.Function.fromFunctionArn(
      actionStack,
      'Handler',
      'arn:aws:lambda:us-east-1:111122223333:function:handler',
    ),
  });
  return [...new Set([stack, actionStack])].map((one) => Template.fromStack(one).toJSON());
}
