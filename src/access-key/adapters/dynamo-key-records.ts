import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { knownOwner, standingReasons } from './stored-answers';
import { labelsSchema, questionSchema } from '../../approval/adapters/question-schemas';
import { DECISION_KINDS, OUTCOME_KINDS, PHASES } from '../../approval/domain/approval-request';
import type { HandlerContract } from '../../shared/contracts/handler-environment';
import type { Clock } from '../../shared/domain/clock';
import { CARRY_OUT_KEY_DECISION } from '../contracts/carry-out-key-decision.environment';
import { CHECK_ACCESS_KEYS } from '../contracts/check-access-keys.environment';
import {
  MEMBER_KEYS_KEY,
  MEMBER_RECORDS_PREFIX,
  RUNS_PARTITION,
} from '../contracts/member-keys-items';
import { DEACTIVATION_REASONS } from '../domain/deactivation-reasons';
import {
  type KeyRecord,
  type NoticeTimes,
  STEP_KINDS,
  type UntoldStep,
} from '../domain/key-actions';
import type { KeyApproval } from '../domain/key-approval';
import type { KeyRecords } from '../domain/ports';

const MINUTE_MILLISECONDS = 60_000;

/** An item of its own, which is no key: their ids have no such character. */
const NO_KEY = '#';
const LEASE_ID = `${NO_KEY}run`;

const PAUSE_MILLISECONDS = 2_000;

/**
 * For how long no one else may work with the records: longer than the function may run that does.
 */
export interface Lease {
  readonly milliseconds: number;
  /** For how long another holder is waited for. */
  readonly patience: number;
}

/** Of a decision about one key, which is tried again by its queue. */
export const DECISION_LEASE: Lease = leaseOver(CARRY_OUT_KEY_DECISION, 0);

/** Of a run: it waits for decisions, and not for other runs. */
export const RUN_LEASE: Lease = leaseOver(CHECK_ACCESS_KEYS, DECISION_LEASE.milliseconds);

/** Of who begins a run over all accounts; of who reports it, who comes again by itself. */
export const BEGIN_LEASE: Lease = leaseOver(CHECK_ACCESS_KEYS, 5 * 60_000);
export const REPORT_LEASE: Lease = leaseOver(CHECK_ACCESS_KEYS, 0);

/** A minute more than the function may take: a holder after that is no more. */
function leaseOver(
  { timeoutSeconds }: Pick<HandlerContract<string>, 'timeoutSeconds'>,
  patience: number,
): Lease {
  return { milliseconds: timeoutSeconds * 1_000 + MINUTE_MILLISECONDS, patience };
}

/** A function that meets an item of another version says so, and does nothing by guess. */
const ITEM_VERSION = 1;

const time = z.pipe(
  z.object({ S: z.iso.datetime() }),
  z.transform(({ S }) => new Date(S)),
);
const text = z.pipe(
  z.object({ S: z.string() }),
  z.transform(({ S }) => S),
);
const step = z.pipe(
  z.object({ S: z.enum(STEP_KINDS) }),
  z.transform(({ S }) => S),
);

/** What is too old has the name that earlier versions wrote, which knew no other reason. */
const times = z.pipe(
  z.object({
    M: z.object({
      deactivate: z.optional(time),
      unused: z.optional(time),
      'never-used': z.optional(time),
      delete: z.optional(time),
    }),
  }),
  z.transform(({ M: { deactivate, ...others } }) => ({ 'too-old': deactivate, ...others })),
);
const stepTaken = z.pipe(
  z.object({
    M: z.object({
      ...{ step, at: time, reportedAt: z.optional(time) },
      ...{ reasons: z.optional(text), owner: z.optional(text) },
    }),
  }),
  z.transform(({ M }) => M),
);

const deactivations = z.pipe(
  z.object({
    M: z.object({ times: z.object({ N: z.string().check(z.regex(/^\d+$/)) }), lastAt: time }),
  }),
  z.transform(({ M }) => ({ times: Number(M.times.N), lastAt: M.lastAt })),
);

export const itemSchema = z.object({
  version: z.object({ N: z.literal(String(ITEM_VERSION)) }),
  keyId: text,
  userName: text,
  noticeAt: times,
  toldAt: times,
  inactiveSince: z.optional(time),
  untold: z.optional(stepTaken),
  approval: z.optional(text),
  deactivated: z.optional(deactivations),
});

