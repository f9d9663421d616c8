import { rmSync } from 'node:fs';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import {
  dynamoDbLocalJars,
  lackedByDynamoDbLocal,
  startDynamoDbLocal,
} from '../../support/dynamodb-local/dynamodb-local';
import { ALICE, ApprovalSandbox } from '../../support/sandbox/approval-sandbox';
import type { TableServer } from '../../support/tables/table-server';

jest.setTimeout(600_000);

const HOUR_MS = 3_600_000;
const TESTS = 3;
const HTTPS = '443 from 0.0.0.0/0';
const OPENED = '8080 from 0.0.0.0/0';

const lacked = lackedByDynamoDbLocal();

/** From the change to what people decided: all functions that use tables, and their bundles. */
(lacked === undefined ? describe : describe.skip)(
  `a change that people are asked about, on DynamoDB Local${lacked === undefined ? '' : `, which is not asked: ${lacked}`}`,
  () => {
    let jars: string;
    let tables: TableServer;
    let sandbox: ApprovalSandbox;

    beforeAll(async () => {
      jars = dynamoDbLocalJars();
      tables = await startDynamoDbLocal(jars);
      sandbox = await ApprovalSandbox.start(TESTS, { tablesEndpoint: tables.endpoint });
    });
    afterAll(async () => {
      await sandbox?.stop();
      await tables?.stop();
      rmSync(jars, { recursive: true });
    });
    beforeEach(async () => {
      await sandbox.pass(25 * HOUR_MS);
      sandbox.begin();
    });
    afterEach(() => expect(sandbox.failedInvocations).toBe(0));

    const opened = async () =>
      sandbox.open(sandbox.guarded, {
        IpProtocol: 'tcp',
        FromPort: 8080,
        ToPort: 8080,
        IpRanges: [{ CidrIp: '0.0.0.0/0' }],
      });

    test('is made where two approve it, and stays', async () => {
      await opened();
      expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
      await sandbox.approve();
      expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
      await sandbox.reconcile();
      expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
    });

    test('is not made where one denies it', async () => {
      await opened();
      await sandbox.click(ALICE, 'Deny');
      expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
      expect(sandbox.lastQuestion.text).toMatch(/Denied.*Carried out/s);
    });

    test('is over with the time that it was approved for', async () => {
      await opened();
      await sandbox.approve('Approve for 1 h');
      expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
      await sandbox.pass(HOUR_MS + 60_000);
      expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    });

    test('is remembered there, by the sentries and by the workflow', async () => {
      const client = new DynamoDBClient(emulatorAccess(tables.endpoint));
      const { TableNames: names = [] } = await client.send(new ListTablesCommand({}));
      const counts = await Promise.all(
        names.map(async (TableName) => (await client.send(new ScanCommand({ TableName }))).Count),
      );
      client.destroy();
      expect(counts).toHaveLength(3);
      expect(counts).not.toContain(0);
    });
  },
);
