import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { LifeSandbox, Since } from './life';
import { HOME } from '../../sandbox/emulator/emulator-access';

const message = { MessageBody: z.string(), MessageGroupId: z.optional(z.string()) };
const Sent = z.object({ QueueUrl: z.string(), ...message });
const SentBatch = z.object({ QueueUrl: z.string(), Entries: z.array(z.object(message)) });
type Sent = z.infer<typeof Sent>;

/** All events, and all messages of functions, once more since so many calls and events: so many. */
export async function doubleAll(sandbox: LifeSandbox, since: Since): Promise<number> {
  const events = sandbox.events.slice(since.events);
  const messages = sandbox.calls
    .slice(since.calls)
    .filter(({ invocationId }) => invocationId !== undefined)
    .flatMap(({ json }) => messagesIn(json));
  for (const event of events) await sandbox.localAws.replay(event);
  await sandbox.settled();
  const sqs = new SQSClient(sandbox.localAws.accessTo(HOME));
  for (const sent of messages) {
    await sqs.send(new SendMessageCommand(sent));
    await sandbox.settled();
  }
  sqs.destroy();
  return events.length + messages.length;
}

function messagesIn(json: unknown): Sent[] {
  const one = Sent.safeParse(json);
  if (one.success) return [one.data];
  const batch = SentBatch.safeParse(json);
  if (!batch.success) return [];
  const { QueueUrl, Entries } = batch.data;
  return Entries.map((entry) => ({ QueueUrl, ...entry }));
}
