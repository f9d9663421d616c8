import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { LAST_TRY_TO_REPORT, MAX_TRIES, TRIES_BEFORE_REPORTED } from '../../contracts/queue-tries';
import { reasonOf, type NamedWork } from '../../domain/failure/failure';
import { nextTries } from '../../domain/failure/failure-text';
import { backOffSeconds } from '../../domain/queue/back-off';
import type { FailureReporter } from '../failure/failure-reporter';
import { beforeTimeout, type InvocationTime, TIMED_OUT } from '../failure/invocation-time';

/** How a function handles the messages of its queues. */
export interface MessageHandling {
  readonly sqs: SQSClient;
  readonly logger: MessageLogger;
  readonly failures: FailureReporter;
  /** Of the queue that the message came from. */
  queueUrlOf(record: SQSRecord): string;
  /** `tries` starts at 1. What throws is tried again later. */
  handle(record: SQSRecord, tries: number): Promise<void>;
  /** As far as the message says what it is about, to report it where it fails. Does not throw. */
  workIn(record: SQSRecord): NamedWork;
  /** Default: it is in the log alone. */
  countFailedTry?(tries: number): void;
  /** Default: a while that grows with each try. */
  secondsUntilNextTry?(error: unknown, tries: number): number;
}

interface MessageLogger {
  error(message: string, details: Readonly<Record<string, unknown>>): void;
  warn(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** Written once for all messages of an invocation. */
interface StoredMetrics {
  hasStoredMetrics(): boolean;
  publishStoredMetrics(): void;
}

/** The handler of a function that does nothing but handle messages. */
export function messageHandler(
  handling: MessageHandling,
  metrics: StoredMetrics,
): (event: SQSEvent, time: InvocationTime) => Promise<SQSBatchResponse> {
  return async (event, time) => {
    try {
      return await handleMessages(event, handling, time);
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
}

/** Handles each message on its own: one that fails is shown again later, and holds up no other. */
export async function handleMessages(
  { Records: records }: SQSEvent,
  handling: MessageHandling,
  time: InvocationTime,
): Promise<SQSBatchResponse> {
  const failures = await Promise.all(
    records.map((record) => handleMessage(record, handling, time)),
  );
  await handling.failures.send();
  return { batchItemFailures: failures.flat() };
}

async function handleMessage(
  record: SQSRecord,
  handling: MessageHandling,
  time: InvocationTime,
): Promise<SQSBatchResponse['batchItemFailures']> {
  const tries = Number(record.attributes.ApproximateReceiveCount);
  const { messageId } = record;
  try {
    await beforeTimeout(time, handling.handle(record, tries), async () => {
      await reportFailure(record, tries, TIMED_OUT, handling);
      await handling.failures.send();
    });
    return [];
  } catch (error) {
    handling.logger.error('not done, will be tried again', { messageId, tries, error });
    handling.countFailedTry?.(tries);
    await reportFailure(record, tries, reasonOf(error), handling);
    await postpone(record, tries, error, handling);
    return [{ itemIdentifier: messageId }];
  }
}

/** After a few tries, and after the last one. */
async function reportFailure(
  record: SQSRecord,
  tries: number,
  reason: string,
  handling: MessageHandling,
): Promise<void> {
  const isLast = tries >= MAX_TRIES;
  if (!isLast && (tries < TRIES_BEFORE_REPORTED || tries > LAST_TRY_TO_REPORT)) return;
  const [, , , region, account] = record.eventSourceARN.split(':');
  const deadLetterQueue = await deadLetterQueueOf(record, handling);
  const state = isLast ? 'given-up' : 'tried-again';
  handling.failures.add(`${record.messageId} ${state}`, {
    work: { account, region, ...handling.workIn(record) },
    state,
    reason,
    next: nextTries(tries, MAX_TRIES, deadLetterQueue),
    tries,
    since: firstReceived(record),
    message: { id: record.messageId, ...(deadLetterQueue && { deadLetterQueue }) },
  });
}

function firstReceived({ attributes }: SQSRecord): Date {
  return new Date(Number(attributes.ApproximateFirstReceiveTimestamp || attributes.SentTimestamp));
}

const redrivePolicy = z.object({ deadLetterTargetArn: z.string() });

/** Its name; undefined where the queue cannot be asked now. */
async function deadLetterQueueOf(
  record: SQSRecord,
  { sqs, queueUrlOf, logger }: MessageHandling,
): Promise<string | undefined> {
  try {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrlOf(record),
        AttributeNames: ['RedrivePolicy'],
      }),
    );
    const policy = redrivePolicy.parse(JSON.parse(Attributes?.RedrivePolicy ?? '{}'));
    return policy.deadLetterTargetArn.split(':').at(-1);
  } catch (error) {
    logger.warn('the queue does not say where its messages go in the end', { error });
    return undefined;
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
