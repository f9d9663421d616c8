import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import {
  answerOf,
  answerSchema,
  inventorySchema,
  keySchema,
  runAccountsSchema,
  runSchema,
  storedAnswer,
  type StoredAnswer,
  storedInventoryKey,
  storedKey,
} from './stored-answers';
import { chunksOf } from '../../shared/domain/chunks';
import {
  ACCOUNTS_PER_ITEM,
  ANSWER_EXPIRY,
  ANSWER_PREFIX,
  CURRENT_RUN,
  INVENTORY_KEYS_PER_ITEM,
  INVENTORY_PREFIX,
  KEYS_PER_ITEM,
  MEMBER_KEYS_ITEM_VERSION,
  MEMBER_KEYS_KEY,
  RUN_PREFIX,
  RUNS_PARTITION,
} from '../contracts/member-keys-items';
import type { InventoryKey } from '../domain/key-inventory';
import type { ReportedKey } from '../domain/key-report';
import { type AccountAnswer, isFinal, type KeyRun } from '../domain/organization/key-run';
import type { KeyRuns, TakenInventory } from '../domain/organization/ports';

type RunAccounts = Pick<KeyRun, 'asked' | 'suspended'>;

const KEPT_SECONDS = 14 * 86_400;

const itemSchema = z.object({
  [MEMBER_KEYS_KEY.sort]: z.object({ S: z.string() }),
  version: z.object({ N: z.literal(String(MEMBER_KEYS_ITEM_VERSION)) }),
  value: z.object({ S: z.string() }),
});

/** Runs and answers, in the table of members. */
export class DynamoKeyRuns implements KeyRuns {
  /** A run's accounts stay as they are, and each account's answer asks for them. */
  private accounts: (RunAccounts & { readonly runId: string }) | undefined;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async current(): Promise<KeyRun | undefined> {
    const value = await this.get(RUNS_PARTITION, CURRENT_RUN);
    if (value === undefined) return undefined;
    const { parts, nextPartToldAt, ...stored } = runSchema.parse(JSON.parse(value));
    const { partsTold = stored.partsRemembered + (nextPartToldAt ? 1 : 0) } = stored;
    const lastToldAt = stored.lastToldAt ?? nextPartToldAt;
    const run = { ...stored, partsTold, ...(lastToldAt && { lastToldAt }) };
    return parts === undefined ? run : { ...run, ...(await this.accountsOf(run.id, parts)) };
  }

