import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { HandlerContract } from '../contracts/handler-environment';
import { MAX_TRIES } from '../contracts/queue-tries';

/** SQS keeps no message for longer. */
const RETENTION = Duration.days(14);

/** AWS's advice for a queue that a function takes from: six times as long as a try may last. */
const TIMEOUTS_HIDDEN = 6;

/** For messages that were given up on: they wait for an operator. */
export function deadLetterQueue(scope: Construct, id: string): sqs.Queue {
  return new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: RETENTION,
  });
}

export interface WorkQueueProps {
  /** Of the function that takes from the queue. */
  readonly contract: HandlerContract<string>;
  /** Where a message goes after the last try. */
  readonly unhandled: sqs.Queue;
}

/** A queue whose messages a function handles, with hours of tries. */
export function workQueue(
  scope: Construct,
  id: string,
  { contract, unhandled }: WorkQueueProps,
): sqs.Queue {
  return new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: Duration.seconds(TIMEOUTS_HIDDEN * contract.timeoutSeconds),
    deadLetterQueue: { queue: unhandled, maxReceiveCount: MAX_TRIES },
  });
}

/** One message an invocation: one that takes its time must not hold up others. */
export function takeOneByOne(
  handler: lambda.Function,
  queue: sqs.Queue,
  maxConcurrency: number,
): void {
  handler.addEventSource(
    new sources.SqsEventSource(queue, {
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency,
    }),
  );
}
