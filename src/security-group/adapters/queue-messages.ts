import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { sendMessages } from '../../shared/adapters/queue/send-messages';
import {
  type DifferenceMessage,
  type HeartbeatMessage,
  QUEUE_MESSAGE_VERSION,
} from '../contracts/queue-message';

const version = z.literal(QUEUE_MESSAGE_VERSION);
export const messageSchema = z.discriminatedUnion('type', [
  z.object({
    version,
    type: z.literal('finding'),
    groupId: z.string().check(z.regex(/^sg-[0-9a-f]+$/)),
  }),
  z.object({ version, type: z.literal('heartbeat') }),
]);

/** A message of the sentry itself; undefined for all else, which has to be an event. */
export function parseQueueMessage(body: string): DifferenceMessage | HeartbeatMessage | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** SQS holds back a message for no longer. */
const MOST_DELAY_SECONDS = 900;

/** What would have to wait for longer is left to the next run. */
export async function sendDifferencesLater(
  client: SQSClient,
  queueUrl: string,
  groupIds: readonly string[],
  milliseconds: number,
): Promise<void> {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds <= MOST_DELAY_SECONDS) await sendDifferences(client, queueUrl, groupIds, seconds);
}

/** Has the groups judged, by what the ledger says is due. */
export async function sendDifferences(
  client: SQSClient,
  queueUrl: string,
  groupIds: readonly string[],
  delaySeconds = 0,
): Promise<void> {
  const contents = groupIds.map((groupId): DifferenceMessage => ({
    version: QUEUE_MESSAGE_VERSION,
    type: 'finding',
    groupId,
  }));
  await sendMessages(client, queueUrl, { contents, about: 'differences', delaySeconds });
}
