import { type AttributeValue, ConditionalCheckFailedException, type DynamoDBClient, paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { KeyRecord } from '../../domain/access-key/key-actions';
import type { KeyRecords } from '../../domain/access-key/retire-keys';

/** An item of its own, which is no key: their ids have no such character. */
const LEASE_ID = '#run';

/** Longer than Lambda lets a function run. */
const LEASE_MILLISECONDS = 16 * 60_000;

/** A function that meets an item of another version says so, and does nothing by guess. */
const ITEM_VERSION = 1;

const time = z.pipe(z.object({ S: z.iso.datetime() }), z.transform(({ S }) => new Date(S)));
const text = z.pipe(z.object({ S: z.string() }), z.transform(({ S }) => S));
const step = z.pipe(z.object({ S: z.enum(['deactivate', 'delete']) }), z.transform(({ S }) => S));

const times = z.object({ M: z.object({ deactivate: z.optional(time), delete: z.optional(time) }) });

const itemSchema = z.object({
  version: z.object({ N: z.literal(String(ITEM_VERSION)) }),
  keyId: text,
  userName: text,
  noticeAt: times,
  toldAt: times,
  inactiveSince: z.optional(time),
  untold: z.optional(z.object({ M: z.object({ step, at: time }) })),
});

/** What the sentry remembers, one item for each key id. */
export class DynamoKeyRecords implements KeyRecords {
  constructor(private readonly client: DynamoDBClient, private readonly table: string) {}

  async all(): Promise<KeyRecord[]> {
    const records: KeyRecord[] = [];
    for await (const { Items: page } of paginateScan({ client: this.client }, { TableName: this.table, ConsistentRead: true })) {
      records.push(...(page ?? []).filter(({ keyId }) => keyId?.S !== LEASE_ID).map(recordOf));
    }
    return records;
  }

  /**
   * Does the work while no other run does: two at a time would each count their own cap, and write over what the other remembers.
   * The lease of a run that died ends by itself.
   */
  async exclusively<T>(now: Date, work: () => Promise<T>): Promise<T> {
    await this.lease(now.getTime() + LEASE_MILLISECONDS, now);
    try {
      return await work();
    } finally {
      await this.lease(0, new Date(now.getTime() + LEASE_MILLISECONDS + 1));
    }
  }

  private async lease(until: number, now: Date): Promise<void> {
    try {
      await this.client.send(new PutItemCommand({
        TableName: this.table,
        Item: { keyId: { S: LEASE_ID }, until: { N: String(until) } },
        ConditionExpression: 'attribute_not_exists(keyId) OR #until < :now',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':now': { N: String(now.getTime()) } },
      }));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new Error('Another run of the sentry is under way, or died less than a quarter of an hour ago.', { cause: error });
    }
  }

  async write(record: KeyRecord): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: itemOf(record) }));
  }
}

export type Item = Record<string, AttributeValue>;

export function itemOf({ keyId, userName, noticeAt, toldAt, inactiveSince, untold }: KeyRecord): Item {
  return {
    version: { N: String(ITEM_VERSION) },
    keyId: { S: keyId },
    userName: { S: userName },
    noticeAt: timesOf(noticeAt),
    toldAt: timesOf(toldAt),
    ...(inactiveSince && { inactiveSince: timeOf(inactiveSince) }),
    ...(untold && { untold: { M: { step: { S: untold.step }, at: timeOf(untold.at) } } }),
  };
}

function timesOf(byStep: KeyRecord['noticeAt']): AttributeValue {
  return { M: { ...(byStep.deactivate && { deactivate: timeOf(byStep.deactivate) }), ...(byStep.delete && { delete: timeOf(byStep.delete) }) } };
}

function timeOf(date: Date): AttributeValue {
  return { S: date.toISOString() };
}

/** An item that cannot be read fails the run: without its notices a key would get new ones, or be acted upon by guess. */
export function recordOf(item: Item): KeyRecord {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) {
    throw new Error(`What the table says of the key ${item.keyId?.S} is not of version ${ITEM_VERSION}: ${z.prettifyError(parsed.error)}`);
  }
  const { keyId, userName, noticeAt, toldAt, inactiveSince, untold } = parsed.data;
  return { keyId, userName, noticeAt: noticeAt.M, toldAt: toldAt.M, inactiveSince, untold: untold?.M };
}
