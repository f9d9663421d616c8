import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { StackDeployment } from './deploy-stack';
import { emulatorAccess, type Place } from '../emulator/emulator-access';

/** The names of a stack's tables. */
export function tablesOf({ resources }: StackDeployment): string[] {
  return [...resources.values()]
    .filter(({ type }) => type === 'AWS::DynamoDB::Table')
    .map(({ physicalId }) => physicalId);
}

/** Makes tables with the same keys and indexes elsewhere; they are empty. */
export async function copyTables(
  fromEndpoint: string,
  toEndpoint: string,
  { names, place }: { readonly names: readonly string[]; readonly place: Place },
): Promise<void> {
  const from = new DynamoDBClient(emulatorAccess(fromEndpoint, place));
  const to = new DynamoDBClient(emulatorAccess(toEndpoint, place));
  try {
    for (const TableName of names) {
      const { Table } = await from.send(new DescribeTableCommand({ TableName }));
      await to.send(new CreateTableCommand({ TableName, ...shapeOf(Table) }));
    }
  } finally {
    from.destroy();
    to.destroy();
  }
}

function shapeOf(table: TableDescription = {}) {
  const indexes = table.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
  return {
    KeySchema: table.KeySchema,
    AttributeDefinitions: table.AttributeDefinitions,
    GlobalSecondaryIndexes: indexes?.length ? indexes : undefined,
    BillingMode: 'PAY_PER_REQUEST' as const,
  };
}
