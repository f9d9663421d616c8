import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const POLL_MS = 25;
const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;

/** The counts are taken one after the other: a message that becomes visible just then is in none of them. */
const LOOKS = 2;

/** Until every message of the queue is handled and deleted, also those that wait for another try. */
export async function queueDrained(sqs: SQSClient, queueUrl: string): Promise<void> {
  for (let empty = 0; ;) {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }));
    empty = COUNTS.every((count) => Number(Attributes[count] ?? 0) === 0) ? empty + 1 : 0;
    if (empty === LOOKS) return;
    await sleep(POLL_MS);
  }
}
