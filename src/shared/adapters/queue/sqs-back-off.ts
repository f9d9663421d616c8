import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { backOffSeconds } from '../../domain/queue/back-off';

/** Lets the queue show the message again after a while that grows with each try. */
export async function postpone(
  client: SQSClient,
  queueUrl: string,
  receiptHandle: string,
  tries: number,
): Promise<void> {
  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: backOffSeconds(tries),
    }),
  );
}
