import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { type Item, refuseOtherVersion, storedValue } from './ledger-schemas';
import {
  LEDGER_ITEM_VERSION,
  LEDGER_KEY,
  RUN_AFTER_CALL_PARTITION,
  RUN_AFTER_CALL_SORT_KEY,
} from '../contracts/ledger-items';
import type { RunAfterCall, RunsAfterCalls } from '../domain/reconciling/run-after-large-call';

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
export const storedRun = z.object({ at: time, by: z.string(), firstAt: z.optional(time) });

const KEY: Item = {
  [LEDGER_KEY.partition]: { S: RUN_AFTER_CALL_PARTITION },
  [LEDGER_KEY.sort]: { S: RUN_AFTER_CALL_SORT_KEY },
};

/** In the ledger's table, so that all invocations know of each other's runs. */
export class DynamoRunsAfterCalls implements RunsAfterCalls {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async latest(): Promise<RunAfterCall | undefined> {
    const { Items: [item] = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: '#partition = :runs',
        ExpressionAttributeNames: { '#partition': LEDGER_KEY.partition },
        ExpressionAttributeValues: { ':runs': { S: RUN_AFTER_CALL_PARTITION } },
      }),
    );
    if (!item) return undefined;
    refuseOtherVersion(item);
    return storedValue(storedRun, item, 'data');
  }

  async replace(before: RunAfterCall | undefined, run: RunAfterCall): Promise<boolean> {
    const data = dataOf(run);
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { ...KEY, version: { N: String(LEDGER_ITEM_VERSION) }, data },
          ...(before
            ? {
                ConditionExpression: '#data = :before',
                ExpressionAttributeNames: { '#data': 'data' },
                ExpressionAttributeValues: { ':before': dataOf(before) },
              }
            : {
                ConditionExpression: 'attribute_not_exists(#key)',
                ExpressionAttributeNames: { '#key': LEDGER_KEY.partition },
              }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The answer to our own call was lost, and the client has sent it again.
      return error.Item?.data?.S === data.S;
    }
  }
}

function dataOf({ at, by, firstAt }: RunAfterCall): { S: string } {
  return { S: JSON.stringify({ at, by, firstAt }) };
}
