import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { accountListIn } from './account-list-items';
import { coverageItem, type CoverageItem } from './coverage-item';
import { ACCOUNTS_PARTITION } from '../contracts/coverage-items';
import type { AccountList } from '../domain/member-accounts';

/** The accounts, as the hub has listed them last. Undefined: it has not yet. */
export async function readAccountList(
  client: DynamoDBClient,
  coverageTable: string,
): Promise<AccountList | undefined> {
  const items: CoverageItem[] = [];
  for await (const { Items: page } of paginateQuery(
    { client },
    {
      TableName: coverageTable,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: ACCOUNTS_PARTITION } },
    },
  )) {
    items.push(...z.array(coverageItem).parse(page ?? []));
  }
  return accountListIn(items);
}
