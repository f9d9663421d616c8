import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { readAccountList } from '../../organization/adapters/account-list';
import { readHubConfiguration } from '../../organization/adapters/hub-configuration';
import type { HubVariable } from '../../organization/contracts/hub-variable';
import type { HubAccounts } from '../domain/organization/ports';

/** What the hub knows of its accounts by now. */
export async function readHubAccounts(
  { ssm, dynamo }: { readonly ssm: SSMClient; readonly dynamo: DynamoDBClient },
  { configurationParameter, coverageTable }: HubVariable,
): Promise<HubAccounts> {
  const [{ accounts: selection, warnings }, list] = await Promise.all([
    readHubConfiguration(ssm, configurationParameter),
    readAccountList(dynamo, coverageTable),
  ]);
  return { selection, warnings, list };
}