const dateTime = z.pipe(
  z.iso.datetime(),
  z.transform((value) => new Date(value)),
);

export const approvalSchema = z.object({
  requestId: z.string(),
  askedAt: dateTime,
  question: questionSchema,
  reasons: z.optional(z.array(z.enum(DEACTIVATION_REASONS))),
  labels: z.optional(labelsSchema),
  decision: z.optional(
    z.object({
      kind: z.enum(DECISION_KINDS),
      at: dateTime,
      isClickWaiting: z.optional(z.boolean()),
      denialReason: z.optional(z.string()),
    }),
  ),
  deactivatedAt: z.optional(dateTime),
  result: z.optional(
    z.object({
      phase: z.enum(PHASES),
      attempt: z.int(),
      outcome: z.enum(OUTCOME_KINDS),
      text: z.string(),
    }),
  ),
});

const leaseSchema = z.object({ until: z.object({ N: z.string() }), holder: z.optional(text) });

/** Someone else works with the records. */
export class LeaseTakenError extends Error {}

/** Where the records of one account are. */
export interface RecordLayout {
  key(id: string): Item;
  pages(client: DynamoDBClient, table: string): AsyncIterable<{ readonly Items?: Item[] }>;
}

/** A table of their own: those of the sentry's own account. */
export const OWN_TABLE: RecordLayout = {
  key: (id) => ({ keyId: { S: id } }),
  pages: (client, table) => paginateScan({ client }, { TableName: table, ConsistentRead: true }),
};

/** Of the keys of one member. */
export function memberLayout(accountId: string): RecordLayout {
  return partLayout(`${MEMBER_RECORDS_PREFIX}${accountId}`);
}

/** No records, but the lease of who works with the runs. */
export const RUNS_LAYOUT = partLayout(RUNS_PARTITION);

/** A part of the table of members. */
function partLayout(partitionValue: string): RecordLayout {
  const partition = { S: partitionValue };
  const { partition: pk, sort: sk } = MEMBER_KEYS_KEY;
  return {
    key: (id) => ({ [pk]: partition, [sk]: { S: id } }),
    pages: (client, table) =>
      paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#pk = :pk',
          ExpressionAttributeNames: { '#pk': pk },
          ExpressionAttributeValues: { ':pk': partition },
        },
      ),
  };
}

