import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { LedgerTable } from '../../../src/security-group/constructs/ledger-table';
import { startTableServer } from '../../support/tables/table-server';

export const TABLE = 'ledger';

export interface EmulatedLedger {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

/** The ledger's table with the keys and the index that the construct gives it, in the emulator. */
export async function emulatedLedger(): Promise<EmulatedLedger> {
  const server = await startTableServer();
  const client = new DynamoDBClient(emulatorAccess(server.endpoint));
  await client.send(new CreateTableCommand(tableOfConstruct()));
  return { endpoint: server.endpoint, client, stop: async () => server.stop() };
}

export async function startedEmulator(): Promise<Emulator> {
  return startEmulator(await preparePythonEnvironment((line) => process.stderr.write(`${line}\n`)));
}

function tableOfConstruct(): CreateTableCommandInput {
  const stack = new Stack();
  new LedgerTable(stack, 'Ledger');
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } =
    table!.Properties;
  return { TableName: TABLE, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode };
}
