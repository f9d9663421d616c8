import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Item, refuseOtherVersion, storedSign, storedValue } from './ledger-schemas';
import { LedgerTable } from './ledger-table';
import { LEDGER_KEY, SIGNS_PARTITION } from '../contracts/ledger-items';
import {
  type LastSigns,
  type SignOfLife,
  SIGNS_OF_LIFE,
  type SignsOfLife,
} from '../domain/signs-of-life';

/** One item for each sign. */
export class DynamoSignsOfLife implements SignsOfLife {
  private readonly table: LedgerTable;

  constructor(client: DynamoDBClient, table: string) {
    this.table = new LedgerTable(client, table);
  }

  async last(): Promise<LastSigns> {
    const last: Partial<Record<SignOfLife, Date>> = {};
    for (const item of await this.table.itemsIn(SIGNS_PARTITION)) {
      const sign = SIGNS_OF_LIFE.find((one) => one === item[LEDGER_KEY.sort]?.S);
      if (sign === undefined) continue;
      refuseOtherVersion(item);
      last[sign] = storedValue(storedSign, item, 'data').at;
    }
    return last;
  }

  /** An earlier one that cannot be read is none: it is written over. */
  async keep(sign: SignOfLife, at: Date): Promise<Date | undefined> {
    const values = { data: { S: JSON.stringify({ at }) } };
    const before = await this.table.replace({ partition: SIGNS_PARTITION, sort: sign, values });
    return before && readSign(before);
  }
}

function readSign(item: Item): Date | undefined {
  try {
    refuseOtherVersion(item);
    return storedValue(storedSign, item, 'data').at;
  } catch {
    return undefined;
  }
}
