import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ApprovedAction, Approvers, SlackApprovalWorkflow } from 'cdk-sentries';

const app = new App();
const stack = new Stack(app, 'OwnAsker');

// Both get their values from the Slack app once it is made, see docs/slack-setup.md.
const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
const botToken = new secretsmanager.Secret(stack, 'BotToken');

const workflow = new SlackApprovalWorkflow(stack, 'Approvals', {
  signingSecret,
  botToken,
  // Ids of your Slack workspace, not names.
  approvalChannelId: 'C0APPROVALS',
  approvers: Approvers.users(['U0ALICE', 'U0BOB']),
});

// Your own function, in any language: what it may do is between you and it.
const deleteSnapshot = new lambda.Function(stack, 'DeleteSnapshot', {
  runtime: lambda.Runtime.NODEJS_24_X,
  code: lambda.Code.fromAsset(join(__dirname, 'snapshots')),
  handler: 'index.handler',
  timeout: Duration.seconds(30),
});
deleteSnapshot.addToRolePolicy(
  new iam.PolicyStatement({ actions: ['ec2:DescribeSnapshots'], resources: ['*'] }),
);
const snapshots = stack.formatArn({ service: 'ec2', account: '', resource: 'snapshot/*' });
deleteSnapshot.addToRolePolicy(
  new iam.PolicyStatement({ actions: ['ec2:DeleteSnapshot'], resources: [snapshots] }),
);

// It is called with what people decided, and with nothing else.
new ApprovedAction(stack, 'SnapshotDeletion', {
  workflow,
  actionFunction: deleteSnapshot,
});

// The manifest that makes the Slack app, and the name of the function that asks, are outputs of the
// stack, too: the constructs add them.
new CfnOutput(stack, 'SigningSecretArn', {
  value: signingSecret.secretArn,
  description: 'Put the signing secret of the Slack app there',
});
new CfnOutput(stack, 'BotTokenArn', {
  value: botToken.secretArn,
  description: 'Put the bot token of the Slack app there',
});
