import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LedgerTable } from './ledger-table';
import {
  endPartition,
  EVENT_KEPT_SECONDS,
  LEDGER_EXPIRY,
  LEDGER_KEY,
} from '../contracts/ledger-items';
import type { ToldEnding, ToldEnds } from '../domain/reconciling/told-ends';

/** Which ends were told: for longer than reconcile looks at them. */
export class DynamoToldEnds implements ToldEnds {
  private readonly table: LedgerTable;

  constructor(client: DynamoDBClient, table: string) {
    this.table = new LedgerTable(client, table);
  }

  async has({ of, until }: ToldEnding): Promise<boolean> {
    const told = await this.table.itemsIn(endPartition(of));
    return told.some((item) => item[LEDGER_KEY.sort]?.S === until.toISOString());
  }

  async add({ of, until }: ToldEnding): Promise<void> {
    const expiry = Math.ceil(until.getTime() / 1000) + EVENT_KEPT_SECONDS;
    await this.table.put({
      partition: endPartition(of),
      sort: until.toISOString(),
      values: { [LEDGER_EXPIRY]: { N: String(expiry) } },
    });
  }
}
