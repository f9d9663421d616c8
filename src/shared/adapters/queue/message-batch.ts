import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { backOffSeconds } from '../../domain/queue/back-off';

/** How a function handles the messages of its queues. */
export interface MessageHandling {
  readonly sqs: SQSClient;
  readonly logger: MessageLogger;
  /** Of the queue that the message came from. */
  queueUrlOf(record: SQSRecord): string;
  /** `tries` starts at 1. What throws is tried again later. */
  handle(record: SQSRecord, tries: number): Promise<void>;
  countFailedTry(tries: number): void;
  /** Default: a while that grows with each try. */
  secondsUntilNextTry?(error: unknown, tries: number): number;
}

interface MessageLogger {
  error(message: string, details: Readonly<Record<string, unknown>>): void;
  warn(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** Handles each message on its own: one that fails is shown again later, and holds up no other. */
export async function handleMessages(
  { Records: records }: SQSEvent,
  handling: MessageHandling,
): Promise<SQSBatchResponse> {
  const failures = await Promise.all(records.map((record) => handleMessage(record, handling)));
  return { batchItemFailures: failures.flat() };
}

async function handleMessage(
  record: SQSRecord,
  handling: MessageHandling,
): Promise<SQSBatchResponse['batchItemFailures']> {
  const tries = Number(record.attributes.ApproximateReceiveCount);
  const { messageId } = record;
  try {
    await handling.handle(record, tries);
    return [];
  } catch (error) {
    handling.logger.error('not done, will be tried again', { messageId, tries, error });
    handling.countFailedTry(tries);
    await postpone(record, tries, error, handling);
    return [{ itemIdentifier: messageId }];
  }
}

/** Where the queue cannot be asked, its own visibility timeout says when the next try comes. */
async function postpone(
  record: SQSRecord,
  tries: number,
  failure: unknown,
  { sqs, logger, queueUrlOf, secondsUntilNextTry }: MessageHandling,
): Promise<void> {
  try {
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrlOf(record),
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: secondsUntilNextTry?.(failure, tries) ?? backOffSeconds(tries),
      }),
    );
  } catch (error) {
    logger.warn('shown again after the visibility timeout of the queue only', { error });
  }
}
