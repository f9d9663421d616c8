import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { storedDirectMessage, storedRevision, storedValue } from './approval-schemas';
import { directMessageKey, expiryAt, stored } from './stored-items';
import { itemAt, unchangedSince } from './table-calls';
import { ApprovalConflictError } from '../domain/approval-store';
import {
  type DirectMessage,
  type DirectMessageRecord,
  NO_DIRECT_MESSAGE,
} from '../domain/direct-message';
import type { DirectMessageStore } from '../domain/send-direct-message';

/** Longer than the queue keeps a message that comes late. */
const KEPT_MILLISECONDS = 30 * 86_400_000;

/** What is remembered of direct messages, in the workflow's table. */
export class DynamoDirectMessages implements DirectMessageStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async read(to: Pick<DirectMessage, 'sender' | 'email'>): Promise<DirectMessageRecord> {
    const item = await itemAt(this.client, this.table, directMessageKey(to));
    if (!item) return NO_DIRECT_MESSAGE;
    return { ...storedValue(storedDirectMessage, item), revision: storedRevision(item) };
  }

  async write(
    to: Pick<DirectMessage, 'sender' | 'email'>,
    { revision, ...record }: DirectMessageRecord,
  ): Promise<DirectMessageRecord> {
    const { last, leasedUntil } = record;
    const since = Math.max(last?.doneAt.getTime() ?? 0, leasedUntil?.getTime() ?? 0);
    const writtenBy = randomUUID();
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...directMessageKey(to),
            ...stored(record),
            ...expiryAt(since + KEPT_MILLISECONDS),
            revision: { N: String(revision + 1) },
            writtenBy: { S: writtenBy },
          },
          ...unchangedSince(revision),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The answer to our own call was lost, and the client has sent it again.
      if (error.Item?.writtenBy?.S !== writtenBy) {
        throw new ApprovalConflictError('What is remembered of a direct message');
      }
    }
    return { ...record, revision: revision + 1 };
  }
}