/** The sentry's records of one account, one item for each key id. */
export class DynamoKeyRecords implements KeyRecords {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock,
    private readonly layout: RecordLayout = OWN_TABLE,
  ) {}

  async all(): Promise<KeyRecord[]> {
    const records: KeyRecord[] = [];
    for await (const { Items: page } of this.layout.pages(this.client, this.table)) {
      records.push(
        ...(page ?? []).filter(({ keyId }) => !keyId?.S?.startsWith(NO_KEY)).map(recordOf),
      );
    }
    return records;
  }

  async read(keyId: string): Promise<KeyRecord | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: this.layout.key(keyId),
        ConsistentRead: true,
      }),
    );
    return item && recordOf(item);
  }

  /**
   * Does the work while no one else does any: two runs at a time would each count their own cap,
   * and write over what the other remembers. The lease of one that died ends by itself.
   */
  async exclusively<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
    const until = await this.lease(lease);
    try {
      return await work();
    } finally {
      await this.giveBack(until);
    }
  }

  private async lease({ milliseconds, patience }: Lease): Promise<number> {
    const holder = randomUUID();
    for (;;) {
      const now = this.clock.now().getTime();
      const takenUntil = await this.tryLease(holder, now + milliseconds, now);
      if (takenUntil === undefined) return now + milliseconds;
      if (takenUntil - now > patience) {
        const minutes = Math.ceil((takenUntil - now) / MINUTE_MILLISECONDS);
        throw new LeaseTakenError(
          `Another run of the sentry is under way, or died: then its lease ends in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
        );
      }
      await this.clock.pause(PAUSE_MILLISECONDS);
    }
  }

  /** Until when someone else has it; undefined where it was to be had. */
  private async tryLease(holder: string, until: number, now: number): Promise<number | undefined> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { ...this.leaseKey(), until: { N: String(until) }, holder: { S: holder } },
          ConditionExpression: 'attribute_not_exists(keyId) OR #until < :now',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':now': { N: String(now) } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const found = leaseSchema.parse(error.Item);
      // The answer to our own call was lost, and the client has sent it again.
      return found.holder === holder ? undefined : Number(found.until.N);
    }
  }

  /** Unless it has ended, and someone else has it by now. */
  private async giveBack(until: number): Promise<void> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { ...this.leaseKey(), until: { N: '0' } },
          ConditionExpression: '#until = :until',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':until': { N: String(until) } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async write(record: KeyRecord): Promise<void> {
    const Item = { ...itemOf(record), ...this.layout.key(record.keyId) };
    await this.client.send(new PutItemCommand({ TableName: this.table, Item }));
  }

  private leaseKey(): Item {
    return { ...this.layout.key(LEASE_ID), keyId: { S: LEASE_ID } };
  }
}

export type Item = Record<string, AttributeValue>;

export function itemOf({
  keyId,
  userName,
  noticeAt,
  toldAt,
  inactiveSince,
  untold,
  approval,
  deactivated,
}: KeyRecord): Item {
  return {
    version: { N: String(ITEM_VERSION) },
    keyId: { S: keyId },
    userName: { S: userName },
    noticeAt: timesOf(noticeAt),
    toldAt: timesOf(toldAt),
    ...(inactiveSince && { inactiveSince: timeOf(inactiveSince) }),
    ...(untold && { untold: stepTakenOf(untold) }),
    ...(approval && { approval: { S: JSON.stringify(approval) } }),
    ...(deactivated && {
      deactivated: {
        M: { times: { N: String(deactivated.times) }, lastAt: timeOf(deactivated.lastAt) },
      },
    }),
  };
}

function stepTakenOf({ step: kind, at, reasons, owner, reportedAt }: UntoldStep): AttributeValue {
  return {
    M: {
      step: { S: kind },
      at: timeOf(at),
      ...(reasons && { reasons: { S: JSON.stringify(reasons) } }),
      ...(owner && { owner: { S: JSON.stringify(owner) } }),
      ...(reportedAt && { reportedAt: timeOf(reportedAt) }),
    },
  };
}

function timesOf({ 'too-old': tooOld, ...others }: NoticeTimes): AttributeValue {
  const named = Object.entries({ deactivate: tooOld, ...others });
  return {
    M: Object.fromEntries(named.flatMap(([name, at]) => (at ? [[name, timeOf(at)]] : []))),
  };
}

function timeOf(date: Date): AttributeValue {
  return { S: date.toISOString() };
}

/**
 * An item that cannot be read fails the run: without its notices a key would get new ones, or be
 * acted upon by guess.
 */
export function recordOf(item: Item): KeyRecord {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) {
    throw new Error(
      `What the table says of the key ${item.keyId?.S} is not of version ${ITEM_VERSION}: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { version: _, approval, untold, ...record } = parsed.data;
  const { keyId } = record;
  return {
    ...record,
    ...(untold && { untold: untoldOf(keyId, untold) }),
    ...(approval && { approval: approvalOf(keyId, approval) }),
  };
}

function untoldOf(
  keyId: string,
  { reasons, owner, ...taken }: z.output<typeof stepTaken>,
): UntoldStep {
  return {
    ...taken,
    ...(reasons !== undefined && {
      reasons: jsonOf(standingReasons, reasons, `Why a step was taken with the key ${keyId}`),
    }),
    ...(owner !== undefined && {
      owner: jsonOf(knownOwner, owner, `Who is to hear of a step with the key ${keyId}`),
    }),
  };
}

function approvalOf(keyId: string, stored: string): KeyApproval {
  return jsonOf(approvalSchema, stored, `What people were asked about the key ${keyId}`);
}

/** @throws if the text is not of this shape. */
function jsonOf<Schema extends z.ZodMiniType>(
  schema: Schema,
  stored: string,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(jsonIn(stored));
  if (parsed.success) return parsed.data;
  throw new Error(`${what} cannot be read from the table: ${z.prettifyError(parsed.error)}`);
}

/** Undefined for what is no JSON. */
function jsonIn(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
