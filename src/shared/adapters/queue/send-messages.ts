import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { chunksOf } from '../../domain/chunks';

/** SQS takes ten messages a call. */
const MESSAGES_PER_CALL = 10;

/** Messages to a whole organization are thousands. */
const CALLS_AT_ONCE = 10;

export interface MessageToSend {
  /** Becomes the JSON of the message. */
  readonly content: object;
  readonly delaySeconds?: number;
  /** Of a fair queue: many messages of one group hold up none of the others. */
  readonly messageGroupId?: string;
}

export interface MessagesToSend extends Omit<MessageToSend, 'content'> {
  /** Each becomes the JSON of a message. */
  readonly contents: readonly object[];
  /** In words, for the error where SQS does not take one. */
  readonly about: string;
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
  const limit = pLimit(CALLS_AT_ONCE);
  await Promise.all(
    chunksOf(messages, MESSAGES_PER_CALL).map((chunk) =>
      limit(async () => sendChunk(client, queueUrl, chunk, about)),
    ),
  );
}

async function sendChunk(
  client: SQSClient,
  queueUrl: string,
  chunk: readonly MessageToSend[],
  about: string,
): Promise<void> {
  const { Failed: failed = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: chunk.map(({ content, delaySeconds = 0, messageGroupId }, index) => ({
        Id: String(index),
        ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
        MessageBody: JSON.stringify(content),
      })),
    }),
  );
  if (failed.length === 0) return;
  throw new Error(
    `SQS did not take ${failed.length} of ${chunk.length} messages about ${about}: ${failed[0]?.Message ?? ''}`,
  );
}
