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
  keySchema,
  runSchema,
  storedAnswer,
  type StoredAnswer,
  storedKey,
} from './stored-answers';
import { chunksOf } from '../../shared/domain/chunks';
import {
  ANSWER_EXPIRY,
  ANSWER_PREFIX,
  CURRENT_RUN,
  KEYS_PER_ITEM,
  MEMBER_KEYS_ITEM_VERSION,
  MEMBER_KEYS_KEY,
  RUNS_PARTITION,
} from '../contracts/member-keys-items';
import type { ReportedKey } from '../domain/key-report';
import { type AccountAnswer, isFinal, type KeyRun } from '../domain/organization/key-run';
import type { KeyRuns } from '../domain/organization/ports';

const KEPT_SECONDS = 14 * 86_400;

const itemSchema = z.object({
  [MEMBER_KEYS_KEY.sort]: z.object({ S: z.string() }),
  version: z.object({ N: z.literal(String(MEMBER_KEYS_ITEM_VERSION)) }),
  value: z.object({ S: z.string() }),
});

/** Runs and answers, in the table of members. */
export class DynamoKeyRuns implements KeyRuns {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async current(): Promise<KeyRun | undefined> {
    const value = await this.get(RUNS_PARTITION, CURRENT_RUN);
    return value === undefined ? undefined : runSchema.parse(JSON.parse(value));
  }

  async write(run: KeyRun): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: { ...keyOf(RUNS_PARTITION, CURRENT_RUN), ...content(run) },
      }),
    );
  }

  async answers(runId: string): Promise<AccountAnswer[]> {
    const values = new Map<string, string>();
    for await (const { Items: page } of paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': MEMBER_KEYS_KEY.partition },
        ExpressionAttributeValues: { ':pk': { S: `${ANSWER_PREFIX}${runId}` } },
      },
    )) {
      z.array(itemSchema)
        .parse(page ?? [])
        .forEach(({ sk, value }) => values.set(sk.S, value.S));
    }
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
    const end = Math.floor(answer.answeredAt.getTime() / 1_000) + KEPT_SECONDS;
    const expiry = { [ANSWER_EXPIRY]: { N: String(end) } };
    for (const [index, keys] of parts.entries()) {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...keyOf(partition, `${answer.accountId}#${index}`),
            ...content(keys.map(storedKey)),
            ...expiry,
          },
        }),
      );
    }
    await this.putUnlessAnswered({
      ...keyOf(partition, answer.accountId),
      ...content(storedAnswer(answer, parts.length)),
      ...expiry,
      isFinal: { BOOL: isFinal(answer) },
    });
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
