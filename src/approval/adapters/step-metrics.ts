import { APPROVAL_METRICS as METRIC } from '../contracts/approval-metrics';
import type { ApprovalRequest, AuditEntry } from '../domain/approval-request';

const STEP_METRICS: Partial<Record<AuditEntry['what'], string>> = {
  asked: METRIC.requestsAsked,
  'not-asked': METRIC.requestsNotAsked,
  decided: METRIC.decisions,
  'refused-click': METRIC.refusedClicks,
  failed: METRIC.carryingFailed,
};

/** The metrics that count a step of a request. */
export function stepMetrics({ decision }: ApprovalRequest, { what }: AuditEntry): string[] {
  const metric = STEP_METRICS[what];
  const isCapped = what === 'not-asked' && decision?.reason === 'too-many';
  return [...(metric ? [metric] : []), ...(isCapped ? [METRIC.requestsCapped] : [])];
}
