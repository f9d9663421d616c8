import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import {
  COVERAGE_ITEM_VERSION,
  COVERAGE_KEY,
  READ_PREFIX,
  READ_UNTIL_SORT_KEY,
} from '../contracts/coverage-items';
import type { LakeWatermark } from '../domain/reading/read-lake';

const itemSchema = z.object({
  version: z.object({ N: z.literal(String(COVERAGE_ITEM_VERSION)) }),
  readUntil: z.object({
    S: z.pipe(
      z.iso.datetime(),
      z.transform((text) => new Date(text)),
    ),
  }),
});

/** In the hub's table, for each store by itself. */
export class DynamoLakeWatermark implements LakeWatermark {
  private readonly key;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    storeArn: string,
  ) {
    this.key = {
      [COVERAGE_KEY.partition]: { S: `${READ_PREFIX}${storeArn}` },
      [COVERAGE_KEY.sort]: { S: READ_UNTIL_SORT_KEY },
    };
  }

  async read(): Promise<Date | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: this.key, ConsistentRead: true }),
    );
    return Item && itemSchema.parse(Item).readUntil.S;
  }

  async write(readUntil: Date): Promise<void> {
    try {
      await this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: this.key,
          ConditionExpression: 'attribute_not_exists(readUntil) OR readUntil < :until',
          UpdateExpression: 'SET #version = :version, #value = :value, readUntil = :until',
          ExpressionAttributeNames: { '#version': 'version', '#value': 'value' },
          ExpressionAttributeValues: {
            ':version': { N: String(COVERAGE_ITEM_VERSION) },
            ':value': { S: '{}' },
            ':until': { S: readUntil.toISOString() },
          },
        }),
      );
    } catch (error) {
      // Another run has read further, or this one's answer was lost.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}
