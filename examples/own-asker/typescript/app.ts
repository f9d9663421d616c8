import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Approvers, SlackApprovalWorkflow } from 'cdk-sentries';

const app = new App();
const stack = new Stack(app, 'OwnAsker');

// Both get their values from the Slack app once it is made, see docs/slack-setup.md.
const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
const botToken = new secretsmanager.Secret(stack, 'BotToken');

const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
  signingSecret,
  botToken,
  // Ids of your Slack workspace, not names.
  approvalChannelId: 'C0APPROVALS',
  approvers: Approvers.users(['U0ALICE', 'U0BOB']),
});

// The queue for decisions is yours; the one for requests is the workflow's.
const unhandled = new sqs.Queue(stack, 'UnhandledDecisions', { enforceSSL: true });
const decisions = new sqs.Queue(stack, 'Decisions', {
  enforceSSL: true,
  visibilityTimeout: Duration.minutes(3),
  deadLetterQueue: { queue: unhandled, maxReceiveCount: 10 },
});
const asker = approvals.addAsker('snapshot-cleaner', decisions);

// What was asked: a decision about anything else counts for nothing.
const asked = new dynamodb.Table(stack, 'Asked', {
  partitionKey: { name: 'requestId', type: dynamodb.AttributeType.STRING },
  timeToLiveAttribute: 'expiresAt',
  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
});

const common = {
  runtime: lambda.Runtime.NODEJS_24_X,
  code: lambda.Code.fromAsset(join(__dirname, 'cleaner')),
  timeout: Duration.seconds(30),
  environment: {
    ASKER: asker.name,
    REQUEST_QUEUE_URL: asker.requestQueue.queueUrl,
    DECISION_KEY_ARN: asker.decisionKey.keyArn,
    ASKED_TABLE: asked.tableName,
  },
};
const describeSnapshots = new iam.PolicyStatement({
  actions: ['ec2:DescribeSnapshots'],
  resources: ['*'],
});

// The function that is invoked can ask and cannot delete …
const ask = new lambda.Function(stack, 'Ask', { ...common, handler: 'index.ask' });
asker.grantAsk(ask);
asked.grant(ask, 'dynamodb:PutItem', 'dynamodb:GetItem');
ask.addToRolePolicy(describeSnapshots);

// … and the one that can delete gets decisions, and nothing else.
const carryOut = new lambda.Function(stack, 'CarryOut', { ...common, handler: 'index.carryOut' });
asker.grantAsk(carryOut);
asked.grant(carryOut, 'dynamodb:UpdateItem', 'dynamodb:GetItem');
carryOut.addEventSource(new SqsEventSource(decisions, { batchSize: 1 }));
carryOut.addToRolePolicy(describeSnapshots);
carryOut.addToRolePolicy(
  new iam.PolicyStatement({
    actions: ['ec2:DeleteSnapshot'],
    resources: [
      stack.formatArn({ service: 'ec2', account: '', resource: 'snapshot', resourceName: '*' }),
    ],
  }),
);

// The manifest that makes the Slack app is an output of the stack, too: the workflow adds it.
new CfnOutput(stack, 'SigningSecretArn', {
  value: signingSecret.secretArn,
  description: 'Put the signing secret of the Slack app there',
});
new CfnOutput(stack, 'BotTokenArn', {
  value: botToken.secretArn,
  description: 'Put the bot token of the Slack app there',
});
new CfnOutput(stack, 'AskFunction', {
  value: ask.functionName,
  description: 'Invoke it with {"snapshotId":"snap-…","by":"…","reason":"…"}',
});
