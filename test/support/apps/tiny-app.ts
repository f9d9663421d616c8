import { mkdtempSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';

/** Prints what it was invoked with, and does what the messages' `order` says. */
const HANDLER = `
let invocations = 0;
exports.handler = async (event, context) => {
  invocations += 1;
  const remaining = context.getRemainingTimeInMillis();
  console.log(JSON.stringify({ invocations, pid: process.pid, event, environment: process.env, context, remaining }));
  const messages = event.Records.map((record) => ({ record, order: JSON.parse(record.body).detail.order }));
  if (messages.some(({ order }) => order === 'throw')) throw new Error('told to throw');
  if (messages.some(({ order }) => order === 'hang')) await new Promise(() => setInterval(() => {}, 1000));
  const failed = messages.filter(({ order, record }) => order === 'fail once' && record.attributes.ApproximateReceiveCount === '1');
  return { batchItemFailures: failed.map(({ record }) => ({ itemIdentifier: record.messageId })) };
};
`;

export const MAX_RECEIVE_COUNT = 2;

export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'cdk-sentries-test-'));
}

/**
 * Rule → queue (with dead-letter queue) → function, and a topic. Gives the folder of the assembly.
 */
export function synthesizeTinyApp(addMore: (stack: Stack) => void = () => undefined): string {
  const code = temporaryFolder();
  writeFileSync(path.join(code, 'index.js'), HANDLER);
  const app = new App({ outdir: temporaryFolder() });
  const stack = new Stack(app, 'Tiny');
  const deadLetters = new sqs.Queue(stack, 'DeadLetters', { queueName: 'dead-letters' });
  const queue = new sqs.Queue(stack, 'Queue', {
    enforceSSL: true,
    // Longer than the function's process takes to start and to time out on a busy machine: else its
    // messages would come twice.
    visibilityTimeout: Duration.seconds(6),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVE_COUNT },
  });
  const topic = new sns.Topic(stack, 'Topic', { topicName: 'topic' });
  topic.addSubscription(
    new subscriptions.SqsSubscription(
      new sqs.Queue(stack, 'Subscriber', { queueName: 'subscriber' }),
    ),
  );
  const handler = new lambda.Function(stack, 'Function', {
    functionName: 'tiny',
    code: lambda.Code.fromAsset(code),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    timeout: Duration.seconds(1),
    memorySize: 256,
    environment: { TOPIC_ARN: topic.topicArn },
  });
  handler.addEventSource(
    new sources.SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true }),
  );
  new events.Rule(stack, 'Rule', {
    eventPattern: {
      source: ['aws.ec2'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        errorCode: [{ exists: false }],
        requestParameters: { groupId: events.Match.anyOf(['sg-1'], events.Match.doesNotExist()) },
      },
    },
    targets: [new targets.SqsQueue(queue)],
  });
  addMore(stack);
  return app.synth().directory;
}
