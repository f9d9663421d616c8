import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  type Put,
  PutItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { approvalDigest } from './approval-digest';
import {
  type Item,
  storedAsk,
  storedClick,
  storedReadings,
  storedRequest,
  storedRevision,
  storedSource,
  storedSubject,
  storedValue,
  unreadable,
} from './approval-schemas';
import type { RequestSeals } from './request-seal';
import { bytesOfText, MOST_BYTES } from '../../shared/domain/byte-budget';
import {
  APPROVAL_EXPIRY,
  APPROVAL_ITEM_VERSION,
  APPROVAL_KEY,
  CLICK_PREFIX,
  DUE_INDEX,
} from '../contracts/approval-items';
import {
  type Admission,
  NEW_SOURCE,
  NEW_SUBJECT,
  type SourceRecord,
  type SubjectRecord,
} from '../domain/admit';
import type { ApprovalRequest, AuditEntry } from '../domain/approval-request';
import {
  ApprovalConflictError,
  type ApprovalStore,
  type DueThings,
} from '../domain/approval-store';
import { type MemberReadings, NO_READINGS } from '../domain/member-readings';

/** A click as Slack sent it, so that anyone who judges it can verify it once more. */
export interface StoredClick {
  /** The SHA-256 digest of the body, as hex: what is sent again has the same. */
  readonly id: string;
  readonly body: Buffer;
  readonly timestamp: string;
  readonly signature: string;
  readonly receivedAt: Date;
}

const CONFLICTS: ReadonlySet<string> = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

/**
 * The memory of an approval workflow: requests with their audit, what was asked about a subject and
 * by a source, and clicks.
 */
export class DynamoApprovals implements ApprovalStore {
  /** As they were read: who cannot seal leaves them as they are. */
  private readonly knownSeals = new Map<string, string>();

