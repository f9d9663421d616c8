import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod/mini';
import {
  accountsSchema,
  gapSchema,
  lastRunSchema,
  lookSchema,
  sightingSchema,
} from './coverage-schemas';
import { chunksOf } from '../../shared/domain/chunks';
import {
  ACCOUNTS_PARTITION,
  ACCOUNTS_PER_ITEM,
  COVERAGE_ITEM_VERSION,
  COVERAGE_KEY,
  GAP_PREFIX,
  LOOK_SORT_KEY,
  PLACE_PREFIX,
  RUN_PARTITION,
  RUN_SORT_KEY,
  SEEN_PREFIX,
} from '../contracts/coverage-items';
import type { StandingGap } from '../domain/gaps/coverage-news';
import type {
  CoverageMemory,
  CoverageStore,
  KnownPlace,
  RememberedRun,
} from '../domain/gaps/coverage-store';
import type { PlaceLook } from '../domain/gaps/look-at-member';
import type { Look, Sighting } from '../domain/gaps/place-state';
import type { AccountList } from '../domain/member-accounts';
import { type Place, placeKey } from '../domain/place';

const WRITES_AT_ONCE = 20;

const itemSchema = z.object({
  [COVERAGE_KEY.partition]: z.object({ S: z.string() }),
  [COVERAGE_KEY.sort]: z.object({ S: z.string() }),
  version: z.object({ N: z.literal(String(COVERAGE_ITEM_VERSION)) }),
  value: z.object({ S: z.string() }),
  expectedSince: z.optional(z.object({ S: z.iso.datetime() })),
});

type Item = z.infer<typeof itemSchema>;

/** The hub's table. */
export class DynamoCoverage implements CoverageStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async read(): Promise<CoverageMemory> {
    const items: Item[] = [];
    for await (const { Items: page } of paginateScan(
      { client: this.client },
      { TableName: this.table, ConsistentRead: true },
    )) {
      items.push(...z.array(itemSchema).parse(page ?? []));
    }
    const list = accountListIn(items);
    const run = items.find(({ pk }) => pk.S === RUN_PARTITION);
    return {
      ...(list && { list }),
      ...(run && { lastRun: valueOf(run, lastRunSchema) }),
      places: placesIn(items),
      gaps: items
        .filter(({ pk }) => pk.S.startsWith(GAP_PREFIX))
        .map((item) => valueOf(item, gapSchema)),
    };
  }

  async remember({ list, run, left, begun, ended }: RememberedRun): Promise<void> {
    const gone = new Set(left.map(placeKey));
    const limit = pLimit(WRITES_AT_ONCE);
    await Promise.all([
      ...(list ? listItems(list).map((item) => limit(async () => this.put(item))) : []),
      ...begun.map((gap) => limit(async () => this.put({ ...gapItemKey(gap), value: gap }))),
      ...ended.map((gap) => limit(async () => this.delete(gapItemKey(gap)))),
      ...[...gone].map((place) => limit(async () => this.forget(place))),
    ]);
    await this.put({ pk: RUN_PARTITION, sk: RUN_SORT_KEY, value: run });
  }

  async writeLooks(looks: readonly PlaceLook[], now: Date): Promise<void> {
    const limit = pLimit(WRITES_AT_ONCE);
    await Promise.all(
      looks.map(({ place, look }) => limit(async () => this.writeLook(place, look, now))),
    );
  }

  private async writeLook(place: Place, look: Look, now: Date): Promise<void> {
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: keyOf(`${PLACE_PREFIX}${placeKey(place)}`, LOOK_SORT_KEY),
        UpdateExpression:
          'SET #value = :value, #version = :version, expectedSince = if_not_exists(expectedSince, :now)',
        ExpressionAttributeNames: { '#value': 'value', '#version': 'version' },
        ExpressionAttributeValues: {
          ...content(look),
          ':now': { S: now.toISOString() },
        },
      }),
    );
  }

  private async forget(place: string): Promise<void> {
    const pk = `${PLACE_PREFIX}${place}`;
    for await (const { Items: page } of paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
      },
    )) {
      for (const { sk } of z.array(itemSchema).parse(page ?? [])) {
        await this.delete({ pk, sk: sk.S });
      }
    }
  }

  private async put({ pk, sk, value }: ItemKey & { readonly value: unknown }): Promise<void> {
    const written = content(value);
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: { ...keyOf(pk, sk), version: written[':version'], value: written[':value'] },
      }),
    );
  }

  private async delete({ pk, sk }: ItemKey): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: keyOf(pk, sk) }));
  }
}

interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

function keyOf(pk: string, sk: string): Record<string, AttributeValue> {
  return { [COVERAGE_KEY.partition]: { S: pk }, [COVERAGE_KEY.sort]: { S: sk } };
}

function content(value: unknown): Record<':value' | ':version', AttributeValue> {
  return {
    ':value': { S: JSON.stringify(value) },
    ':version': { N: String(COVERAGE_ITEM_VERSION) },
  };
}

function gapItemKey({ place, source, cause }: StandingGap): ItemKey {
  return { pk: `${GAP_PREFIX}${placeKey(place)}`, sk: `${source ?? 'all'}#${cause}` };
}

/** The number of parts is that of the last reading: what is left of a longer one is passed over. */
function listItems({ readAt, accounts }: AccountList) {
  const parts = accounts.length === 0 ? [[]] : chunksOf(accounts, ACCOUNTS_PER_ITEM);
  return parts.map((part, index) => ({
    pk: ACCOUNTS_PARTITION,
    sk: String(index).padStart(4, '0'),
    value: { readAt, accounts: part },
  }));
}

function accountListIn(items: readonly Item[]): AccountList | undefined {
  const parts = items
    .filter(({ pk }) => pk.S === ACCOUNTS_PARTITION)
    .map((item) => valueOf(item, accountsSchema));
  const readAt = parts
    .map((part) => part.readAt)
    .sort((one, other) => other.getTime() - one.getTime())[0];
  if (!readAt) return undefined;
  const latest = parts.filter((part) => part.readAt.getTime() === readAt.getTime());
  return { readAt, accounts: latest.flatMap(({ accounts }) => accounts) };
}

function placesIn(items: readonly Item[]): KnownPlace[] {
  const sightings = new Map<string, Sighting[]>();
  for (const item of items.filter(({ sk }) => sk.S.startsWith(SEEN_PREFIX))) {
    sightings.set(item.pk.S, [...(sightings.get(item.pk.S) ?? []), valueOf(item, sightingSchema)]);
  }
  return items
    .filter(({ pk, sk }) => pk.S.startsWith(PLACE_PREFIX) && sk.S === LOOK_SORT_KEY)
    .map((item) => {
      const look = valueOf(item, lookSchema);
      return {
        place: placeOf(item.pk.S),
        expectedSince: item.expectedSince ? new Date(item.expectedSince.S) : look.at,
        look,
        sightings: sightings.get(item.pk.S) ?? [],
      };
    });
}

function placeOf(partition: string): Place {
  const [, accountId = '', region = ''] = partition.split('#');
  return { accountId, region };
}

function valueOf<Value>({ value }: Item, schema: z.ZodMiniType<Value>): Value {
  return schema.parse(JSON.parse(value.S));
}
