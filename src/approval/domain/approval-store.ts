import type { Admission, SourceRecord, SubjectRecord } from './admit';
import type { ApprovalRequest } from './approval-request';
import type { MemberReadings } from './member-readings';

/** Someone else wrote in between: what was decided by it has to be decided again. */
export class ApprovalConflictError extends Error {
  constructor(id: string) {
    super(`${id} was written by someone else in the meantime.`);
    this.name = 'ApprovalConflictError';
  }
}

/** A request, and when someone has to look at it again. */
export interface NewRequest {
  readonly request: ApprovalRequest;
  readonly dueAt: Date | undefined;
}

/** With what it was before. */
export interface ChangedRequest extends NewRequest {
  readonly before: ApprovalRequest;
}

/** The workflow's memory. */
export interface ApprovalStore {
  read(requestId: string): Promise<ApprovalRequest | undefined>;
  /**
   * The request that an ask has become, or has joined; undefined for one that has not been taken
   * yet.
   */
  takenAs(askId: string): Promise<string | undefined>;
  subject(subject: string): Promise<SubjectRecord>;
  source(source: string): Promise<SourceRecord>;
  /**
   * All of it or nothing, with word that the ask was taken. Throws an ApprovalConflictError where
   * it was taken before, or subject or source are not any more as they were read.
   */
  admit(admission: Admission, source: string, dueAt: Date | undefined): Promise<void>;
  /**
   * A request as it was read, with what is new in it, and its new entries for the audit. With the
   * decision, its subject is open no more. Throws an ApprovalConflictError where the request is not
   * any more as it was read.
   */
  write(request: ApprovalRequest, before: ApprovalRequest, dueAt: Date | undefined): Promise<void>;
  /**
   * The same for a request that an ask has joined, with the request that tells its asker so. Throws
   * an ApprovalConflictError where the ask was taken meanwhile, too.
   */
  join(joined: ChangedRequest, answer: NewRequest): Promise<void>;
  memberReadings(userGroupId: string): Promise<MemberReadings>;
  /** Throws an ApprovalConflictError where they are not any more as they were read. */
  keepMemberReadings(userGroupId: string, readings: MemberReadings): Promise<void>;
  /** The things that someone has to look at by now: requests, and clicks that no one has judged. */
  due(now: Date, limit: number): Promise<DueThings>;
}

export interface DueThings {
  readonly requestIds: readonly string[];
  readonly clickIds: readonly string[];
}
