import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

/**
 * Hands a message on to the other function until its count is zero; or fails, for as long as it is
 * told to.
 */
const HANDLER = `
const { SQSClient, SendMessageCommand } = require(${JSON.stringify(require.resolve('@aws-sdk/client-sqs'))});
const client = new SQSClient({ useQueueUrlAsEndpoint: false });
exports.handler = async ({ Records: [record] }) => {
  const { left, failures = 0 } = JSON.parse(record.body);
  if (Number(record.attributes.ApproximateReceiveCount) <= failures) throw new Error('told to fail');
  if (left === 0) return;
  const MessageBody = JSON.stringify({ left: left - 1 });
  await client.send(new SendMessageCommand({ QueueUrl: process.env.NEXT_QUEUE_URL, MessageBody }));
};
`;

const MOST_TRIES = 30;

/** Two functions that send to each other: ping → queue → pong → queue → ping. */
export function synthesizeLoopApp(): string {
  const code = mkdtempSync(join(tmpdir(), 'cdk-sentries-test-'));
  writeFileSync(join(code, 'index.js'), HANDLER);
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-test-')) });
  const stack = new Stack(app, 'Loop');
  const [pings, pongs] = ['pings', 'pongs'].map((queueName) => {
    const deadLetters = new sqs.Queue(stack, `${queueName}-lost`, {
      queueName: `lost-${queueName}`,
    });
    return new sqs.Queue(stack, queueName, {
      queueName,
      visibilityTimeout: Duration.minutes(3),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MOST_TRIES },
    });
  });
  const addFunction = (functionName: string, own: sqs.Queue, next: sqs.Queue) => {
    const handler = new lambda.Function(stack, functionName, {
      functionName,
      code: lambda.Code.fromAsset(code),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      timeout: Duration.seconds(30),
      environment: { NEXT_QUEUE_URL: next.queueUrl },
    });
    next.grantSendMessages(handler);
    handler.addEventSource(new sources.SqsEventSource(own, { batchSize: 1 }));
  };
  addFunction('ping', pings!, pongs!);
  addFunction('pong', pongs!, pings!);
  return app.synth().directory;
}
