import type { Admission, SourceRecord, SubjectRecord } from './admit';
import type { ApprovalRequest } from './approval-request';

/** Somebody else wrote in between: what was decided by it has to be decided again. */
export class ApprovalConflictError extends Error {
  constructor(requestId: string) {
    super(`The request ${requestId} was written by somebody else in the meantime.`);
    this.name = 'ApprovalConflictError';
  }
}

/** The workflow's memory. */
export interface ApprovalStore {
  read(requestId: string): Promise<ApprovalRequest | undefined>;
  subject(subject: string): Promise<SubjectRecord>;
  source(source: string): Promise<SourceRecord>;
  /** All of it or nothing. Throws an ApprovalConflictError where the request exists, or subject or source are not any more as they were read. */
  admit(admission: Admission, source: string, dueAt: Date | undefined): Promise<void>;
  /**
   * A request as it was read, with what is new in it, and its new entries for the audit. With the decision, its subject is open no more.
   * Throws an ApprovalConflictError where the request is not any more as it was read.
   */
  write(request: ApprovalRequest, before: ApprovalRequest, dueAt: Date | undefined): Promise<void>;
  /** What somebody has to look at by now: requests, and clicks that nobody has judged. */
  due(now: Date, limit: number): Promise<DueThings>;
}

export interface DueThings {
  readonly requestIds: readonly string[];
  readonly clickIds: readonly string[];
}
