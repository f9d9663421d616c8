import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  paginateScan,
  PutItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';

/** All or nothing, without a copy of whole tables (sandbox/emulator/server/transactions.py). */

type Item = Record<string, AttributeValue>;
type State = ReadonlyMap<string, string>;

interface Operation {
  readonly id: string;
  readonly kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  /** Where it is missing, the item must not be there. */
  readonly mustExist?: boolean;
}

const IDS = ['a', 'b', 'c', 'd'];
const RUNS = 60;
const TABLES = [
  { name: 'with-range', sort: { sk: { S: 'one' } } },
  { name: 'without-range', sort: {} },
] as const;

let emulator: Emulator;
let client: DynamoDBClient;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
  client = new DynamoDBClient({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
  for (const { name, sort } of TABLES) {
    const keys = ['pk', ...Object.keys(sort)];
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, index) => ({
          AttributeName,
          KeyType: index === 0 ? 'HASH' : 'RANGE',
        })),
      }),
    );
  }
});
afterAll(async () => {
  client.destroy();
  await emulator.stop();
});

const operation = fc.record({
  kind: fc.constantFrom('Put', 'Update', 'Delete', 'ConditionCheck') satisfies fc.Arbitrary<
    Operation['kind']
  >,
  mustExist: fc.option(fc.boolean(), { nil: undefined }),
});
const operations: fc.Arbitrary<Operation[]> = fc
  .uniqueArray(fc.constantFrom(...IDS), { minLength: 1 })
  .chain((ids) => fc.tuple(...ids.map((id) => operation.map((rest) => ({ id, ...rest })))));

test.each(TABLES)(
  'a transaction on a table $name does all that it says, or nothing',
  async ({ name, sort }) => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(IDS), operations, async (present, sent) => {
        const before = new Map(present.map((id) => [id, 'before']));
        await fill(name, sort, before);
        const done = await transact(name, sort, sent);
        expect(done).toBe(sent.every((each) => isMet(each, before)));
        expect(await contents(name)).toEqual(done ? after(sent, before) : before);
      }),
      { numRuns: RUNS },
    );
  },
);

test('one that is refused for a mistake in a later operation leaves what an earlier one changed as it was', async () => {
  const [{ name, sort }] = TABLES;
  const before = new Map([
    ['a', 'before'],
    ['b', 'before'],
  ]);
  await fill(name, sort, before);
  await expect(
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          {
            Update: {
              TableName: name,
              Key: keyOf('a', sort),
              UpdateExpression: 'SET held = :held',
              ExpressionAttributeValues: { ':held': { S: 'after' } },
            },
          },
          { Delete: { TableName: name, Key: keyOf('b', sort) } },
          { Put: { TableName: name, Item: { pk: { S: 'c' } } } },
        ],
      }),
    ),
  ).rejects.toThrow();
  expect(await contents(name)).toEqual(before);
});

test('one that comes again under its token is done once', async () => {
  const [{ name, sort }] = TABLES;
  await fill(name, sort, new Map());
  const put = {
    TransactItems: [sentOf(name, sort, { id: 'a', kind: 'Put', mustExist: false })],
    ClientRequestToken: 'the same',
  };
  await client.send(new TransactWriteItemsCommand(put));
  await client.send(new TransactWriteItemsCommand(put));
  expect(await contents(name)).toEqual(new Map([['a', 'after']]));
});

function isMet({ kind, id, mustExist }: Operation, state: State): boolean {
  if (kind === 'ConditionCheck') return state.has(id) === (mustExist ?? false);
  return mustExist === undefined || state.has(id) === mustExist;
}

function after(sent: readonly Operation[], before: State): State {
  const state = new Map(before);
  for (const { kind, id } of sent) {
    if (kind === 'Delete') state.delete(id);
    else if (kind !== 'ConditionCheck') state.set(id, 'after');
  }
  return state;
}

async function transact(
  TableName: string,
  sort: Item,
  sent: readonly Operation[],
): Promise<boolean> {
  try {
    await client.send(
      new TransactWriteItemsCommand({
        TransactItems: sent.map((each) => sentOf(TableName, sort, each)),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof TransactionCanceledException) return false;
    throw error;
  }
}

function sentOf(
  TableName: string,
  sort: Item,
  { kind, id, mustExist }: Operation,
): TransactWriteItem {
  const expected = kind === 'ConditionCheck' ? (mustExist ?? false) : mustExist;
  const ConditionExpression =
    expected === undefined ? undefined : `attribute_${expected ? '' : 'not_'}exists(pk)`;
  const target = { TableName, Key: keyOf(id, sort), ConditionExpression };
  if (kind === 'Put') {
    return { Put: { TableName, Item: itemOf(id, sort, 'after'), ConditionExpression } };
  }
  if (kind === 'Delete') return { Delete: target };
  if (kind === 'Update') {
    return {
      Update: {
        ...target,
        UpdateExpression: 'SET held = :held',
        ExpressionAttributeValues: { ':held': { S: 'after' } },
      },
    };
  }
  return { ConditionCheck: { ...target, ConditionExpression } };
}

function keyOf(id: string, sort: Item): Item {
  return { pk: { S: id }, ...sort };
}

function itemOf(id: string, sort: Item, held: string): Item {
  return { ...keyOf(id, sort), held: { S: held } };
}

async function fill(TableName: string, sort: Item, state: State): Promise<void> {
  for (const id of IDS) {
    const held = state.get(id);
    if (held === undefined) {
      await client.send(new DeleteItemCommand({ TableName, Key: keyOf(id, sort) }));
    } else {
      await client.send(new PutItemCommand({ TableName, Item: itemOf(id, sort, held) }));
    }
  }
}

async function contents(TableName: string): Promise<State> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) items.push(...Items);
  return new Map(items.map(({ pk, held }) => [pk?.S ?? '', held?.S ?? '']));
}
