import type { Failure } from '../../shared/domain/failure/failure';
import type { ApprovalRequest, AuditEntry } from '../domain/approval-request';

/** The step of a request that operators have to hear of; undefined for any other. */
export function stepFailure(
  { id: requestId }: Pick<ApprovalRequest, 'id'>,
  { what, detail = '' }: AuditEntry,
): Failure | undefined {
  if (what !== 'too-few-approvers') return undefined;
  return {
    work: { what: 'The approval of a request, as too few people can give it', requestId },
    state: 'given-up',
    reason: detail,
    next: 'The request is open until its end, and its question says so, too. Add people to the user group, or name more approvers (runbook: No one can approve a request).',
  };
}
