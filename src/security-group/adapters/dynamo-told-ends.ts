import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import {
  endPartition,
  EVENT_KEPT_SECONDS,
  LEDGER_EXPIRY,
  LEDGER_ITEM_VERSION,
  LEDGER_KEY,
} from '../contracts/ledger-items';
import type { Disabling } from '../domain/policies/policy';
import type { ToldEnds } from '../domain/reconciling/reconcile-groups';

/** Which ends of disabled policies were told: for longer than reconcile looks at them. */
export class DynamoToldEnds implements ToldEnds {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async has({ policy, until }: Disabling): Promise<boolean> {
    const { Items: items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: '#partition = :policy AND #sort = :until',
        ExpressionAttributeNames: {
          '#partition': LEDGER_KEY.partition,
          '#sort': LEDGER_KEY.sort,
        },
        ExpressionAttributeValues: {
          ':policy': { S: endPartition(policy) },
          ':until': { S: until.toISOString() },
        },
      }),
    );
    return items.length > 0;
  }

  async add({ policy, until }: Disabling): Promise<void> {
    const expiry = Math.ceil(until.getTime() / 1000) + EVENT_KEPT_SECONDS;
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: {
          [LEDGER_KEY.partition]: { S: endPartition(policy) },
          [LEDGER_KEY.sort]: { S: until.toISOString() },
          version: { N: String(LEDGER_ITEM_VERSION) },
          [LEDGER_EXPIRY]: { N: String(expiry) },
        },
      }),
    );
  }
}
