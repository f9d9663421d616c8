import {
  type ApprovalRequest,
  type AuditEntry,
  type Decision,
  type DecisionKind,
  newCarrying,
  slotOf,
  withDue,
  withEntry,
} from './approval-request';
import { withConsultationUpdated } from './consultation';

export type EntryBase = Omit<AuditEntry, 'what'>;

/** What people or the end of the time have decided. */
type Decided = Decision & { readonly kind: Exclude<DecisionKind, 'not-asked'> };

export function withDecision(
  request: ApprovalRequest,
  decision: Decided,
  entry: EntryBase,
): ApprovalRequest {
  const decided: ApprovalRequest = {
    ...request,
    decision,
    carrying: newCarrying(request.carrying),
  };
  const { kind, denialReason } = decision;
  const told = withDue(withDue(decided, { kind: 'step', step: kind }), { kind: 'question' });
  const shown = slotOf(request, 'whole') ? withDue(told, { kind: 'whole' }) : told;
  return withEntry(withConsultationUpdated(shown), {
    ...entry,
    what: 'decided',
    detail: kind,
    ...(denialReason !== undefined && { reason: denialReason }),
  });
}
