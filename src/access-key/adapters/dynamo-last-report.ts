import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { OWN_TABLE, type RecordLayout } from './dynamo-key-records';
import { bytesAsJson, MOST_BYTES } from '../../shared/domain/byte-budget';
import { batchesOf } from '../../shared/domain/chunks';
import type { ReportMemory } from '../domain/ports';
import type { LastReport, ToldKey } from '../domain/report-changes';

/** No key has such an id. */
const HEAD = '#report';

/** The attributes beside the keys take less than that. */
const BYTES_BESIDES_KEYS = 1_000;

const KEYS_OF_AN_ITEM = {
  mostItems: 1_000,
  mostBytes: MOST_BYTES.item - BYTES_BESIDES_KEYS,
};

const SIDES = ['a', 'b'] as const;

const time = z.pipe(
  z.iso.datetime(),
  z.transform((value) => new Date(value)),
);

export const headSchema = z.object({
  at: time,
  weeklyAt: z.optional(time),
  side: z.enum(SIDES),
  parts: z.int(),
});

export const toldKeysSchema = z.array(
  z.object({
    accountId: z.string(),
    name: z.string(),
    keyId: z.optional(z.string()),
    userName: z.string(),
    since: z.optional(time),
    classes: z.array(z.enum(['too-old', 'soon-too-old', 'unused', 'never-used'])),
    step: z.optional(z.string()),
  }),
);

/**
 * The last report, beside the records of keys: a head, and its keys in as many items as they take.
 * The keys of the next one go to the other side, so that the head never points at halves of two.
 */
export class DynamoLastReport implements ReportMemory {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly layout: RecordLayout = OWN_TABLE,
  ) {}

  async read(): Promise<LastReport | undefined> {
    const head = await this.head();
    if (!head) return undefined;
    const { side, parts, ...report } = head;
    const pieces = await Promise.all(
      Array.from({ length: parts }, async (_, index) => this.piece(side, index)),
    );
    const keys = pieces.flatMap((piece) => piece ?? []);
    return pieces.includes(undefined) ? undefined : { ...report, keys };
  }

  async write({ keys, at, weeklyAt }: LastReport): Promise<void> {
    const side = (await this.head())?.side === 'a' ? 'b' : 'a';
    const pieces = batchesOf(keys, bytesInList, KEYS_OF_AN_ITEM);
    for (const [index, piece] of pieces.entries()) {
      await this.put(pieceName(side, index), piece);
    }
    await this.put(HEAD, { at, weeklyAt, side, parts: pieces.length });
  }

  private async head(): Promise<z.infer<typeof headSchema> | undefined> {
    const parsed = headSchema.safeParse(await this.get(HEAD));
    return parsed.success ? parsed.data : undefined;
  }

  private async piece(side: string, index: number): Promise<ToldKey[] | undefined> {
    const parsed = toldKeysSchema.safeParse(await this.get(pieceName(side, index)));
    return parsed.success ? parsed.data : undefined;
  }

  private async get(name: string): Promise<unknown> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: this.layout.key(name),
        ConsistentRead: true,
      }),
    );
    return item?.value?.S === undefined ? undefined : jsonIn(item.value.S);
  }

  /** To the version before, which reads whole tables, it is a record of a key that is not there. */
  private async put(name: string, value: unknown): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: {
          keyId: { S: name },
          userName: { S: '' },
          noticeAt: { M: {} },
          toldAt: { M: {} },
          version: { N: '1' },
          value: { S: JSON.stringify(value) },
          ...this.layout.key(name),
        },
      }),
    );
  }
}

function pieceName(side: string, index: number): string {
  return `${HEAD}-${side}-${index}`;
}

function bytesInList(key: ToldKey): number {
  return bytesAsJson(key) + ','.length;
}

/** Undefined for what is no JSON. */
function jsonIn(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
