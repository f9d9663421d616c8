import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateQuery,
  PutItemCommand,
  type PutItemCommandInput,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod/mini';
import {
  type Item,
  refuseOtherVersion,
  storedEntry,
  storedPlace,
  storedRecord,
  storedRepeats,
  storedSighting,
  storedValue,
  unreadable,
} from './ledger-schemas';
import {
  LEDGER_EXPIRY,
  LEDGER_ITEM_VERSION,
  LEDGER_KEY,
  type LedgerKeys,
  OWN_KEYS,
  RECORD_INDEX,
  RECORD_SORT_KEY,
  REPEATS_SORT_KEY,
  ruleSortKey,
  SIGHTING_KEPT_SECONDS,
} from '../contracts/ledger-items';
import {
  EMPTY_LEDGER,
  type GroupLedger,
  type GroupRecord,
  type LedgerEntry,
  type Repeat,
} from '../domain/ledger/ledger';
import { type Ledger, type LedgerChange, LedgerConflictError } from '../domain/ledger/ledger-store';
import type { PlaceRecord, Sighting } from '../domain/ledger/place-record';
import { ruleKey, withoutTags } from '../domain/rules/rule';

/** A run of reconcile reads and writes hundreds of groups. */
const CALLS_AT_ONCE = 40;

const revisionSchema = z.object({
  revision: z.object({ N: z.string().check(z.regex(/^[1-9]\d*$/)) }),
});

