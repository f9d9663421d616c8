import type { ApprovalRequest, AuditEntry } from './approval-request';
import type { ApprovalStore } from './approval-store';
import type { People } from './messenger';
import type { Clock } from '../../shared/domain/clock';

export interface WorkflowPorts {
  readonly store: ApprovalStore;
  readonly people: People;
  readonly clock: Clock;
  /**
   * The id under which the workflow keeps an asker's request where another asker has taken the id
   * that it gave. It is the same each time, and no other asker's.
   */
  idWithin(asker: string, requestId: string): string;
  /** Signs the decision, and puts it into the asker's queue. */
  tellAsker(request: ApprovalRequest): Promise<void>;
  /** Has the request's messages delivered. */
  pointToMessages(requestId: string): Promise<void>;
  /** Who someone is could not be looked up: nothing waits for it, and no one else hears of it. */
  lookUpFailed(requestId: string, error: unknown): void;
  /** Into the log, and to EventBridge. */
  announce(request: ApprovalRequest, entry: AuditEntry): Promise<void>;
}
