import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { sendMessages } from '../../shared/adapters/queue/send-messages';
import { LOOK_MESSAGE_VERSION, type LookMessage } from '../contracts/look-message';
import type { MemberToAsk } from '../domain/gaps/member-to-ask';

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
  const contents = members.map((member): LookMessage => ({
    version: LOOK_MESSAGE_VERSION,
    ...member,
  }));
  await sendMessages(client, queueUrl, { contents, about: 'members to look at' });
}