/** Keeps the sentry's memory of its groups in one place, with one item for each rule. */
export class DynamoLedger implements Ledger {
  private readonly limit = pLimit(CALLS_AT_ONCE);

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly keys: LedgerKeys = OWN_KEYS,
  ) {}

  async read(groupId: string): Promise<GroupLedger> {
    return this.limit(async () => ledgerOf((await this.pagesOf(groupId, (page) => page)).flat()));
  }

  async readWithoutTags(groupId: string): Promise<GroupLedger> {
    const pages = await this.limit(async () =>
      this.pagesOf(groupId, (page) => untagged(ledgerOf(page))),
    );
    return {
      record: pages.map(({ record }) => record).find((record) => record !== undefined),
      entries: new Map(pages.flatMap(({ entries }) => [...entries])),
      repeats: pages.flatMap(({ repeats }) => repeats),
    };
  }

  /** Page by page, so that what is not kept of one does not stand in memory beside the next. */
  private async pagesOf<Kept>(groupId: string, keep: (page: Item[]) => Kept): Promise<Kept[]> {
    return this.itemsIn(this.keys.group(groupId), keep);
  }

  async write(groupId: string, changes: readonly LedgerChange[]): Promise<void> {
    // All are waited for, so that none is still under way when the event comes back.
    const answers = await Promise.allSettled(
      changes.map((change) => this.limit(() => this.writeOne(groupId, change))),
    );
    const failures = answers.flatMap((answer): unknown[] =>
      answer.status === 'rejected' ? [answer.reason] : [],
    );
    if (failures.length === 0) return;
    throw (
      failures.find((failure) => !(failure instanceof ConditionalCheckFailedException)) ??
      new LedgerConflictError(groupId)
    );
  }

  /**
   * From the index, which lags behind by moments: a group that is missing there is still found in
   * its own items.
   */
  async records(): Promise<GroupRecord[]> {
    const pages = await this.query(
      {
        IndexName: RECORD_INDEX.name,
        KeyConditionExpression: '#partition = :value',
        ExpressionAttributeNames: { '#partition': RECORD_INDEX.partition },
        ExpressionAttributeValues: { ':value': { S: this.keys.records } },
      },
      (page) => page.map(recordOf),
    );
    return pages.flat();
  }

  async record(groupId: string): Promise<GroupRecord | undefined> {
    const item = await this.limit(() => this.recordIn(this.keys.group(groupId)));
    return item && recordOf(item);
  }

  async writeRecord(record: GroupRecord): Promise<void> {
    await this.limit(() => this.replace(record.groupId, recordItem(record, this.keys), record));
  }

  async placeRecord(): Promise<PlaceRecord | undefined> {
    const item = await this.recordIn(this.keys.place);
    return item && placeOf(item);
  }

  async writePlaceRecord(record: PlaceRecord): Promise<void> {
    await this.replace('all groups', placeItem(record, this.keys), record);
  }

  async sighting(groupId: string): Promise<Sighting | undefined> {
    const item = await this.limit(() => this.recordIn(this.keys.sighting(groupId)));
    return item && sightingIn(item);
  }

  async writeSighting(groupId: string, sighting: Sighting): Promise<void> {
    const Item = {
      ...keyOf(this.keys.sighting(groupId), RECORD_SORT_KEY),
      ...expiringSighting(sighting),
    };
    await this.limit(() => this.client.send(new PutItemCommand({ TableName: this.table, Item })));
  }

  /** The only item of its partition, or the one that tells of the group itself. */
  private async recordIn(partition: string): Promise<Item | undefined> {
    const pages = await this.query(
      {
        ConsistentRead: true,
        KeyConditionExpression: '#partition = :value AND #sort = :sort',
        ExpressionAttributeNames: {
          '#partition': LEDGER_KEY.partition,
          '#sort': LEDGER_KEY.sort,
        },
        ExpressionAttributeValues: { ':value': { S: partition }, ':sort': { S: RECORD_SORT_KEY } },
      },
      (page) => page,
    );
    return pages.flat()[0];
  }

  private async itemsIn<Kept>(partition: string, keep: (page: Item[]) => Kept): Promise<Kept[]> {
    return this.query(
      {
        ConsistentRead: true,
        KeyConditionExpression: '#partition = :value',
        ExpressionAttributeNames: { '#partition': LEDGER_KEY.partition },
        ExpressionAttributeValues: { ':value': { S: partition } },
      },
      keep,
    );
  }

  private async replace(of: string, item: Item, before: Revised): Promise<void> {
    try {
      await this.client.send(new PutItemCommand({ ...this.onlyAsRead(before), Item: item }));
    } catch (error) {
      if (isAlreadyWritten(item, error)) return;
      throw error instanceof ConditionalCheckFailedException ? new LedgerConflictError(of) : error;
    }
  }

  private onlyAsRead(before: Revised) {
    return {
      TableName: this.table,
      ...unchangedSince(before),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
  }

  private async writeOne(groupId: string, { kind, entry }: LedgerChange): Promise<void> {
    const condition = this.onlyAsRead(entry);
    const item = kind === 'put' ? entryItem(groupId, entry, this.keys) : undefined;
    try {
      if (item) {
        await this.client.send(new PutItemCommand({ ...condition, Item: item }));
      } else {
        await this.client.send(
          new DeleteItemCommand({ ...condition, Key: entryKey(groupId, entry, this.keys) }),
        );
      }
    } catch (error) {
      if (!isAlreadyWritten(item, error)) throw error;
    }
  }

  private async query<Kept>(
    input: Omit<QueryCommandInput, 'TableName'>,
    keep: (page: Item[]) => Kept,
  ): Promise<Kept[]> {
    const kept: Kept[] = [];
    for await (const { Items: page } of paginateQuery(
      { client: this.client },
      { ...input, TableName: this.table },
    )) {
      kept.push(keep(page ?? []));
    }
    return kept;
  }
}

/**
 * An earlier attempt of the same call has written it, and its answer was lost: what is there is
 * what was to be there, or nothing is where nothing was to be.
 */
function isAlreadyWritten(item: Item | undefined, error: unknown): boolean {
  if (!(error instanceof ConditionalCheckFailedException)) return false;
  const { Item: found, $metadata } = error;
  if (($metadata.attempts ?? 1) === 1) return false;
  return (
    found?.data?.S === item?.data?.S &&
    found?.revision?.N === item?.revision?.N &&
    (found === undefined) === (item === undefined)
  );
}

type Condition = Pick<
  PutItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** What counts its writes. Absent, or 0, where it was never written on condition. */
interface Revised {
  readonly revision?: number;
}

function unchangedSince({ revision = 0 }: Revised): Condition {
  if (revision === 0) {
    return {
      ConditionExpression: 'attribute_not_exists(#revision)',
      ExpressionAttributeNames: { '#revision': 'revision' },
    };
  }
  return {
    ConditionExpression: '#revision = :read',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: { ':read': { N: String(revision) } },
  };
}

function keyOf(partition: string, sort: string): Item {
  return { [LEDGER_KEY.partition]: { S: partition }, [LEDGER_KEY.sort]: { S: sort } };
}

