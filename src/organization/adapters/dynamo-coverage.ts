import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod/mini';
import { accountListIn, accountListItems, isOfEarlierList } from './account-list-items';
import {
  coverageItem,
  type CoverageItem,
  type CoverageItemKey,
  keyOf,
  valueOf,
  VERSION,
} from './coverage-item';
import { gapSchema, lastRunSchema, lookSchema, sourceSchema } from './coverage-schemas';
import {
  ACCOUNTS_PARTITION,
  EXPECTED_SORT_KEY,
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
import type { Look, MemberRights, Sighting } from '../domain/gaps/place-state';
import type { AccountList } from '../domain/member-accounts';
import { type Place, placeKey } from '../domain/place';

const WRITES_AT_ONCE = 20;

/** The hub's table. */
export class DynamoCoverage implements CoverageStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async read(): Promise<CoverageMemory> {
    const items: CoverageItem[] = [];
    for await (const { Items: page } of paginateScan(
      { client: this.client },
      { TableName: this.table, ConsistentRead: true },
    )) {
      items.push(...z.array(coverageItem).parse(page ?? []));
    }
    const list = accountListIn(items);
    const run = items.find(({ pk, sk }) => pk.S === RUN_PARTITION && sk.S === RUN_SORT_KEY);
    return {
      ...(list && { list }),
      ...(run && { lastRun: valueOf(run, lastRunSchema) }),
      places: placesIn(items),
      gaps: items
        .filter(({ pk }) => pk.S.startsWith(GAP_PREFIX))
        .map((item) => valueOf(item, gapSchema)),
    };
  }

  /** What the member lets the hub do, as far as the last look at the place has seen it. */
  async rightsIn(place: Place): Promise<MemberRights | undefined> {
    const { Item: found } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: keyOf({ pk: `${PLACE_PREFIX}${placeKey(place)}`, sk: LOOK_SORT_KEY }),
      }),
    );
    if (!found) return undefined;
    const look = valueOf(coverageItem.parse(found), lookSchema);
    return look.kind === 'seen' ? look.rights : undefined;
  }

  async remember(remembered: RememberedRun): Promise<void> {
    const { list, run, missing, forgotten, noted, ended } = remembered;
    const gone = new Set(forgotten.map(placeKey));
    const limit = pLimit(WRITES_AT_ONCE);
    await Promise.all([
      ...(list ? [this.rememberList(list)] : []),
      ...missing.map((place) => limit(async () => this.expect(place, run.at))),
      ...noted.map((gap) => limit(async () => this.put({ ...gapItemKey(gap), value: gap }))),
      ...ended.map((gap) => limit(async () => this.delete(gapItemKey(gap)))),
      ...[...gone].map((place) => limit(async () => this.forget(place))),
    ]);
    await this.put({ pk: RUN_PARTITION, sk: RUN_SORT_KEY, value: run });
  }

  /** What is left of earlier lists goes when all of this one is there. */
  async rememberList(list: AccountList): Promise<void> {
    const limit = pLimit(WRITES_AT_ONCE);
    await Promise.all(accountListItems(list).map((item) => limit(async () => this.put(item))));
    const earlier = (await this.keysIn(ACCOUNTS_PARTITION)).filter((key) =>
      isOfEarlierList(key, list),
    );
    await Promise.all(earlier.map((key) => limit(async () => this.delete(key))));
  }

  async writeLooks(looks: readonly PlaceLook[], now: Date): Promise<void> {
    const limit = pLimit(WRITES_AT_ONCE);
    await Promise.all(
      looks.map(({ place, look }) => limit(async () => this.writeLook(place, look, now))),
    );
  }

  /** An earlier time holds. */
  private async expect(place: Place, since: Date): Promise<void> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...keyOf({ pk: `${PLACE_PREFIX}${placeKey(place)}`, sk: EXPECTED_SORT_KEY }),
            version: VERSION,
            expectedSince: { S: since.toISOString() },
          },
          ConditionExpression: 'attribute_not_exists(expectedSince)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  private async writeLook(place: Place, look: Look, now: Date): Promise<void> {
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: keyOf({ pk: `${PLACE_PREFIX}${placeKey(place)}`, sk: LOOK_SORT_KEY }),
        UpdateExpression:
          'SET #value = :value, #version = :version, expectedSince = if_not_exists(expectedSince, :now)',
        ExpressionAttributeNames: { '#value': 'value', '#version': 'version' },
        ExpressionAttributeValues: {
          ':value': { S: JSON.stringify(look) },
          ':version': VERSION,
          ':now': { S: now.toISOString() },
        },
      }),
    );
  }

  private async forget(place: string): Promise<void> {
    for (const key of await this.keysIn(`${PLACE_PREFIX}${place}`)) await this.delete(key);
  }

  private async keysIn(partition: string): Promise<CoverageItemKey[]> {
    const keys: CoverageItemKey[] = [];
    for await (const { Items: page } of paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: partition } },
      },
    )) {
      const items = z.array(coverageItem).parse(page ?? []);
      keys.push(...items.map(({ pk, sk }) => ({ pk: pk.S, sk: sk.S })));
    }
    return keys;
  }

  private async put({
    value,
    ...key
  }: CoverageItemKey & { readonly value: unknown }): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: { ...keyOf(key), version: VERSION, value: { S: JSON.stringify(value) } },
      }),
    );
  }

  private async delete(key: CoverageItemKey): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: keyOf(key) }));
  }
}

function gapItemKey({ place, source, cause }: StandingGap): CoverageItemKey {
  return { pk: `${GAP_PREFIX}${placeKey(place)}`, sk: `${source ?? 'all'}#${cause}` };
}

/** Also those that were heard of, and that the hub has not looked at yet. */
function placesIn(items: readonly CoverageItem[]): KnownPlace[] {
  const byPlace = new Map<string, CoverageItem[]>();
  for (const item of items.filter(({ pk }) => pk.S.startsWith(PLACE_PREFIX))) {
    const before = byPlace.get(item.pk.S);
    if (before) before.push(item);
    else byPlace.set(item.pk.S, [item]);
  }
  return [...byPlace].map(([partition, ofPlace]) => knownPlace(placeOf(partition), ofPlace));
}

function knownPlace(place: Place, items: readonly CoverageItem[]): KnownPlace {
  const sightings = items.filter(({ sk }) => sk.S.startsWith(SEEN_PREFIX)).map(sightingIn);
  const looked = items.find(({ sk }) => sk.S === LOOK_SORT_KEY);
  const look = looked && valueOf(looked, lookSchema);
  const since = items.flatMap(({ expectedSince }) => expectedSince?.S ?? []);
  return {
    place,
    expectedSince:
      earliest(since) ?? look?.at ?? earliest(sightings.map(({ firstAt }) => firstAt))!,
    ...(look && { look }),
    sightings,
  };
}

function earliest(times: readonly Date[]): Date | undefined {
  return times.length > 0 ? new Date(Math.min(...times.map((time) => time.getTime()))) : undefined;
}

function sightingIn({ pk, sk, firstAt, lastAt }: CoverageItem): Sighting {
  if (!firstAt || !lastAt) {
    throw new Error(`The item ${pk.S} / ${sk.S} of the hub's table tells no times.`);
  }
  const source = sourceSchema.parse(sk.S.slice(SEEN_PREFIX.length));
  return { source, firstAt: firstAt.S, lastAt: lastAt.S };
}

function placeOf(partition: string): Place {
  const [, accountId = '', region = ''] = partition.split('#');
  return { accountId, region };
}
