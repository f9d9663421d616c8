import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Answer, answering } from './answers';
import type { ItemsInMemory } from './items-in-memory';

const PAGE_BYTES = 1_000_000;

/** What the answers are made of. */
interface CountedTables {
  bytesRead: number;
  table(name?: string): ItemsInMemory;
  written(bytes: number): void;
}

/** Of DynamoDB. */
export function tableAnswers(aws: CountedTables): readonly Answer[] {
  return [
    answering(GetItemCommand, ({ TableName, Key = {} }) => {
      const item = aws.table(TableName).get(Key);
      aws.bytesRead += item?.bytes ?? 0;
      return item ? { Item: item.values } : {};
    }),
    answering(PutItemCommand, ({ TableName, Item = {} }) => {
      aws.written(aws.table(TableName).put(Item));
      return {};
    }),
    answering(UpdateItemCommand, ({ TableName, Key = {}, ...update }) => {
      aws.written(aws.table(TableName).update(Key, update));
      return {};
    }),
    answering(DeleteItemCommand, ({ TableName, Key = {} }) => {
      aws.table(TableName).delete(Key);
      return {};
    }),
    answering(ScanCommand, ({ TableName, ExclusiveStartKey }) =>
      page(aws, aws.table(TableName).all(), ExclusiveStartKey),
    ),
    answering(QueryCommand, ({ TableName, ExclusiveStartKey, ExpressionAttributeValues }) => {
      const partition = ExpressionAttributeValues?.[':pk']?.S ?? '';
      return page(aws, aws.table(TableName).partition(partition), ExclusiveStartKey);
    }),
  ];
}

/** A megabyte, as DynamoDB gives it. */
function page(
  aws: CountedTables,
  items: ReturnType<ItemsInMemory['all']>,
  start: Record<string, AttributeValue> | undefined,
) {
  const from = Number(start?.from?.N ?? 0);
  let bytes = 0;
  let end = from;
  while (end < items.length && bytes < PAGE_BYTES) {
    bytes += items[end]!.bytes;
    end += 1;
  }
  aws.bytesRead += bytes;
  return {
    Items: items.slice(from, end).map(({ values }) => values),
    ...(end < items.length && { LastEvaluatedKey: { from: { N: String(end) } } }),
  };
}
