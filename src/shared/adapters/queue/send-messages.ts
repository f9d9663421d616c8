import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { bytesOfText, MOST_BYTES } from '../../domain/byte-budget';
import { batchesOf } from '../../domain/chunks';
import { reasonOf } from '../../domain/failure/failure';

/** SQS takes ten messages a call, which together are no longer than one may be. */
const CALL_LIMITS = { mostItems: 10, mostBytes: MOST_BYTES.message };

/** Messages to a whole organization are thousands. */
const CALLS_AT_ONCE = 10;

interface MessageSettings {
  readonly delaySeconds?: number;
  /** Of a fair queue: many messages of one group hold up none of the others. */
  readonly messageGroupId?: string;
}

export interface MessageToSend extends MessageSettings {
  /** Becomes the JSON of the message. */
  readonly content: object;
}

export interface MessagesToSend extends MessageSettings {
  /** Each becomes the JSON of a message. */
  readonly contents: readonly object[];
  /** In words, for the error where SQS does not take one. */
  readonly about: string;
}

/** What SQS did not take; and why, of one of them. */
export interface RefusedMessages {
  readonly messages: readonly MessageToSend[];
  readonly reason: string;
}

interface Entry {
  readonly message: MessageToSend;
  readonly body: string;
}

/** Puts all of them into the queue, alike. Throws where SQS does not take one. */
export async function sendMessages(
  client: SQSClient,
  queueUrl: string,
  { contents, about, ...settings }: MessagesToSend,
): Promise<void> {
  const messages = contents.map((content) => ({ content, ...settings }));
  await sendEach(client, queueUrl, messages, about);
}

/** Puts each of them into the queue. Throws where SQS does not take one. */
export async function sendEach(
  client: SQSClient,
  queueUrl: string,
  messages: readonly MessageToSend[],
  about: string,
): Promise<void> {
  await inBatches(messages, async (batch) => sendBatch(client, queueUrl, batch, about));
}

/** Puts into the queue what SQS takes: what it refuses holds up none of the others. */
export async function sendPossible(
  client: SQSClient,
  queueUrl: string,
  messages: readonly MessageToSend[],
): Promise<RefusedMessages> {
  const refused = await inBatches(messages, async (batch) => refusedOf(client, queueUrl, batch));
  const reason = refused.find((one) => one.messages.length > 0)?.reason ?? '';
  return { messages: refused.flatMap((one) => one.messages), reason };
}

async function inBatches<Result>(
  messages: readonly MessageToSend[],
  send: (batch: readonly Entry[]) => Promise<Result>,
): Promise<Result[]> {
  const entries = messages.map((message) => ({ message, body: JSON.stringify(message.content) }));
  const limit = pLimit(CALLS_AT_ONCE);
  return Promise.all(
    batchesOf(entries, ({ body }) => bytesOfText(body), CALL_LIMITS).map(async (batch) =>
      limit(async () => send(batch)),
    ),
  );
}

async function sendBatch(
  client: SQSClient,
  queueUrl: string,
  batch: readonly Entry[],
  about: string,
): Promise<void> {
  const failed = await failedOf(client, queueUrl, batch);
  if (failed.length === 0) return;
  throw new Error(
    `SQS did not take ${failed.length} of ${batch.length} messages about ${about}: ${failed[0]?.Message ?? ''}`,
  );
}

async function refusedOf(
  client: SQSClient,
  queueUrl: string,
  batch: readonly Entry[],
): Promise<RefusedMessages> {
  try {
    const failed = await failedOf(client, queueUrl, batch);
    const ids = new Set(failed.map(({ Id }) => Id));
    const refused = batch.filter((_, index) => ids.has(String(index)));
    return { messages: refused.map(({ message }) => message), reason: failed[0]?.Message ?? '' };
  } catch (error) {
    return { messages: batch.map(({ message }) => message), reason: reasonOf(error) };
  }
}

async function failedOf(
  client: SQSClient,
  queueUrl: string,
  batch: readonly Entry[],
): Promise<BatchResultErrorEntry[]> {
  const { Failed: failed = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: batch.map(({ body, message: { delaySeconds = 0, messageGroupId } }, index) => ({
        Id: String(index),
        ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
        MessageBody: body,
      })),
    }),
  );
  return failed;
}
