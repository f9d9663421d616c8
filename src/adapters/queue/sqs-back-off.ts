import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { backOffSeconds } from '../../domain/queue/back-off';

/** Lets the queue show the message again after a while that grows with each try. Answers the seconds. */
export async function postpone(client: SQSClient, queueUrl: string, record: SQSRecord): Promise<number> {
  const seconds = backOffSeconds(Number(record.attributes.ApproximateReceiveCount));
  await client.send(new ChangeMessageVisibilityCommand({
    QueueUrl: queueUrl, ReceiptHandle: record.receiptHandle, VisibilityTimeout: seconds,
  }));
  return seconds;
}
