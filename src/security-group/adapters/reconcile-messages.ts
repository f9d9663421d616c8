import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { messagePlaceSchema } from '../../organization/adapters/record-messages';
import type { Place } from '../../organization/domain/place';
import { sendEach } from '../../shared/adapters/queue/send-messages';
import { RECONCILE_MESSAGE_VERSION, type ReconcileMessage } from '../contracts/reconcile-message';

export const reconcileMessageSchema = z.object({
  ...messagePlaceSchema.shape,
  version: z.literal(RECONCILE_MESSAGE_VERSION),
  type: z.enum(['by-clock', 'after-call', 'tell-news']),
  run: z.optional(z.string()),
});

/** SQS holds back a message for no longer. So long it takes until the last place is looked at. */
const SPREAD_SECONDS = 900;

/** About as fast as they are looked at, side by side. */
const MOST_BETWEEN_SECONDS = 0.25;

/** Throws for a message of another version. */
export function parseReconcileMessage(body: string): ReconcileMessage {
  return reconcileMessageSchema.parse(JSON.parse(body));
}

/** Has all of the places reconciled, not all at the same time. */
export async function sendReconciles(
  client: SQSClient,
  queueUrl: string,
  places: readonly Place[],
): Promise<void> {
  const secondsBetween = Math.min(MOST_BETWEEN_SECONDS, SPREAD_SECONDS / places.length);
  const messages = places.map((place, index) => ({
    content: message(place, 'by-clock'),
    delaySeconds: Math.floor(index * secondsBetween),
    messageGroupId: place.accountId,
  }));
  await sendEach(client, queueUrl, messages, 'places to reconcile');
}

/** Has all told that reconcile has found in members since the last time. */
export async function sendTellNews(client: SQSClient, queueUrl: string, own: Place): Promise<void> {
  const telling = { content: message(own, 'tell-news'), messageGroupId: own.accountId };
  await sendEach(client, queueUrl, [telling], 'an order to tell news');
}

/** Has the place looked at after a call that was too large to be recorded. */
export async function sendRunAfterCall(
  client: SQSClient,
  queueUrl: string,
  place: Place,
): Promise<void> {
  const run = { content: message(place, 'after-call'), messageGroupId: place.accountId };
  await sendEach(client, queueUrl, [run], 'a run after a large call');
}

/** The same run, later. */
export async function sendRunLater(
  client: SQSClient,
  queueUrl: string,
  { place, run }: { readonly place: Place; readonly run: string },
  milliseconds: number,
): Promise<void> {
  const later = {
    content: { ...message(place, 'after-call'), run },
    delaySeconds: Math.min(Math.ceil(milliseconds / 1_000), SPREAD_SECONDS),
    messageGroupId: place.accountId,
  };
  await sendEach(client, queueUrl, [later], 'a run after a large call');
}

function message(
  { accountId: account, region }: Place,
  type: ReconcileMessage['type'],
): ReconcileMessage {
  return { version: RECONCILE_MESSAGE_VERSION, type, account, region };
}
