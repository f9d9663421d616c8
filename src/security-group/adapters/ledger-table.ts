import {
  DeleteItemCommand,
  type DynamoDBClient,
  paginateQuery,
  PutItemCommand,
  type PutItemCommandInput,
  type PutItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './ledger-schemas';
import { LEDGER_ITEM_VERSION, LEDGER_KEY } from '../contracts/ledger-items';

interface SingleItem {
  readonly partition: string;
  readonly sort: string;
  readonly values: Item;
}

/**
 * The ledger's table, which no one else may write, for items that stand alone: they belong to no
 * group and no event.
 */
export class LedgerTable {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly name: string,
  ) {}

  async itemsIn(partition: string): Promise<Item[]> {
    const input = {
      TableName: this.name,
      ConsistentRead: true,
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': LEDGER_KEY.partition },
      ExpressionAttributeValues: { ':partition': { S: partition } },
    };
    const items: Item[] = [];
    for await (const { Items = [] } of paginateQuery({ client: this.client }, input)) {
      items.push(...Items);
    }
    return items;
  }

  async remove(partition: string, sort: string): Promise<void> {
    await this.client.send(
      new DeleteItemCommand({
        TableName: this.name,
        Key: { [LEDGER_KEY.partition]: { S: partition }, [LEDGER_KEY.sort]: { S: sort } },
      }),
    );
  }

  async put(item: SingleItem, condition: Partial<PutItemCommandInput> = {}): Promise<void> {
    await this.send(item, condition);
  }

  /** Gives the item that was there before, if there was one. */
  async replace(item: SingleItem): Promise<Item | undefined> {
    return (await this.send(item, { ReturnValues: 'ALL_OLD' })).Attributes;
  }

  private async send(
    { partition, sort, values }: SingleItem,
    more: Partial<PutItemCommandInput>,
  ): Promise<PutItemCommandOutput> {
    return this.client.send(
      new PutItemCommand({
        ...more,
        TableName: this.name,
        Item: {
          [LEDGER_KEY.partition]: { S: partition },
          [LEDGER_KEY.sort]: { S: sort },
          version: { N: String(LEDGER_ITEM_VERSION) },
          ...values,
        },
      }),
    );
  }
}
