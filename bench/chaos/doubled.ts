import * as z from 'zod/mini';
import type { Since } from './approval-life';
import type { ApprovalSandbox } from '../../test/support/sandbox/approval-sandbox';

const Sent = z.object({ QueueUrl: z.string(), MessageBody: z.string() });
const SentBatch = z.object({
  QueueUrl: z.string(),
  Entries: z.array(z.object({ MessageBody: z.string() })),
});

/** All events, and all messages of functions, once more since so many calls and events. */
export async function doubleAll(sandbox: ApprovalSandbox, since: Since): Promise<void> {
  const events = sandbox.events.slice(since.events);
  const messages = sandbox.calls
    .slice(since.calls)
    .filter(({ invocationId }) => invocationId !== undefined)
    .flatMap(({ json }) => messagesIn(json));
  for (const event of events) await sandbox.localAws.replay(event);
  await sandbox.settled();
  for (const { queueUrl, body } of messages) await sandbox.send(queueUrl, body);
  await sandbox.settled();
}

function messagesIn(json: unknown): { readonly queueUrl: string; readonly body: string }[] {
  const one = Sent.safeParse(json);
  if (one.success) return [{ queueUrl: one.data.QueueUrl, body: one.data.MessageBody }];
  const batch = SentBatch.safeParse(json);
  if (!batch.success) return [];
  const { QueueUrl: queueUrl, Entries } = batch.data;
  return Entries.map(({ MessageBody: body }) => ({ queueUrl, body }));
}
