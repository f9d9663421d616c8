import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { sendMessages } from '../../shared/adapters/queue/send-messages';
import { ACCOUNT_MESSAGE_VERSION, type AccountMessage } from '../contracts/account-message';

export const accountMessageSchema = z.object({
  version: z.literal(ACCOUNT_MESSAGE_VERSION),
  runId: z.string(),
  accountId: z.string().check(z.regex(/^\d{12}$/)),
});

/** Throws for a message of another version. */
export function parseAccountMessage(body: string): AccountMessage {
  return accountMessageSchema.parse(JSON.parse(body));
}

/** Has the keys of each account looked at. */
export async function askAccounts(
  client: SQSClient,
  queueUrl: string,
  runId: string,
  accountIds: readonly string[],
): Promise<void> {
  const contents = accountIds.map((accountId): AccountMessage => ({
    version: ACCOUNT_MESSAGE_VERSION,
    runId,
    accountId,
  }));
  await sendMessages(client, queueUrl, { contents, about: 'accounts whose keys to look at' });
}
