import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type Put,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './approval-schemas';
import { APPROVAL_KEY } from '../contracts/approval-items';

export async function itemAt(
  client: DynamoDBClient,
  table: string,
  key: Item,
): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
  return (await client.send(command)).Item;
}

const CONFLICTS: ReadonlySet<string> = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

type Condition = Pick<
  Put,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

export function unchangedSince(revision: number): Condition {
  if (revision === 0) {
    return {
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': APPROVAL_KEY.partition },
    };
  }
  return {
    ConditionExpression: '#revision = :read',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: { ':read': { N: String(revision) } },
  };
}

export function isConflict(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).flatMap(({ Code: code }) =>
    code && code !== 'None' ? [code] : [],
  );
  return codes.length > 0 && codes.every((code) => CONFLICTS.has(code));
}

export async function ignoringUnmet(written: Promise<unknown>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
