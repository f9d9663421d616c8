import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { macsOf, type RecordedStage } from './recorded-parts';
import { Message } from '../../sandbox/slack/workspace';

export type Item = Record<string, AttributeValue>;

const Value: z.ZodMiniType<AttributeValue> = z.lazy(() =>
  z.union([
    z.object({ S: z.string() }),
    z.object({ N: z.string() }),
    z.object({ BOOL: z.boolean() }),
    z.object({ NULL: z.literal(true) }),
    z.object({ L: z.array(Value) }),
    z.object({ M: z.record(z.string(), Value) }),
  ]),
);
export const Items = z.array(z.record(z.string(), Value));
export const Macs = z.record(z.string(), z.string());
export const Messages = z.array(z.object({ queue: z.string(), body: z.string() }));

const Instant = z.pipe(
  z.string(),
  z.transform((text) => new Date(text)),
);
export const Events = z.array(
  z.object({
    version: z.literal('0'),
    id: z.string(),
    'detail-type': z.literal('AWS API Call via CloudTrail'),
    source: z.literal('aws.ec2'),
    account: z.string(),
    time: z.string(),
    region: z.string(),
    resources: z.array(z.string()),
    detail: z.record(z.string(), z.unknown()),
  }),
);
export const Users = z.array(
  z.object({
    name: z.string(),
    createdAt: Instant,
    keys: z.array(
      z.object({
        id: z.string(),
        status: z.enum(['Active', 'Inactive', 'Expired']),
        createdAt: Instant,
        lastUsed: z.object({ at: Instant, service: z.string(), region: z.string() }),
      }),
    ),
  }),
);

const Posted = z.array(
  z.object({
    channel: z.string(),
    ts: z.string(),
    postedBy: z.enum(['app', 'webhook']),
    threadTs: z.optional(z.string()),
    isBroadcast: z.boolean(),
    text: z.string(),
    blocks: z.array(z.looseObject({ type: z.string() })),
  }),
);

/** A recording of one stack. */
interface Recording {
  readonly macs: unknown;
  readonly posted: unknown;
}

/**
 * The recording as it stands in a stack of today, whose Slack gets the messages. In an upgrade, the
 * key that proves seals and decisions stays. The emulator makes another one, so what was signed is
 * signed with that one; nothing else is rewritten.
 */
export async function carriedInto<Recorded extends Recording>(
  stage: Pick<RecordedStage, 'localAws' | 'stack' | 'slack'>,
  recording: Recorded,
): Promise<Recorded> {
  const before = Macs.parse(recording.macs);
  const now = await macsOf(stage, Object.keys(before));
  const text = Object.entries(before).reduce(
    (written, [signed, mac]) => written.replaceAll(mac, now[signed]!),
    JSON.stringify(recording),
  );
  stage.slack.addMessages(
    Posted.parse(recording.posted).map(
      ({ channel, ts, postedBy, threadTs, isBroadcast, text: said, blocks }) =>
        new Message(
          channel,
          ts,
          postedBy,
          { at: new Date(Number(ts) * SECOND_MS), text: said, blocks },
          { threadTs, isBroadcast },
        ),
    ),
  );
  const carried: Recorded = JSON.parse(text);
  return carried;
}

const SECOND_MS = 1_000;
