import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { temporaryFolder } from './tiny-app';

const sdk = (name: string) => JSON.stringify(require.resolve(`@aws-sdk/client-${name}`));

/** Makes one call after the other, always the same. */
const HANDLER = `
const ec2 = require(${sdk('ec2')});
const events = require(${sdk('eventbridge')});
const sns = require(${sdk('sns')});
const ssm = require(${sdk('ssm')});
const settings = { maxAttempts: 2 };
const clients = {
  ec2: new ec2.EC2Client(settings), events: new events.EventBridgeClient(settings), sns: new sns.SNSClient(settings), ssm: new ssm.SSMClient(settings),
};
exports.handler = async (event) => {
  const bodies = event.Records.map(({ body }) => JSON.parse(body));
  const Tags = [{ Key: 'seen', Value: 'yes' }];
  const Entries = [{ Source: 'cdk-sentries', DetailType: 'Something', Detail: JSON.stringify({ bodies: bodies.length }) }];
  await clients.ec2.send(new ec2.DescribeVpcsCommand({}));
  await clients.ssm.send(new ssm.GetParametersCommand({ Names: ['none'] }));
  await clients.ec2.send(new ec2.CreateTagsCommand({ Resources: [process.env.GROUP_ID], Tags }));
  await clients.events.send(new events.PutEventsCommand({ Entries }));
  await clients.sns.send(new sns.PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: JSON.stringify(bodies) }));
  return { batchItemFailures: [] };
};
`;

export const CALLS = ['DescribeVpcs', 'GetParameters', 'CreateTags', 'PutEvents', 'Publish'];

/**
 * The function gets the Authorize calls of a group, and the message of a schedule, through a queue
 * that shows nothing again for five minutes.
 */
export function synthesizeCallingApp(): string {
  const code = temporaryFolder();
  writeFileSync(path.join(code, 'index.js'), HANDLER);
  const app = new App({ outdir: temporaryFolder() });
  const stack = new Stack(app, 'Calling');
  const vpc = new ec2.CfnVPC(stack, 'Vpc', { cidrBlock: '10.0.0.0/16' });
  const group = new ec2.CfnSecurityGroup(stack, 'Group', {
    groupDescription: 'group',
    vpcId: vpc.ref,
  });
  const topic = new sns.Topic(stack, 'Topic');
  const queue = new sqs.Queue(stack, 'Queue', { visibilityTimeout: Duration.minutes(5) });
  const handler = new lambda.Function(stack, 'Function', {
    functionName: 'calling',
    code: lambda.Code.fromAsset(code),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    timeout: Duration.seconds(20),
    environment: { TOPIC_ARN: topic.topicArn, GROUP_ID: group.attrGroupId },
  });
  handler.addEventSource(
    new sources.SqsEventSource(queue, {
      batchSize: 1,
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    }),
  );
  new events.Rule(stack, 'Changes', {
    eventPattern: { source: ['aws.ec2'], detail: { eventName: ['AuthorizeSecurityGroupIngress'] } },
    targets: [new targets.SqsQueue(queue)],
  });
  const message = events.RuleTargetInput.fromObject({ kind: 'look', group: group.attrGroupId });
  new events.Rule(stack, 'Hourly', {
    schedule: events.Schedule.rate(Duration.hours(1)),
    targets: [new targets.SqsQueue(queue, { message })],
  });
  new events.Rule(stack, 'Daily', {
    schedule: events.Schedule.rate(Duration.days(1)),
    targets: [new targets.SqsQueue(queue)],
  });
  new CfnOutput(stack, 'GroupId', { value: group.attrGroupId });
  return app.synth().directory;
}
