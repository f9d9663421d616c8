import { createHash } from 'node:crypto';
import { type DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type Item, storedClick, storedValue } from './approval-schemas';
import { clickKey, due, expiryAt, stored } from './stored-items';
import { ignoringUnmet, itemAt } from './table-calls';
import { APPROVAL_KEY, DUE_INDEX } from '../contracts/approval-items';

/** A click as Slack sent it, so that anyone who judges it can verify it once more. */
export interface StoredClick {
  /** The SHA-256 digest of the body, as hex: what is sent again has the same. */
  readonly id: string;
  readonly body: Buffer;
  readonly timestamp: string;
  readonly signature: string;
  readonly receivedAt: Date;
}

/** Clicks, kept before anyone has judged them. */
export class DynamoClicks {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly auditSeconds: number,
  ) {}

  /** Once: a click that comes again changes nothing, judged or not. */
  async store(click: StoredClick): Promise<void> {
    const expiresAt = click.receivedAt.getTime() + 1_000 * this.auditSeconds;
    await ignoringUnmet(
      this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { ...clickItem(click), ...expiryAt(expiresAt) },
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': APPROVAL_KEY.partition },
        }),
      ),
    );
  }

  async read(id: string): Promise<(StoredClick & { readonly isJudged: boolean }) | undefined> {
    const item = await itemAt(this.client, this.table, clickKey(id));
    if (!item) return undefined;
    const { body, ...click } = storedValue(storedClick, item);
    return {
      ...click,
      id,
      body: Buffer.from(body, 'base64'),
      isJudged: item[DUE_INDEX.partition] === undefined,
    };
  }

  /** It is due no more. */
  async judged(id: string): Promise<void> {
    await ignoringUnmet(
      this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: clickKey(id),
          ConditionExpression: 'attribute_exists(#key)',
          UpdateExpression: 'REMOVE #of, #at',
          ExpressionAttributeNames: {
            '#key': APPROVAL_KEY.partition,
            '#of': DUE_INDEX.partition,
            '#at': DUE_INDEX.sort,
          },
        }),
      ),
    );
  }
}

/** The id of a click is the digest of its body. */
export function clickIdOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function clickItem({ id, body, ...click }: StoredClick): Item {
  // At once, whatever becomes of its message in the queue: it is looked at before a request ends.
  return {
    ...clickKey(id),
    ...stored({ ...click, body: body.toString('base64') }),
    ...due(click.receivedAt),
  };
}
