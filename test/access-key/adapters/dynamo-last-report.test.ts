import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { DynamoKeyRecords, recordOf } from '../../../src/access-key/adapters/dynamo-key-records';
import { DynamoLastReport } from '../../../src/access-key/adapters/dynamo-last-report';
import { keyReport } from '../../../src/access-key/domain/key-report';
import type { KeyStep } from '../../../src/access-key/domain/key-step';
import {
  compareReports,
  type LastReport,
  type ToldKey,
} from '../../../src/access-key/domain/report-changes';
import { SYSTEM_CLOCK } from '../../../src/shared/adapters/clock/system-clock';
import { startTableServer, type TableServer } from '../../support/tables/table-server';

const NOON = new Date('2026-01-01T12:00:00Z');

let server: TableServer;
let client: DynamoDBClient;
let tables = 0;
let table: string;

beforeAll(async () => {
  server = await startTableServer();
  client = new DynamoDBClient(emulatorAccess(server.endpoint));
});

afterAll(async () => server?.stop());

beforeEach(async () => {
  tables += 1;
  table = `last-reports-${tables}`;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'keyId', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'keyId', AttributeType: 'S' }],
    }),
  );
});

function toldKey(index: number): ToldKey {
  return {
    accountId: '111122223333',
    name: `AKIA${index}`,
    keyId: `AKIA${index}`,
    userName: `${'u'.repeat(60)}${index}`,
    since: NOON,
    classes: ['too-old', 'never-used'],
    step: `held deactivate ${'because '.repeat(20)}`,
  };
}

function reportOf(keys: number, at = NOON): LastReport {
  return { at, weeklyAt: NOON, keys: Array.from({ length: keys }, (_, index) => toldKey(index)) };
}

const namesIn = (report: LastReport | undefined) => report?.keys.map(({ name }) => name);

test('there is none at first', async () => {
  expect(await new DynamoLastReport(client, table).read()).toBeUndefined();
});

test('one with the keys of 5,000 users is read as it was written, and the next as well', async () => {
  const memory = new DynamoLastReport(client, table);
  for (const count of [10_000, 2, 0, 3_000]) {
    await memory.write(reportOf(count, new Date(NOON.getTime() + count)));
    const read = await memory.read();
    expect(read).toMatchObject({ at: new Date(NOON.getTime() + count), weeklyAt: NOON });
    expect(namesIn(read)).toEqual(namesIn(reportOf(count)));
  }
});

test('one with the longest reasons fits as well, in items that DynamoDB takes', async () => {
  const longest: LastReport = {
    at: NOON,
    keys: Array.from({ length: 1_500 }, (_, index) => ({
      ...toldKey(index),
      classes: ['too-old', 'soon-too-old', 'unused', 'never-used'],
      step: `failed deactivate ${'鍵'.repeat(100)}`,
    })),
  };
  const memory = new DynamoLastReport(client, table);
  await memory.write(longest);
  expect(await memory.read()).toEqual(longest);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  expect(Math.max(...Items.map(({ value }) => Buffer.byteLength(value?.S ?? '')))).toBeLessThan(
    399 * 1_024,
  );
});

test('a crash in the midst leaves the one before', async () => {
  const memory = new DynamoLastReport(client, table);
  await memory.write(reportOf(2));
  const dying = Object.create(client, {
    send: {
      value: async (command: PutItemCommand) => {
        if (command.input.Item?.keyId?.S === '#report') throw new Error('crash');
        return client.send(command);
      },
    },
  });
  await expect(new DynamoLastReport(dying, table).write(reportOf(5))).rejects.toThrow('crash');
  expect(namesIn(await memory.read())).toEqual(['AKIA0', 'AKIA1']);
});

test('what cannot be read is none: marks begin again', async () => {
  const memory = new DynamoLastReport(client, table);
  await memory.write(reportOf(2));
  await client.send(
    new PutItemCommand({
      TableName: table,
      Item: { keyId: { S: '#report-a-0' }, value: { S: '{"of":"another version"}' } },
    }),
  );
  expect(await memory.read()).toBeUndefined();
  await memory.write(reportOf(1));
  expect(namesIn(await memory.read())).toEqual(['AKIA0']);
});

test('it is no key, not to this version and not to the one before, which reads whole tables', async () => {
  await new DynamoLastReport(client, table).write(reportOf(2));
  expect(await new DynamoKeyRecords(client, table, SYSTEM_CLOCK).all()).toEqual([]);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  expect(Items.map(recordOf)).toEqual(
    Items.map(({ keyId }) => ({ keyId: keyId?.S, userName: '', noticeAt: {}, toldAt: {} })),
  );
});

const reasons = fc
  .array(
    fc.oneof(fc.constantFrom(' ', '\n', '\u200b', '🔑', '"', '…'), fc.string({ unit: 'binary' })),
    {
      maxLength: 120,
    },
  )
  .map((all) => all.join(''));
const blankAtTheCut = `${'a'.repeat(99)} and on`;
const emojiAtTheCut = `${'a'.repeat(98)}🔑 and on`;

test('a step that is held for the same reason again is no news, whatever the reason is', async () => {
  const memory = new DynamoLastReport(client, table);
  await fc.assert(
    fc.asyncProperty(fc.array(reasons, { maxLength: 8 }), async (some) => {
      const report = reportOfHeld([blankAtTheCut, emojiAtTheCut, ...some]);
      const looked = { accounts: [{ accountId: '111122223333', report }], unread: [] };
      const { toRemember } = compareReports(looked, undefined, NOON);
      await memory.write({ at: NOON, keys: toRemember });
      expect(compareReports(looked, await memory.read(), NOON)).toMatchObject({
        isChanged: false,
        newSteps: [],
      });
    }),
    { numRuns: 20 },
  );
});

function reportOfHeld(held: readonly string[]) {
  const steps = held.map((reason, index): KeyStep => {
    const keyId = `AKIA${index}`;
    const why = { step: 'deactivate', reasons: [] } as const;
    return { keyId, userName: 'ann', report: { kind: 'held', ...why, reason } };
  });
  const survey = {
    at: NOON,
    userCount: 0,
    users: [],
    keys: [],
    seen: [],
    findings: [],
    tagUses: [],
    unknowns: [],
  };
  return keyReport(survey, steps, 90);
}
