import {
  type DynamoDBClient,
  paginateQuery,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type Item,
  storedAsk,
  storedReadings,
  storedRevision,
  storedSource,
  storedSubject,
  storedValue,
} from './approval-schemas';
import { AuditExpiry } from './audit-expiry';
import type { RequestSeals } from './request-seal';
import {
  askKey,
  auditSortKey,
  expiryAt,
  idsAfter,
  keyOf,
  readingsKey,
  REQUEST_PREFIX,
  requestItem,
  requestKey,
  requestOf,
  sourceItem,
  sourceKey,
  stored,
  subjectItem,
  subjectKey,
} from './stored-items';
import { isConflict, itemAt, unchangedSince } from './table-calls';
import { APPROVAL_KEY, CLICK_PREFIX, DUE_INDEX } from '../contracts/approval-items';
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
  type ChangedRequest,
  type DueThings,
  type NewRequest,
} from '../domain/approval-store';
import { endOf } from '../domain/extension';
import { type MemberReadings, NO_READINGS } from '../domain/member-readings';

/**
 * The memory of an approval workflow: requests with their audit, and what was asked about a subject
 * and by a source.
 */
export class DynamoApprovals implements ApprovalStore {
  /** As they were read: who cannot seal leaves them as they are. */
  private readonly knownSeals = new Map<string, string>();
  private readonly auditExpiry: AuditExpiry;

  /** Without `seals`, for those who decide nothing. */
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly auditSeconds: number,
    private readonly seals?: RequestSeals,
  ) {
    this.auditExpiry = new AuditExpiry(client, table);
  }

  async read(requestId: string): Promise<ApprovalRequest | undefined> {
    const item = await itemAt(this.client, this.table, requestKey(requestId));
    if (!item) return undefined;
    const request = requestOf(item, requestId);
    const seal = item[SEAL]?.S;
    await this.seals?.verify(request, seal);
    if (seal) this.knownSeals.set(sealKey(request), seal);
    return request;
  }

  async takenAs(askId: string): Promise<string | undefined> {
    const item = await itemAt(this.client, this.table, askKey(askId));
    return item && storedValue(storedAsk, item).requestId;
  }

  async subject(subject: string): Promise<SubjectRecord> {
    const item = await itemAt(this.client, this.table, subjectKey(subject));
    return item
      ? { ...storedValue(storedSubject, item), revision: storedRevision(item) }
      : NEW_SUBJECT;
  }

  async source(source: string): Promise<SourceRecord> {
    const item = await itemAt(this.client, this.table, sourceKey(source));
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
      ...(await this.added({ request, dueAt })),
      this.revised({ ...subjectItem(request.subject, subject), ...expiry }, subject.revision),
      this.revised({ ...sourceItem(sourceName, source), ...expiry }, source.revision),
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
    await this.keepUntilOver(request, before);
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

  async join({ request, before, dueAt }: ChangedRequest, answer: NewRequest): Promise<void> {
    await this.transact(request.id, [
      ...(await this.writtenOver(request, before, dueAt)),
      ...(await this.added(answer)),
    ]);
  }

  async memberReadings(userGroupId: string): Promise<MemberReadings> {
    const item = await itemAt(this.client, this.table, readingsKey(userGroupId));
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

  /** With its entries for the audit, and word that its ask was taken. */
  private async added({ request, dueAt }: NewRequest): Promise<TransactWriteItem[]> {
    const item = {
      ...requestItem(request, dueAt),
      ...(await this.sealFor(request, request)),
      ...this.expiryOf(request),
    };
    return [
      this.revised(item, request.revision),
      this.takenPut(request),
      ...this.auditPuts(request, []),
    ];
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
  private takenPut(request: ApprovalRequest): TransactWriteItem {
    const item = {
      ...askKey(request.id),
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
    return [...newEntries(request, known)].map(([sort, entry]) => ({
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

  /**
   * Of what was written before, too, where the request is over later than was known then. Before
   * the request itself: if that is not written after all, some is kept for longer.
   */
  private async keepUntilOver(request: ApprovalRequest, before: ApprovalRequest): Promise<void> {
    const keptUntil = this.keptUntil(request);
    const added = [...newEntries(request, before.unannounced).values()];
    const clickIds = added.flatMap(({ clickId }) => clickId ?? []);
    if (keptUntil <= this.keptUntil(before)) {
      return this.auditExpiry.keepClicks([...new Set(clickIds)], keptUntil);
    }
    await this.auditExpiry.keepAudit(request.id, keptUntil);
    const allIds = new Set([...request.judgedClicks, ...clickIds]);
    await this.auditExpiry.keepClicks([...allIds], keptUntil);
  }

  private expiryOf(request: ApprovalRequest): Item {
    return expiryAt(this.keptUntil(request));
  }

  private keptUntil(request: ApprovalRequest): number {
    const end = Math.max(request.expiresAt.getTime(), endOf(request)?.getTime() ?? 0);
    return end + 1_000 * this.auditSeconds;
  }
}

function newEntries(
  { unannounced }: ApprovalRequest,
  known: readonly AuditEntry[],
): Map<string, AuditEntry> {
  const knownKeys = new Set(known.map((entry) => auditSortKey(entry)));
  return new Map(
    unannounced
      .map((entry): [string, AuditEntry] => [auditSortKey(entry), entry])
      .filter(([sort]) => !knownKeys.has(sort)),
  );
}

const SEAL = 'seal';

function sealKey({ id, revision }: Pick<ApprovalRequest, 'id' | 'revision'>): string {
  return `${id} ${revision}`;
}
