import { type ApprovalRequest, withDue } from './approval-request';

/** A day later, those who approved may think otherwise, and things may be otherwise. */
const APPROVAL_RETRIED_MILLISECONDS = 24 * 3_600_000;

/**
 * When no one can try again any more what has failed: it needs another request. By the time of the
 * decision, which is sealed; more time can be given as long as the approval has not ended.
 * Undefined for all but approvals: to end something is always safe.
 */
export function retriedUntil(request: ApprovalRequest): Date | undefined {
  const { decision, carrying, extension } = request;
  const isFailed = carrying?.phase === 'decision' && carrying.outcome?.kind === 'failed';
  if (!isFailed || decision?.kind !== 'approved') return undefined;
  if (extension?.approval) return decision.until;
  return new Date(decision.at.getTime() + APPROVAL_RETRIED_MILLISECONDS);
}

export function isRetryOver(request: ApprovalRequest, at: Date): boolean {
  const until = retriedUntil(request);
  return until !== undefined && at >= until;
}

/** The message has no Retry any more, and says what to do instead. */
export function withoutRetry(request: ApprovalRequest): ApprovalRequest {
  const { carrying } = request;
  if (!carrying || carrying.isRetryOver) return request;
  return withDue(
    { ...request, carrying: { ...carrying, isRetryOver: true } },
    { kind: 'question' },
  );
}
