import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { accountsSchema } from '../../organization/adapters/coverage-schemas';
import { readHubConfiguration } from '../../organization/adapters/hub-configuration';
import {
  ACCOUNTS_PARTITION,
  COVERAGE_ITEM_VERSION,
  COVERAGE_KEY,
} from '../../organization/contracts/coverage-items';
import type { HubVariable } from '../../organization/contracts/hub-variable';
import type { AccountList } from '../../organization/domain/member-accounts';
import type { HubAccounts } from '../domain/organization/ports';

const itemSchema = z.object({
  version: z.object({ N: z.literal(String(COVERAGE_ITEM_VERSION)) }),
  value: z.object({ S: z.string() }),
});

/** Reads of the accounts what the hub has written. */
export async function readHubAccounts(
  ssm: SSMClient,
  dynamo: DynamoDBClient,
  { configurationParameter, coverageTable }: HubVariable,
): Promise<HubAccounts> {
  const [{ accounts: selection, warnings }, list] = await Promise.all([
    readHubConfiguration(ssm, configurationParameter),
    readList(dynamo, coverageTable),
  ]);
  return { selection, warnings, list };
}

/** The parts of the last reading; what is left of a longer one before it is passed over. */
async function readList(
  dynamo: DynamoDBClient,
  coverageTable: string,
): Promise<AccountList | undefined> {
  const parts: AccountList[] = [];
  for await (const { Items: page } of paginateQuery(
    { client: dynamo },
    {
      TableName: coverageTable,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': COVERAGE_KEY.partition },
      ExpressionAttributeValues: { ':pk': { S: ACCOUNTS_PARTITION } },
    },
  )) {
    const items = z.array(itemSchema).parse(page ?? []);
    parts.push(...items.map(({ value }) => accountsSchema.parse(JSON.parse(value.S))));
  }
  if (parts.length === 0) return undefined;
  const readAt = new Date(Math.max(...parts.map((part) => part.readAt.getTime())));
  const last = parts.filter((part) => part.readAt.getTime() === readAt.getTime());
  return { readAt, accounts: last.flatMap(({ accounts }) => accounts) };
}