  /** Without `seals`, for those who decide nothing. */
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly auditSeconds: number,
    private readonly seals?: RequestSeals,
  ) {}

  async read(requestId: string): Promise<ApprovalRequest | undefined> {
    const item = await this.get(requestKey(requestId));
    if (!item) return undefined;
    const request = requestOf(item, requestId);
    const seal = item[SEAL]?.S;
    await this.seals?.verify(request, seal);
    if (seal) this.knownSeals.set(sealKey(request), seal);
    return request;
  }

  async takenAs(askId: string): Promise<string | undefined> {
    const item = await this.get(askKey(askId));
    return item && storedValue(storedAsk, item).requestId;
  }

  async subject(subject: string): Promise<SubjectRecord> {
    const item = await this.get(subjectKey(subject));
    return item
      ? { ...storedValue(storedSubject, item), revision: storedRevision(item) }
      : NEW_SUBJECT;
  }

  async source(source: string): Promise<SourceRecord> {
    const item = await this.get(sourceKey(source));
    return item
      ? { ...storedValue(storedSource, item), revision: storedRevision(item) }
      : NEW_SOURCE;
  }

  async admit(
    { request, subject, source }: Admission,
    sourceName: string,
    dueAt: Date | undefined,
  ): Promise<void> {
    const expiry = this.expiryOf(request);
    await this.transact(request.id, [
      this.revised(
        { ...requestItem(request, dueAt), ...(await this.sealFor(request, request)), ...expiry },
        request.revision,
      ),
      this.takenPut(request.id, request),
      this.revised({ ...subjectItem(request.subject, subject), ...expiry }, subject.revision),
      this.revised({ ...sourceItem(sourceName, source), ...expiry }, source.revision),
      ...this.auditPuts(request, []),
    ]);
  }

  async write(
    request: ApprovalRequest,
    before: ApprovalRequest,
    dueAt: Date | undefined,
  ): Promise<void> {
    const closed =
      request.decision && request.decision.kind !== before.decision?.kind
        ? await this.closedSubject(request)
        : undefined;
    await this.transact(request.id, [
      ...(await this.writtenOver(request, before, dueAt)),
      ...(closed
        ? [
            this.revised(
              { ...subjectItem(request.subject, closed), ...this.expiryOf(request) },
              closed.revision,
            ),
          ]
        : []),
    ]);
  }

  async join(
    request: ApprovalRequest,
    before: ApprovalRequest,
    askId: string,
    dueAt: Date | undefined,
  ): Promise<void> {
    await this.transact(request.id, [
      ...(await this.writtenOver(request, before, dueAt)),
      this.takenPut(askId, request),
    ]);
  }

  async memberReadings(userGroupId: string): Promise<MemberReadings> {
    const item = await this.get(readingsKey(userGroupId));
    return item
      ? { ...storedValue(storedReadings, item), revision: storedRevision(item) }
      : NO_READINGS;
  }

  async keepMemberReadings(userGroupId: string, kept: MemberReadings): Promise<void> {
    const { revision, ...readings } = kept;
    await this.transact(userGroupId, [
      this.revised({ ...readingsKey(userGroupId), ...stored(readings) }, revision),
    ]);
  }

  /** From the index, which lags behind by moments: what is missing there is found the next time. */
  async due(now: Date, limit: number): Promise<DueThings> {
    const keys: string[] = [];
    const pages = paginateQuery(
      { client: this.client, pageSize: limit },
      {
        TableName: this.table,
        IndexName: DUE_INDEX.name,
        KeyConditionExpression: '#of = :due AND #at <= :now',
        ExpressionAttributeNames: { '#of': DUE_INDEX.partition, '#at': DUE_INDEX.sort },
        ExpressionAttributeValues: {
          ':due': { S: DUE_INDEX.partitionValue },
          ':now': { N: String(now.getTime()) },
        },
      },
    );
    for await (const { Items: items = [] } of pages) {
      keys.push(...items.map((item) => item[APPROVAL_KEY.partition]?.S ?? ''));
      if (keys.length >= limit) break;
    }
    const found = keys.slice(0, limit);
    return { requestIds: idsAfter(REQUEST_PREFIX, found), clickIds: idsAfter(CLICK_PREFIX, found) };
  }

  /** Once: a click that comes again changes nothing, judged or not. */
  async storeClick(click: StoredClick): Promise<void> {
    const expiresAt = click.receivedAt.getTime() + 1_000 * this.auditSeconds;
    await ignoringUnmet(
      this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { ...clickItem(click), ...expiryAt(expiresAt) },
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': APPROVAL_KEY.partition },
        }),
      ),
    );
  }

  async readClick(id: string): Promise<(StoredClick & { readonly isJudged: boolean }) | undefined> {
    const item = await this.get(clickKey(id));
    if (!item) return undefined;
    const { body, ...click } = storedValue(storedClick, item);
    return {
      ...click,
      id,
      body: Buffer.from(body, 'base64'),
      isJudged: item[DUE_INDEX.partition] === undefined,
    };
  }

  /** It is due no more. */
  async clickJudged(id: string): Promise<void> {
    await ignoringUnmet(
      this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: clickKey(id),
          ConditionExpression: 'attribute_exists(#key)',
          UpdateExpression: 'REMOVE #of, #at',
          ExpressionAttributeNames: {
            '#key': APPROVAL_KEY.partition,
            '#of': DUE_INDEX.partition,
            '#at': DUE_INDEX.sort,
          },
        }),
      ),
    );
  }

  private async get(key: Item): Promise<Item | undefined> {
    return (
      await this.client.send(
        new GetItemCommand({ TableName: this.table, Key: key, ConsistentRead: true }),
      )
    ).Item;
  }

  /** The record of its subject with the decision; undefined where the subject need not know. */
  private async closedSubject({
    id,
    subject,
    decision,
  }: ApprovalRequest): Promise<SubjectRecord | undefined> {
    const known = await this.subject(subject);
    const isOpen = known.openRequestId === id;
    const isDenied = decision?.kind === 'denied';
    if (!isOpen && !isDenied) return undefined;
    return {
      ...known,
      ...(isOpen && { openRequestId: undefined }),
      ...(isDenied && { deniedAt: decision.at }),
    };
  }

  private async transact(requestId: string, items: TransactWriteItem[]): Promise<void> {
    try {
      await this.client.send(new TransactWriteItemsCommand({ TransactItems: items }));
    } catch (error) {
      if (isConflict(error)) throw new ApprovalConflictError(requestId);
      throw error;
    }
  }

  private async writtenOver(
    request: ApprovalRequest,
    before: ApprovalRequest,
    dueAt: Date | undefined,
  ): Promise<TransactWriteItem[]> {
    const seal = await this.sealFor(request, before);
    const item = {
      ...requestItem({ ...request, revision: before.revision }, dueAt),
      ...seal,
      ...this.expiryOf(request),
    };
    return [this.revised(item, before.revision), ...this.auditPuts(request, before.unannounced)];
  }

  /** Once: an ask that comes again is known by it, whatever has become of the request. */
  private takenPut(askId: string, request: ApprovalRequest): TransactWriteItem {
    const item = {
      ...askKey(askId),
      ...stored({ requestId: request.id }),
      ...this.expiryOf(request),
    };
    return { Put: { TableName: this.table, Item: item, ...unchangedSince(0) } };
  }

  /**
   * Kept for the revision that it becomes, too: what was written is written again without being
   * read.
   */
  private async sealFor(request: ApprovalRequest, before: ApprovalRequest): Promise<Item> {
    const seal = this.seals
      ? await this.seals.sealOf(request)
      : this.knownSeals.get(sealKey(before));
    if (seal === undefined) return {};
    this.knownSeals.set(sealKey({ ...request, revision: before.revision + 1 }), seal);
    return { [SEAL]: { S: seal } };
  }

  /** Puts an item one revision later, where it is still as it was read. */
  private revised(item: Item, revision: number): TransactWriteItem {
    return {
      Put: {
        TableName: this.table,
        Item: { ...item, revision: { N: String(revision + 1) } },
        ...unchangedSince(revision),
      },
    };
  }

  /**
   * Of the entries that are new. Two that are the same in all are one: DynamoDB takes each key
   * once.
   */
  private auditPuts(request: ApprovalRequest, known: readonly AuditEntry[]): TransactWriteItem[] {
    const knownKeys = new Set(known.map((entry) => auditSortKey(entry)));
    const added = new Map(request.unannounced.map((entry) => [auditSortKey(entry), entry]));
    return [...added]
      .filter(([sort]) => !knownKeys.has(sort))
      .map(([sort, entry]) => ({
        Put: {
          TableName: this.table,
          Item: {
            ...keyOf(`${REQUEST_PREFIX}${request.id}`, sort),
            ...stored(entry),
            ...this.expiryOf(request),
          },
        },
      }));
  }

  private expiryOf({ expiresAt, decision }: ApprovalRequest): Item {
    return expiryAt(
      Math.max(expiresAt.getTime(), decision?.until?.getTime() ?? 0) + 1_000 * this.auditSeconds,
    );
  }
}

