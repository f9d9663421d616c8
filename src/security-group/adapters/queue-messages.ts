import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { messagePlaceSchema } from '../../organization/adapters/record-messages';
import type { Place } from '../../organization/domain/place';
import { sendEach, sendMessages } from '../../shared/adapters/queue/send-messages';
import {
  type DifferenceMessage,
  type HeartbeatMessage,
  type MessagePlace,
  QUEUE_MESSAGE_VERSION,
} from '../contracts/queue-message';

const version = z.literal(QUEUE_MESSAGE_VERSION);
const optionalPlace = {
  account: z.optional(messagePlaceSchema.shape.account),
  region: z.optional(messagePlaceSchema.shape.region),
};
export const messageSchema = z.discriminatedUnion('type', [
  z.object({
    version,
    type: z.literal('finding'),
    groupId: z.string().check(z.regex(/^sg-[0-9a-f]+$/)),
    ...optionalPlace,
  }),
  z.object({ version, type: z.literal('heartbeat'), ...optionalPlace }),
]);

/** A message of the sentry itself; undefined for all else, which has to be an event. */
export function parseQueueMessage(body: string): DifferenceMessage | HeartbeatMessage | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The place that a message is about; that of the sentry's own stack where it names none. */
export function placeIn({ account, region }: Partial<MessagePlace>, own: Place): Place {
  if (account === undefined && region === undefined) return own;
  if (account !== undefined && region !== undefined) return { accountId: account, region };
  throw new Error(
    `A message names the account ${account} and the Region ${region}: it has to name both, or none.`,
  );
}

/** SQS holds back a message for no longer. */
const MOST_DELAY_SECONDS = 900;

/** A queue, and whose groups the messages are about. */
export interface Destination {
  readonly queueUrl: string;
  /** Undefined: those of the sentry's own account and Region. */
  readonly place?: Place;
}

/** What would have to wait for longer is left to the next run. */
export async function sendDifferencesLater(
  client: SQSClient,
  destination: Destination,
  groupIds: readonly string[],
  milliseconds: number,
): Promise<void> {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds <= MOST_DELAY_SECONDS) await sendDifferences(client, destination, groupIds, seconds);
}

/** Has the groups judged, by what the ledger says is due. */
export async function sendDifferences(
  client: SQSClient,
  { queueUrl, place }: Destination,
  groupIds: readonly string[],
  delaySeconds = 0,
): Promise<void> {
  const contents = groupIds.map((groupId): DifferenceMessage => ({
    version: QUEUE_MESSAGE_VERSION,
    type: 'finding',
    groupId,
    ...(place && { account: place.accountId, region: place.region }),
  }));
  const group = place && { messageGroupId: place.accountId };
  await sendMessages(client, queueUrl, { contents, about: 'differences', delaySeconds, ...group });
}

/** Has each of the places tried. */
export async function sendHeartbeats(
  client: SQSClient,
  queueUrl: string,
  places: readonly Place[],
): Promise<void> {
  const messages = places.map(({ accountId: account, region }) => ({
    content: {
      version: QUEUE_MESSAGE_VERSION,
      type: 'heartbeat',
      account,
      region,
    } satisfies HeartbeatMessage,
    messageGroupId: account,
  }));
  await sendEach(client, queueUrl, messages, 'heartbeats');
}
