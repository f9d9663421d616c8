import { join } from 'node:path';
import { type IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { awaitMessage, caseOf, GOES_WITH_THE_STACK, testQueue } from './case-parts';
import { ApprovedAction, Approvers, SlackApprovalWorkflow } from '../../src';

/** Ids and secrets of a Slack workspace, where there is one to try it in. */
export interface Workspace {
  readonly channelId: string;
  readonly approverId: string;
  readonly botTokenSecret: string;
  readonly signingSecretSecret: string;
}

/**
 * Something is asked, and the answer comes back to the function of the one who asked. With a
 * workspace, the approver denies it there within five minutes. Without one no one can be reached,
 * the question runs out, and nothing is done either.
 */
export function approvedActionCase(app: App, workspace?: Workspace): IntegTest {
  const stack = new Stack(app, 'IntegApprovedAction');
  const workflow = new SlackApprovalWorkflow(stack, 'Approvals', {
    botToken: secretOf(stack, 'BotToken', workspace?.botTokenSecret),
    signingSecret: secretOf(stack, 'SigningSecret', workspace?.signingSecretSecret),
    approvalChannelId: workspace?.channelId ?? 'C0NOWHERE',
    approvers: Approvers.users([workspace?.approverId ?? 'U0NOONE']),
    allowSelfApproval: true,
    expireAfter: Duration.minutes(5),
    ...GOES_WITH_THE_STACK,
  });
  const answers = testQueue(stack, 'Answers');
  const handler = new lambda.Function(stack, 'Answering', {
    runtime: lambda.Runtime.NODEJS_24_X,
    code: lambda.Code.fromAsset(join(__dirname, 'answering-function')),
    handler: 'index.handler',
    environment: { ANSWERS_URL: answers.queueUrl },
  });
  answers.grantSendMessages(handler);
  // As cdk-nag names it; `Validations.acknowledge` would take the ARN apart.
  handler.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {
    [`AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]`]:
      'It may write its log, by the policy that AWS has for that.',
  });
  const action = new ApprovedAction(stack, 'Action', {
    workflow,
    actionFunction: handler,
    ...GOES_WITH_THE_STACK,
  });

  const testCase = caseOf(app, stack);
  const ask = testCase.assertions.invokeFunction({
    functionName: action.askFunction.functionName,
    payload: JSON.stringify({
      subject: 'a question of a test',
      title: 'Deny this question of a test',
      requester: { name: 'A test' },
      payload: { asked: 'by a test' },
    }),
  });
  const answer = workspace ? 'denied' : 'expired';
  ask.next(awaitMessage(testCase, answers, `"decision":"${answer}"`));
  return testCase;
}

function secretOf(stack: Stack, id: string, name?: string): secretsmanager.ISecret {
  if (name !== undefined) return secretsmanager.Secret.fromSecretNameV2(stack, id, name);
  const secret = new secretsmanager.Secret(stack, id, GOES_WITH_THE_STACK);
  const reason = 'It stands for one that Slack makes, and is worth nothing.';
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason });
  return secret;
}

/** From the environment: all four, or none. */
export function workspaceIn(environment: NodeJS.ProcessEnv): Workspace | undefined {
  const names = ['SLACK_CHANNEL', 'SLACK_APPROVER', 'BOT_TOKEN_SECRET', 'SIGNING_SECRET_SECRET'];
  const values = names.map((name) => environment[`INTEG_${name}`]);
  const missing = names.filter((_, index) => !values[index]);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    throw new Error(
      `INTEG_${missing.join(', INTEG_')} are not set, though others of the Slack workspace are. Set all of ${names.map((name) => `INTEG_${name}`).join(', ')}, or none.`,
    );
  }
  const [channelId, approverId, botTokenSecret, signingSecretSecret] = values as string[];
  return {
    channelId: channelId!,
    approverId: approverId!,
    botTokenSecret: botTokenSecret!,
    signingSecretSecret: signingSecretSecret!,
  };
}

if (require.main === module) approvedActionCase(new App(), workspaceIn(process.env));
