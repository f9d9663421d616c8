import type { ApprovalRequest, AuditEntry } from './approval-request';
import type { ApprovalStore } from './approval-store';
import type { People } from './messenger';
import type { Clock } from '../../shared/domain/clock';

export interface WorkflowPorts {
  readonly store: ApprovalStore;
  readonly people: People;
  readonly clock: Clock;
  /**
   * The ids under which the workflow may keep an asker's request, the first one first: the next,
   * where another asker has taken that. They are the same each time, and the last is no other
   * asker's.
   */
  idsWithin(asker: string, requestId: string): readonly string[];
  /** Signs the decision, and puts it into the asker's queue. */
  tellAsker(request: ApprovalRequest): Promise<void>;
  /** Has the request's messages delivered. */
  pointToMessages(requestId: string): Promise<void>;
  /** Who someone is could not be looked up: nothing waits for it, and no one else hears of it. */
  lookUpFailed(requestId: string, error: unknown): void;
  /** Into the log, and to EventBridge. */
  announce(request: ApprovalRequest, entry: AuditEntry): Promise<void>;
}
