import {
  type Admission,
  NEW_SOURCE,
  NEW_SUBJECT,
  type SourceRecord,
  type SubjectRecord,
} from '../../../src/approval/domain/admit';
import type { ApprovalRequest, AuditEntry } from '../../../src/approval/domain/approval-request';
import {
  ApprovalConflictError,
  type ApprovalStore,
  type ChangedRequest,
  type DueThings,
  type NewRequest,
} from '../../../src/approval/domain/approval-store';
import type { Click } from '../../../src/approval/domain/click';
import { type MemberReadings, NO_READINGS } from '../../../src/approval/domain/member-readings';

interface StoredRequest {
  readonly text: string;
  readonly dueAt?: Date;
}

interface StoredClick {
  readonly click: Click;
  readonly dueAt?: Date;
}

/**
 * A model of the workflow's table: each write only over what was read, an admission as a whole or
 * not at all. What is read is a copy, with its fields in an order of their own.
 */
export class ApprovalsInMemory implements ApprovalStore {
  /** All that was ever entered, by request. */
  readonly audit = new Map<string, AuditEntry[]>();
  /** What others do before a write, by its number from 1. */
  readonly beforeWrite = new Map<number, () => Promise<unknown>>();
  writes = 0;
  private readonly requests = new Map<string, StoredRequest>();
  private readonly taken = new Map<string, string>();
  private readonly subjects = new Map<string, SubjectRecord>();
  private readonly sources = new Map<string, SourceRecord>();
  private readonly readings = new Map<string, MemberReadings>();
  private readonly clicks = new Map<string, StoredClick>();

  async read(requestId: string): Promise<ApprovalRequest | undefined> {
    return this.stored(requestId);
  }

  async takenAs(askId: string): Promise<string | undefined> {
    return this.taken.get(askId);
  }

  async subject(subject: string): Promise<SubjectRecord> {
    return this.subjects.get(subject) ?? NEW_SUBJECT;
  }

  async source(source: string): Promise<SourceRecord> {
    return this.sources.get(source) ?? NEW_SOURCE;
  }

  async admit(
    { request, subject, source }: Admission,
    sourceName: string,
    dueAt: Date | undefined,
  ): Promise<void> {
    await this.others();
    const isAsRead =
      !this.taken.has(request.id) &&
      (this.subjects.get(request.subject) ?? NEW_SUBJECT).revision === subject.revision &&
      (this.sources.get(sourceName) ?? NEW_SOURCE).revision === source.revision;
    if (!isAsRead) throw new ApprovalConflictError(request.id);
    this.add({ request, dueAt });
    this.subjects.set(request.subject, { ...subject, revision: subject.revision + 1 });
    this.sources.set(sourceName, { ...source, revision: source.revision + 1 });
  }

  async join({ request, before, dueAt }: ChangedRequest, answer: NewRequest): Promise<void> {
    if (this.taken.has(answer.request.id)) throw new ApprovalConflictError(request.id);
    await this.write(request, before, dueAt);
    this.add(answer);
  }

  async write(
    request: ApprovalRequest,
    before: ApprovalRequest,
    dueAt: Date | undefined,
  ): Promise<void> {
    await this.others();
    const stored = this.stored(request.id);
    if (stored?.revision !== before.revision || request.revision !== before.revision) {
      throw new ApprovalConflictError(request.id);
    }
    this.put(request, dueAt);
    const known = new Set(before.unannounced.map(entryText));
    this.enter(
      request.id,
      request.unannounced.filter((entry) => !known.has(entryText(entry))),
    );
    if (request.decision && request.decision.kind !== before.decision?.kind) this.close(request);
  }

  async memberReadings(userGroupId: string): Promise<MemberReadings> {
    return this.readings.get(userGroupId) ?? NO_READINGS;
  }

  async keepMemberReadings(userGroupId: string, kept: MemberReadings): Promise<void> {
    const { revision } = await this.memberReadings(userGroupId);
    if (revision !== kept.revision) throw new ApprovalConflictError(userGroupId);
    this.readings.set(userGroupId, { ...kept, revision: revision + 1 });
  }

  async due(now: Date, limit: number): Promise<DueThings> {
    const isDue = ([, { dueAt }]: [string, { readonly dueAt?: Date }]): boolean =>
      dueAt !== undefined && dueAt <= now;
    return {
      requestIds: [...this.requests]
        .filter(isDue)
        .map(([id]) => id)
        .slice(0, limit),
      clickIds: [...this.clicks]
        .filter(isDue)
        .map(([id]) => id)
        .slice(0, limit),
    };
  }

  /** A second delivery of the same changes nothing. */
  async storeClick(click: Click): Promise<void> {
    if (!this.clicks.has(click.id)) {
      this.clicks.set(click.id, {
        click,
        dueAt: click.at,
      });
    }
  }

  async readClick(clickId: string): Promise<Click | undefined> {
    return this.clicks.get(clickId)?.click;
  }

  async clickJudged(clickId: string): Promise<void> {
    const stored = this.clicks.get(clickId);
    if (stored) this.clicks.set(clickId, { click: stored.click });
  }

  unjudgedClicks(): string[] {
    return [...this.clicks].filter(([, { dueAt }]) => dueAt).map(([id]) => id);
  }

  all(): ApprovalRequest[] {
    return [...this.requests.values()].map(({ text }) => requestIn(text));
  }

  /** When someone looks at the request again. */
  dueAtOf(requestId: string): Date | undefined {
    return this.requests.get(requestId)?.dueAt;
  }

  /** As whatever was done before leaves it, whichever way that was. */
  put(request: ApprovalRequest, dueAt?: Date): void {
    this.requests.set(request.id, {
      text: JSON.stringify(sorted({ ...request, revision: request.revision + 1 })),
      dueAt,
    });
  }

  private add({ request, dueAt }: NewRequest): void {
    this.put(request, dueAt);
    this.taken.set(request.id, request.id);
    this.enter(request.id, request.unannounced);
  }

  private async others(): Promise<void> {
    this.writes += 1;
    await this.beforeWrite.get(this.writes)?.();
  }

  private stored(requestId: string): ApprovalRequest | undefined {
    const stored = this.requests.get(requestId);
    return stored && requestIn(stored.text);
  }

  private close({ id, subject, decision }: ApprovalRequest): void {
    const { openRequestId, deniedAt, revision } = this.subjects.get(subject) ?? NEW_SUBJECT;
    this.subjects.set(subject, {
      ...(openRequestId !== id && openRequestId !== undefined && { openRequestId }),
      deniedAt: decision?.kind === 'denied' ? decision.at : deniedAt,
      revision: revision + 1,
    });
  }

  private enter(requestId: string, entries: readonly AuditEntry[]): void {
    this.audit.set(requestId, [...(this.audit.get(requestId) ?? []), ...entries]);
  }
}

/** The same for an entry, no matter who read it. */
export function entryText(entry: AuditEntry): string {
  return JSON.stringify(sorted(entry));
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function requestIn(text: string): ApprovalRequest {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && TIME.test(value) ? new Date(value) : value,
  ) as ApprovalRequest;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
