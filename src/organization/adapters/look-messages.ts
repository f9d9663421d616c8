import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { chunksOf } from '../../shared/domain/chunks';
import { LOOK_MESSAGE_VERSION, type LookMessage } from '../contracts/look-message';
import type { MemberToAsk } from '../domain/gaps/member-to-ask';

/** SQS takes ten messages a call. */
const MESSAGES_PER_CALL = 10;

export const lookMessageSchema = z.object({
  version: z.literal(LOOK_MESSAGE_VERSION),
  accountId: z.string().check(z.regex(/^\d{12}$/)),
  knownRegions: z.array(z.string()),
});

/** Throws for a message of another version. */
export function parseLookMessage(body: string): LookMessage {
  return lookMessageSchema.parse(JSON.parse(body));
}

/** Has each of the members looked at. */
export async function sendLooks(
  client: SQSClient,
  queueUrl: string,
  members: readonly MemberToAsk[],
): Promise<void> {
  await Promise.all(
    chunksOf(members, MESSAGES_PER_CALL).map(async (chunk) => {
      const { Failed: failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: chunk.map((member, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify({
              version: LOOK_MESSAGE_VERSION,
              ...member,
            } satisfies LookMessage),
          })),
        }),
      );
      if (failed.length === 0) return;
      throw new Error(
        `SQS did not take ${failed.length} of ${chunk.length} messages about members to look at: ${failed[0]?.Message ?? ''}`,
      );
    }),
  );
}
