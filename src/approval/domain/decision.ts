import {
  type ApprovalRequest,
  type AuditEntry,
  type Decision,
  newCarrying,
  slotOf,
  withDue,
  withEntry,
} from './approval-request';
import { withConsultationUpdated } from './consultation';

export type EntryBase = Omit<AuditEntry, 'what'>;

export function withDecision(
  request: ApprovalRequest,
  decision: Decision,
  entry: EntryBase,
): ApprovalRequest {
  const decided: ApprovalRequest = {
    ...request,
    decision,
    carrying: newCarrying(request.carrying),
  };
  const step = decision.kind === 'not-asked' ? undefined : decision.kind;
  const told = withDue(step ? withDue(decided, { kind: 'step', step }) : decided, {
    kind: 'question',
  });
  const shown = slotOf(request, 'whole') ? withDue(told, { kind: 'whole' }) : told;
  const { kind, denialReason } = decision;
  return withEntry(withConsultationUpdated(shown), {
    ...entry,
    what: 'decided',
    detail: kind,
    ...(denialReason !== undefined && { reason: denialReason }),
  });
}
