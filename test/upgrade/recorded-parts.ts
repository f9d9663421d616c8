import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import * as z from 'zod/mini';
import type { ApiCall } from '../../sandbox/cloudtrail/tap';
import type { DeployedStack, LocalAws } from '../../sandbox/local-aws';
import type { SlackStandIn } from '../../sandbox/slack/slack-stand-in';

/** What is recorded of both stacks, beside what stands in their tables. */
export interface RecordedStage {
  readonly localAws: LocalAws;
  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  readonly calls: readonly ApiCall[];
}

/** Every text that was sent to a queue of the stack, once, with the queue's logical id. */
export function messagesIn({ calls, stack }: RecordedStage): { queue: string; body: string }[] {
  const queues = new Map([...stack.resources].map(([id, { physicalId }]) => [physicalId, id]));
  const sent = callsOf(calls, 'SendMessage').map((call) => Sent.parse(call));
  const byBody = new Map(sent.map(({ QueueUrl, MessageBody }) => [MessageBody, QueueUrl]));
  return [...byBody].flatMap(([body, url]) => {
    const queue = queues.get(url);
    return queue === undefined ? [] : [{ queue, body }];
  });
}

/** What was signed, in base64, with its MAC: the key itself does not leave KMS. */
export async function macsIn(stage: RecordedStage): Promise<Record<string, string>> {
  const signed = callsOf(stage.calls, 'GenerateMac').map((call) => Signed.parse(call).Message);
  return macsOf(stage, [...new Set(signed)]);
}

/** The MACs of messages in base64, by the key of the stage. */
export async function macsOf(
  { localAws, stack }: Pick<RecordedStage, 'localAws' | 'stack'>,
  messages: readonly string[],
): Promise<Record<string, string>> {
  const { endpoint, region } = localAws;
  const credentials = await localAws.createUser('signer');
  const client = new KMSClient({ endpoint, region, credentials });
  const [, key] = [...stack.resources].find(([id]) => id.startsWith(DECISION_KEY)) ?? [];
  const macs: Record<string, string> = {};
  for (const message of messages) {
    const { Mac = new Uint8Array() } = await client.send(
      new GenerateMacCommand({
        KeyId: key?.physicalId,
        Message: Buffer.from(message, 'base64'),
        MacAlgorithm: 'HMAC_SHA_256',
      }),
    );
    macs[message] = Buffer.from(Mac).toString('base64');
  }
  client.destroy();
  return macs;
}

/** What stands in Slack: of each message its newest version. */
export function postedIn({ slack }: RecordedStage) {
  return slack.messages.map(({ channel, ts, postedBy, threadTs, isBroadcast, text, blocks }) => ({
    channel,
    ts,
    postedBy,
    threadTs,
    isBroadcast,
    text,
    blocks,
  }));
}

export function write(what: string, recorded: object): void {
  const file = join(__dirname, `${what}-of-last-version.json`);
  writeFileSync(file, `${JSON.stringify(recorded, undefined, 2)}\n`);
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(POLL_MS);
}

const POLL_MS = 20;
const DECISION_KEY = 'ApprovalsDecisionKey';
const Sent = z.object({ QueueUrl: z.string(), MessageBody: z.string() });
const Signed = z.object({ Message: z.string() });

function callsOf(calls: readonly ApiCall[], name: string): unknown[] {
  return calls.filter(({ action }) => action === name).map(({ json }) => json);
}
