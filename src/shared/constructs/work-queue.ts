import { Duration, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { GuardedQueue } from './guarded-queue';
import type { HandlerContract } from '../contracts/handler-environment';
import { MAX_TRIES } from '../contracts/queue-tries';

/** SQS keeps no message for longer. */
const RETENTION = Duration.days(14);

/** AWS's advice for a queue that a function takes from: six times as long as a try may last. */
const TIMEOUTS_HIDDEN = 6;

/** For messages that were given up on: they wait for an operator. */
export function deadLetterQueue(
  scope: Construct,
  id: string,
  operators: readonly iam.IPrincipal[],
): GuardedQueue {
  return new GuardedQueue(scope, id, { operators, retentionPeriod: RETENTION });
}

/** For what EventBridge could not hand over. */
export function undeliveredEvents(
  scope: Construct,
  operators: readonly iam.IPrincipal[],
): GuardedQueue {
  const queue = deadLetterQueue(scope, 'UndeliveredEvents', operators);
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is a dead-letter queue itself: that of EventBridge targets.',
  });
  return queue;
}

export interface WorkQueueProps {
  /** Of the function that takes from the queue. */
  readonly contract: Pick<HandlerContract<string>, 'timeoutSeconds'>;
  /** Where a message goes after the last try. */
  readonly unhandled: GuardedQueue;
  /** They may redrive what is in `unhandled`. */
  readonly operators: readonly iam.IPrincipal[];
}

/** A queue whose messages a function handles, with hours of tries. */
export function workQueue(
  scope: Construct,
  id: string,
  { contract, unhandled, operators }: WorkQueueProps,
): GuardedQueue {
  return new GuardedQueue(scope, id, {
    operators,
    visibilityTimeout: Duration.seconds(TIMEOUTS_HIDDEN * contract.timeoutSeconds),
    deadLetterQueue: { queue: unhandled, maxReceiveCount: MAX_TRIES },
  });
}

/** One message an invocation: one that takes its time must not hold up others. */
export function takeOneByOne(
  handler: lambda.Function,
  queue: GuardedQueue,
  maxConcurrency: number,
): void {
  queue.letTake(handler);
  handler.addEventSource(
    new sources.SqsEventSource(queue, {
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency,
    }),
  );
}
