import { type AttributeValue, type DynamoDBClient, paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { KeyRecord } from '../../domain/access-key/key-actions';
import type { KeyRecords } from '../../domain/access-key/retire-keys';

/** A function that meets an item of another version says so, and does nothing by guess. */
const ITEM_VERSION = 1;

const time = z.pipe(z.object({ S: z.iso.datetime() }), z.transform(({ S }) => new Date(S)));
const text = z.pipe(z.object({ S: z.string() }), z.transform(({ S }) => S));
const step = z.pipe(z.object({ S: z.enum(['deactivate', 'delete']) }), z.transform(({ S }) => S));

const itemSchema = z.object({
  version: z.object({ N: z.literal(String(ITEM_VERSION)) }),
  keyId: text,
  userName: text,
  noticeAt: z.object({ M: z.object({ deactivate: z.optional(time), delete: z.optional(time) }) }),
  inactiveSince: z.optional(time),
  untold: z.optional(z.object({ M: z.object({ step, at: time }) })),
});

/** What the sentry remembers, one item for each key id. */
export class DynamoKeyRecords implements KeyRecords {
  constructor(private readonly client: DynamoDBClient, private readonly table: string) {}

  async all(): Promise<KeyRecord[]> {
    const records: KeyRecord[] = [];
    for await (const { Items: page } of paginateScan({ client: this.client }, { TableName: this.table, ConsistentRead: true })) {
      records.push(...(page ?? []).map(recordOf));
    }
    return records;
  }

  async write(record: KeyRecord): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: itemOf(record) }));
  }
}

export type Item = Record<string, AttributeValue>;

export function itemOf({ keyId, userName, noticeAt, inactiveSince, untold }: KeyRecord): Item {
  return {
    version: { N: String(ITEM_VERSION) },
    keyId: { S: keyId },
    userName: { S: userName },
    noticeAt: {
      M: {
        ...(noticeAt.deactivate && { deactivate: timeOf(noticeAt.deactivate) }),
        ...(noticeAt.delete && { delete: timeOf(noticeAt.delete) }),
      },
    },
    ...(inactiveSince && { inactiveSince: timeOf(inactiveSince) }),
    ...(untold && { untold: { M: { step: { S: untold.step }, at: timeOf(untold.at) } } }),
  };
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
  const { keyId, userName, noticeAt, inactiveSince, untold } = parsed.data;
  return { keyId, userName, noticeAt: noticeAt.M, inactiveSince, untold: untold?.M };
}
