import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { bytesOfText, MOST_BYTES } from '../../domain/byte-budget';
import { batchesOf } from '../../domain/chunks';

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

interface Entry extends MessageSettings {
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
  const entries = messages.map(({ content, ...settings }) => ({
    body: JSON.stringify(content),
    ...settings,
  }));
  const limit = pLimit(CALLS_AT_ONCE);
  await Promise.all(
    batchesOf(entries, ({ body }) => bytesOfText(body), CALL_LIMITS).map((batch) =>
      limit(async () => sendBatch(client, queueUrl, batch, about)),
    ),
  );
}

async function sendBatch(
  client: SQSClient,
  queueUrl: string,
  batch: readonly Entry[],
  about: string,
): Promise<void> {
  const { Failed: failed = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: batch.map(({ body, delaySeconds = 0, messageGroupId }, index) => ({
        Id: String(index),
        ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
        MessageBody: body,
      })),
    }),
  );
  if (failed.length === 0) return;
  throw new Error(
    `SQS did not take ${failed.length} of ${batch.length} messages about ${about}: ${failed[0]?.Message ?? ''}`,
  );
}
