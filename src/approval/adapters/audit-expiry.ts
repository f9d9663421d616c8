import { type DynamoDBClient, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import type { Item } from './approval-schemas';
import { askKey, AUDIT_PREFIX, clickKey, expiryAt, keyOf, REQUEST_PREFIX } from './stored-items';
import { ignoringUnmet } from './table-calls';
import { APPROVAL_EXPIRY, APPROVAL_KEY } from '../contracts/approval-items';

const AT_ONCE = 10;

/** Keeps what is known of a request for longer than it was to be kept when it was written. */
export class AuditExpiry {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** What Slack sent is kept as long as what became of it. */
  async keepClicks(ids: readonly string[], milliseconds: number): Promise<void> {
    await this.keep(ids.map(clickKey), milliseconds);
  }

  /** The audit of a request, and word that its ask was taken. */
  async keepAudit(requestId: string, milliseconds: number): Promise<void> {
    await this.keep([askKey(requestId), ...(await this.auditKeys(requestId))], milliseconds);
  }

  private async auditKeys(requestId: string): Promise<Item[]> {
    const partition = `${REQUEST_PREFIX}${requestId}`;
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: '#of = :of AND begins_with(#what, :audit)',
        ProjectionExpression: '#what',
        ExpressionAttributeNames: { '#of': APPROVAL_KEY.partition, '#what': APPROVAL_KEY.sort },
        ExpressionAttributeValues: { ':of': { S: partition }, ':audit': { S: AUDIT_PREFIX } },
      },
    );
    const keys: Item[] = [];
    for await (const { Items: items = [] } of pages) {
      keys.push(...items.map((item) => keyOf(partition, item[APPROVAL_KEY.sort]?.S ?? '')));
    }
    return keys;
  }

  private async keep(keys: readonly Item[], milliseconds: number): Promise<void> {
    const limit = pLimit(AT_ONCE);
    await Promise.all(keys.map((key) => limit(() => this.keepOne(key, milliseconds))));
  }

  /** Never for a shorter time, and never what has gone already. */
  private async keepOne(key: Item, milliseconds: number): Promise<void> {
    const { [APPROVAL_EXPIRY]: expiry } = expiryAt(milliseconds);
    await ignoringUnmet(
      this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: key,
          ConditionExpression: '#expiry < :expiry',
          UpdateExpression: 'SET #expiry = :expiry',
          ExpressionAttributeNames: { '#expiry': APPROVAL_EXPIRY },
          ExpressionAttributeValues: { ':expiry': expiry },
        }),
      ),
    );
  }
}