/** The id of a click is the digest of its body. */
export function clickIdOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

const REQUEST_PREFIX = 'REQUEST#';
const SEAL = 'seal';

function sealKey({ id, revision }: Pick<ApprovalRequest, 'id' | 'revision'>): string {
  return `${id} ${revision}`;
}

type Condition = Pick<
  Put,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function unchangedSince(revision: number): Condition {
  if (revision === 0) {
    return {
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': APPROVAL_KEY.partition },
    };
  }
  return {
    ConditionExpression: '#revision = :read',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: { ':read': { N: String(revision) } },
  };
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).flatMap(({ Code: code }) =>
    code && code !== 'None' ? [code] : [],
  );
  return codes.length > 0 && codes.every((code) => CONFLICTS.has(code));
}

async function ignoringUnmet(written: Promise<unknown>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

function keyOf(partition: string, sort: string): Item {
  return { [APPROVAL_KEY.partition]: { S: partition }, [APPROVAL_KEY.sort]: { S: sort } };
}

function requestKey(requestId: string): Item {
  return keyOf(`${REQUEST_PREFIX}${requestId}`, 'REQUEST');
}

function askKey(askId: string): Item {
  return keyOf(`ASK#${askId}`, 'ASK');
}

function clickKey(id: string): Item {
  return keyOf(`${CLICK_PREFIX}${id}`, 'CLICK');
}

/** By its digest: it may be longer than a key, or hold what a key does not. */
function subjectKey(subject: string): Item {
  return keyOf(`SUBJECT#${digestOf(subject)}`, 'SUBJECT');
}

function readingsKey(userGroupId: string): Item {
  return keyOf(`READINGS#${userGroupId}`, 'READINGS');
}

function sourceKey(source: string): Item {
  return keyOf(`SOURCE#${digestOf(source)}`, 'SOURCE');
}

function auditSortKey(entry: AuditEntry): string {
  return `AUDIT#${entry.at.toISOString()}#${digestOf(JSON.stringify(entry))}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function stored(value: object): Item {
  return { version: { N: String(APPROVAL_ITEM_VERSION) }, data: { S: JSON.stringify(value) } };
}

function due(at: Date | undefined): Item {
  return at
    ? {
        [DUE_INDEX.partition]: { S: DUE_INDEX.partitionValue },
        [DUE_INDEX.sort]: { N: String(at.getTime()) },
      }
    : {};
}

function expiryAt(milliseconds: number): Item {
  return { [APPROVAL_EXPIRY]: { N: String(Math.ceil(milliseconds / 1_000)) } };
}

function requestItem({ revision, ...request }: ApprovalRequest, dueAt: Date | undefined): Item {
  const item = { ...requestKey(request.id), ...stored(request), ...due(dueAt) };
  const bytes = bytesOfText(item.data?.S ?? '');
  if (bytes <= MOST_BYTES.item) return item;
  throw new Error(
    `The request ${request.id} takes ${bytes} bytes at revision ${revision}, and an item of DynamoDB no more than ${MOST_BYTES.item}: ask about less at a time.`,
  );
}

function subjectItem(subject: string, { revision: _, ...record }: SubjectRecord): Item {
  return { ...subjectKey(subject), ...stored(record) };
}

function sourceItem(source: string, { revision: _, ...record }: SourceRecord): Item {
  return { ...sourceKey(source), ...stored(record) };
}

function clickItem({ id, body, ...click }: StoredClick): Item {
  // At once, whatever becomes of its message in the queue: it is looked at before a request ends.
  return {
    ...clickKey(id),
    ...stored({ ...click, body: body.toString('base64') }),
    ...due(click.receivedAt),
  };
}

/**
 * Throws where someone else has written what is asked: it must not be shown, and not be carried
 * out.
 */
function requestOf(item: Item, requestId: string): ApprovalRequest {
  const request = { ...storedValue(storedRequest, item), revision: storedRevision(item) };
  if (request.id !== requestId) throw unreadable(item, `it holds the request ${request.id}`);
  const digest = approvalDigest(request.question, request.payload);
  if (request.digest !== digest) {
    throw unreadable(
      item,
      `its digest is ${request.digest}, but that of its question and payload is ${digest}. Who has changed it?`,
    );
  }
  return request;
}

function idsAfter(prefix: string, keys: readonly string[]): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}
