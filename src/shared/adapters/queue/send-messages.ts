import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { chunksOf } from '../../domain/chunks';

/** SQS takes ten messages a call. */
const MESSAGES_PER_CALL = 10;

export interface MessagesToSend {
  /** Each becomes the JSON of a message. */
  readonly contents: readonly object[];
  /** In words, for the error where SQS does not take one. */
  readonly about: string;
  readonly delaySeconds?: number;
  /** Of a fair queue: many messages of one group hold up none of the others. */
  readonly messageGroupId?: string;
}

/** Puts all of them into the queue. Throws where SQS does not take one. */
export async function sendMessages(
  client: SQSClient,
  queueUrl: string,
  { contents, about, delaySeconds = 0, messageGroupId }: MessagesToSend,
): Promise<void> {
  await Promise.all(
    chunksOf(contents, MESSAGES_PER_CALL).map(async (chunk) => {
      const { Failed: failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: chunk.map((content, index) => ({
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
    }),
  );
}