function stored(value: object): Item {
  return { version: { N: String(LEDGER_ITEM_VERSION) }, data: { S: JSON.stringify(value) } };
}

function entryKey(groupId: string, { rule }: LedgerEntry, keys: LedgerKeys): Item {
  return keyOf(keys.group(groupId), ruleSortKey(ruleKey(rule)));
}

export function entryItem(groupId: string, entry: LedgerEntry, keys = OWN_KEYS): Item {
  const { revision, ...value } = entry;
  return { ...entryKey(groupId, entry, keys), ...stored(value), ...nextRevision(revision) };
}

export function recordItem(record: GroupRecord, keys = OWN_KEYS): Item {
  const { revision, ...value } = record;
  return {
    ...keyOf(keys.group(record.groupId), RECORD_SORT_KEY),
    ...stored(value),
    ...nextRevision(revision),
    [RECORD_INDEX.partition]: { S: keys.records },
  };
}

export function repeatsItem(groupId: string, repeats: readonly Repeat[], keys = OWN_KEYS): Item {
  return { ...keyOf(keys.group(groupId), REPEATS_SORT_KEY), ...stored(repeats) };
}

export function placeItem({ revision, ...place }: PlaceRecord, keys = OWN_KEYS): Item {
  return {
    ...keyOf(keys.place, RECORD_SORT_KEY),
    // The last version, to which a deployment may roll back, does not read it without them.
    ...stored({ ...place, firstLooks: [] }),
    ...nextRevision(revision),
  };
}

export function placeOf(item: Item): PlaceRecord {
  refuseOtherVersion(item);
  return { ...storedValue(storedPlace, item, 'data'), ...revisionIn(item) };
}

function expiringSighting(sighting: Sighting): Item {
  const expiresAt = Math.floor(sighting.at.getTime() / 1000) + SIGHTING_KEPT_SECONDS;
  return { ...stored(sighting), [LEDGER_EXPIRY]: { N: String(expiresAt) } };
}

function sightingIn(item: Item): Sighting {
  refuseOtherVersion(item);
  return storedValue(storedSighting, item, 'data');
}

/** As it will be read: one revision later. */
function nextRevision(revision = 0): Item {
  return { revision: { N: String(revision + 1) } };
}

/** The last version wrote records without one. */
function revisionIn(item: Item): Revised {
  if (item.revision === undefined) return {};
  const revision = revisionSchema.safeParse(item);
  if (!revision.success) throw unreadable(item, z.prettifyError(revision.error));
  return { revision: Number(revision.data.revision.N) };
}

/** Of all items of one group. */
export function ledgerOf(items: readonly Item[]): GroupLedger {
  const entries = new Map<string, LedgerEntry>();
  let { record, repeats } = EMPTY_LEDGER;
  for (const item of items) {
    const sort = item[LEDGER_KEY.sort]?.S ?? '';
    if (sort === RECORD_SORT_KEY) record = recordOf(item);
    else if (sort === REPEATS_SORT_KEY) repeats = repeatsOf(item);
    else entries.set(...keyedEntry(item, sort));
  }
  return { record, entries, repeats };
}

function untagged({ record, entries, repeats }: GroupLedger): GroupLedger {
  const kept = [...entries].map(
    ([key, entry]) => [key, { ...entry, rule: withoutTags(entry.rule) }] as const,
  );
  return { record, entries: new Map(kept), repeats };
}

function recordOf(item: Item): GroupRecord {
  refuseOtherVersion(item);
  return { ...storedValue(storedRecord, item, 'data'), ...revisionIn(item) };
}

function repeatsOf(item: Item): readonly Repeat[] {
  refuseOtherVersion(item);
  return storedValue(storedRepeats, item, 'data');
}

function keyedEntry(item: Item, sort: string): [string, LedgerEntry] {
  refuseOtherVersion(item);
  const revision = revisionSchema.safeParse(item);
  if (!revision.success) throw unreadable(item, z.prettifyError(revision.error));
  const entry = {
    ...storedValue(storedEntry, item, 'data'),
    revision: Number(revision.data.revision.N),
  };
  const key = ruleKey(entry.rule);
  // Under another key than its rule's, it would be written beside itself.
  if (sort !== ruleSortKey(key)) throw unreadable(item, `it holds the rule ${key}`);
  return [key, entry];
}