  /** The accounts of a run come first: by the time that it is there, all of them are. */
  async write({ asked, suspended, ...run }: KeyRun): Promise<void> {
    const pieces = piecesOf({ asked, suspended });
    // Others than those that were read or written: the run was begun once more.
    if (this.accounts?.runId !== run.id || this.accounts.asked !== asked) {
      for (const [index, piece] of pieces.entries()) await this.putPiece(run, index, piece);
      this.accounts = { runId: run.id, asked, suspended };
    }
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: {
          ...keyOf(RUNS_PARTITION, CURRENT_RUN),
          ...content({ ...run, asked: [], suspended: [], parts: pieces.length }),
        },
      }),
    );
  }

  private async putPiece(
    { id, startedAt }: Pick<KeyRun, 'id' | 'startedAt'>,
    index: number,
    piece: RunAccounts,
  ): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: {
          ...keyOf(`${RUN_PREFIX}${id}`, String(index)),
          ...content(piece),
          ...expiry(startedAt),
        },
      }),
    );
  }

  private async accountsOf(runId: string, parts: number): Promise<RunAccounts> {
    if (this.accounts?.runId !== runId) {
      const pieces = await Promise.all(
        Array.from({ length: parts }, async (_, index) => this.pieceOf(runId, index)),
      );
      this.accounts = {
        runId,
        asked: pieces.flatMap(({ asked }) => asked),
        suspended: pieces.flatMap(({ suspended }) => suspended),
      };
    }
    const { asked, suspended } = this.accounts;
    return { asked, suspended };
  }

  private async pieceOf(runId: string, index: number): Promise<RunAccounts> {
    const value = await this.get(`${RUN_PREFIX}${runId}`, String(index));
    if (value === undefined) {
      throw new Error(`A part of the accounts of the run ${runId} is gone from the table.`);
    }
    return runAccountsSchema.parse(JSON.parse(value));
  }

  async answers(runId: string): Promise<AccountAnswer[]> {
    const values = await this.valuesIn(`${ANSWER_PREFIX}${runId}`);
    return [...values]
      .filter(([sk]) => !sk.includes('#'))
      .map(([, value]) => {
        const stored = answerSchema.parse(JSON.parse(value));
        return stored.kind === 'unread' ? stored : answerOf(stored, keysOf(stored, values));
      });
  }

  async answer(runId: string, accountId: string): Promise<AccountAnswer | undefined> {
    const value = await this.get(`${ANSWER_PREFIX}${runId}`, accountId);
    if (value === undefined) return undefined;
    const stored = answerSchema.parse(JSON.parse(value));
    return stored.kind === 'unread' ? stored : answerOf(stored, []);
  }

  /** The answer itself comes last: by then all of its keys are there. */
  async writeAnswer(runId: string, answer: AccountAnswer): Promise<void> {
    const parts = answer.kind === 'looked' ? chunksOf(answer.report.keys, KEYS_PER_ITEM) : [];
    const partition = `${ANSWER_PREFIX}${runId}`;
    for (const [index, keys] of parts.entries()) {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...keyOf(partition, `${answer.accountId}#${index}`),
            ...content(keys.map(storedKey)),
            ...expiry(answer.answeredAt),
          },
        }),
      );
    }
    await this.putUnlessAnswered({
      ...keyOf(partition, answer.accountId),
      ...content(storedAnswer(answer, parts.length)),
      ...expiry(answer.answeredAt),
      isFinal: { BOOL: isFinal(answer) },
    });
  }

  /** What an earlier delivery of the same message left beyond the parts of this one counts not. */
  async writeInventory(runId: string, { accountId, takenAt, keys }: TakenInventory): Promise<void> {
    const pieces = keys.length > 0 ? chunksOf(keys, INVENTORY_KEYS_PER_ITEM) : [[]];
    for (const [index, piece] of pieces.entries()) {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...keyOf(`${INVENTORY_PREFIX}${runId}`, `${accountId}#${index}`),
            ...content({ parts: pieces.length, keys: piece.map(storedInventoryKey) }),
            ...expiry(takenAt),
          },
        }),
      );
    }
  }

  async inventories(runId: string): Promise<Map<string, InventoryKey[]>> {
    const values = await this.valuesIn(`${INVENTORY_PREFIX}${runId}`);
    const parts = new Map([...values].map(([sk, value]) => [sk, inventoryIn(value)]));
    const accountIds = [...parts.keys()].flatMap((sk) => sk.match(/^(\d+)#0$/)?.[1] ?? []);
    return new Map(
      accountIds.flatMap((accountId): [string, InventoryKey[]][] => {
        const keys = Array.from(
          { length: parts.get(`${accountId}#0`)?.parts ?? 0 },
          (_, index) => parts.get(`${accountId}#${index}`)?.keys,
        );
        return keys.includes(undefined) ? [] : [[accountId, keys.flatMap((some) => some ?? [])]];
      }),
    );
  }

  private async valuesIn(partition: string): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    for await (const { Items: page } of paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': MEMBER_KEYS_KEY.partition },
        ExpressionAttributeValues: { ':pk': { S: partition } },
      },
    )) {
      z.array(itemSchema)
        .parse(page ?? [])
        .forEach(({ sk, value }) => values.set(sk.S, value.S));
    }
    return values;
  }

  private async putUnlessAnswered(item: Record<string, AttributeValue>): Promise<void> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: item,
          ConditionExpression: 'attribute_not_exists(isFinal) OR isFinal = :no',
          ExpressionAttributeValues: { ':no': { BOOL: false } },
        }),
      );
    } catch (error) {
      // Another delivery of the same message has answered, or the answer to our own call was lost.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  private async get(partition: string, sort: string): Promise<string | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: keyOf(partition, sort),
        ConsistentRead: true,
      }),
    );
    return item && itemSchema.parse(item).value.S;
  }
}

function keysOf(
  { accountId, parts }: Extract<StoredAnswer, { kind: 'looked' }>,
  values: ReadonlyMap<string, string>,
): ReportedKey[] {
  return Array.from({ length: parts }, (_, index) => {
    const value = values.get(`${accountId}#${index}`);
    if (value === undefined) {
      throw new Error(`A part of what was found in account ${accountId} is gone from the table.`);
    }
    return z.array(keySchema).parse(JSON.parse(value));
  }).flat();
}

function inventoryIn(value: string): z.infer<typeof inventorySchema> {
  return inventorySchema.parse(JSON.parse(value));
}

function piecesOf({ asked, suspended }: RunAccounts): RunAccounts[] {
  const askedPieces = chunksOf(asked, ACCOUNTS_PER_ITEM);
  const suspendedPieces = chunksOf(suspended, ACCOUNTS_PER_ITEM);
  return [
    ...askedPieces.map((piece) => ({ asked: piece, suspended: [] })),
    ...suspendedPieces.map((piece) => ({ asked: [], suspended: piece })),
  ];
}

function expiry(since: Date): Record<typeof ANSWER_EXPIRY, AttributeValue> {
  return { [ANSWER_EXPIRY]: { N: String(Math.floor(since.getTime() / 1_000) + KEPT_SECONDS) } };
}

function keyOf(partition: string, sort: string): Record<string, AttributeValue> {
  const { partition: pk, sort: sk } = MEMBER_KEYS_KEY;
  return { [pk]: { S: partition }, [sk]: { S: sort } };
}

function content(value: unknown): Record<'version' | 'value', AttributeValue> {
  return {
    version: { N: String(MEMBER_KEYS_ITEM_VERSION) },
    value: { S: JSON.stringify(value) },
  };
}
