import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { ApprovalTable } from '../../../src/approval/constructs/approval-table';
import { startTableServer } from '../../support/tables/table-server';

export const TABLE = 'approvals';

export interface EmulatedApprovals {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

/**
 * The workflow's table with the keys and the index that the construct gives it, in the emulator.
 */
export async function emulatedApprovals(): Promise<EmulatedApprovals> {
  const server = await startTableServer();
  const client = new DynamoDBClient(emulatorAccess(server.endpoint));
  await client.send(new CreateTableCommand(tableOfConstruct()));
  return { endpoint: server.endpoint, client, stop: async () => server.stop() };
}

function tableOfConstruct(): CreateTableCommandInput {
  const stack = new Stack();
  new ApprovalTable(stack, 'Approvals');
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } =
    table!.Properties;
  return { TableName: TABLE, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode };
}
