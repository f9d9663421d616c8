import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { refuseOtherVersion, storedValue } from './ledger-schemas';
import { LedgerTable } from './ledger-table';
import {
  LEDGER_KEY,
  type LedgerKeys,
  OWN_KEYS,
  RUN_AFTER_CALL_SORT_KEY,
} from '../contracts/ledger-items';
import type { RunAfterCall, RunsAfterCalls } from '../domain/reconciling/run-after-large-call';

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
export const storedRun = z.object({ at: time, by: z.string(), firstAt: z.optional(time) });

/** All invocations know of each other's runs in one place. */
export class DynamoRunsAfterCalls implements RunsAfterCalls {
  private readonly table: LedgerTable;

  constructor(
    client: DynamoDBClient,
    table: string,
    private readonly keys: LedgerKeys = OWN_KEYS,
  ) {
    this.table = new LedgerTable(client, table);
  }

  async latest(): Promise<RunAfterCall | undefined> {
    const [item] = await this.table.itemsIn(this.keys.runsAfterCalls);
    if (!item) return undefined;
    refuseOtherVersion(item);
    return storedValue(storedRun, item, 'data');
  }

  async replace(before: RunAfterCall | undefined, run: RunAfterCall): Promise<boolean> {
    const data = dataOf(run);
    const item = {
      partition: this.keys.runsAfterCalls,
      sort: RUN_AFTER_CALL_SORT_KEY,
      values: { data },
    };
    try {
      await this.table.put(item, {
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
      });
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
