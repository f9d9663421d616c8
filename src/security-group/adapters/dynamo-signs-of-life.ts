import { type DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { refuseOtherVersion, storedSign, storedValue } from './ledger-schemas';
import { LEDGER_ITEM_VERSION, LEDGER_KEY, SIGNS_PARTITION } from '../contracts/ledger-items';
import {
  type LastSigns,
  type SignOfLife,
  SIGNS_OF_LIFE,
  type SignsOfLife,
} from '../domain/signs-of-life';

/** One item for each sign, in the table of the ledger, which no one else may write. */
export class DynamoSignsOfLife implements SignsOfLife {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async last(): Promise<LastSigns> {
    const last: Partial<Record<SignOfLife, Date>> = {};
    const input = {
      TableName: this.table,
      ConsistentRead: true,
      KeyConditionExpression: '#partition = :signs',
      ExpressionAttributeNames: { '#partition': LEDGER_KEY.partition },
      ExpressionAttributeValues: { ':signs': { S: SIGNS_PARTITION } },
    };
    for await (const { Items = [] } of paginateQuery({ client: this.client }, input)) {
      for (const item of Items) {
        const sign = SIGNS_OF_LIFE.find((one) => one === item[LEDGER_KEY.sort]?.S);
        if (sign === undefined) continue;
        refuseOtherVersion(item);
        last[sign] = storedValue(storedSign, item, 'data').at;
      }
    }
    return last;
  }

  async keep(sign: SignOfLife, at: Date): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: {
          [LEDGER_KEY.partition]: { S: SIGNS_PARTITION },
          [LEDGER_KEY.sort]: { S: sign },
          version: { N: String(LEDGER_ITEM_VERSION) },
          data: { S: JSON.stringify({ at }) },
        },
      }),
    );
  }
}
