const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');

// Where the SDK is told to call, and not where the URL of the queue says: for the sandbox.
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });

/** Has what people decided in a queue, where the case reads it. */
exports.handler = async ({ decision, payload }) => {
  const MessageBody = JSON.stringify({ decision, payload });
  await sqs.send(new SendMessageCommand({ QueueUrl: process.env.ANSWERS_URL, MessageBody }));
  return 'It is written down.';
};
