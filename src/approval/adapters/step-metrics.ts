import { APPROVAL_METRICS as METRIC } from '../contracts/approval-metrics';
import type { ApprovalRequest, AuditEntry, DecisionKind } from '../domain/approval-request';

const BY_PEOPLE: readonly DecisionKind[] = ['approved', 'denied'];

const STEP_METRICS: Partial<Record<AuditEntry['what'], string>> = {
  asked: METRIC.requestsAsked,
  'not-asked': METRIC.requestsNotAsked,
  decided: METRIC.decisions,
  'refused-click': METRIC.refusedClicks,
  failed: METRIC.carryingFailed,
};

/** How long people took, in seconds. Undefined of a step by which they decided nothing. */
export function secondsToDecision(
  { askedAt, decision }: Pick<ApprovalRequest, 'askedAt' | 'decision'>,
  { what }: AuditEntry,
): number | undefined {
  if (what !== 'decided' || !decision || !BY_PEOPLE.includes(decision.kind)) return undefined;
  return Math.max(0, (decision.at.getTime() - askedAt.getTime()) / 1_000);
}

/** The metrics that count a step of a request. */
export function stepMetrics({ decision }: ApprovalRequest, { what }: AuditEntry): string[] {
  const metric = STEP_METRICS[what];
  const isCapped = what === 'not-asked' && decision?.reason === 'too-many';
  const isUnasked = what === 'decided' && decision?.isReasonUnasked === true;
  return [
    ...(metric ? [metric] : []),
    ...(isCapped ? [METRIC.requestsCapped] : []),
    ...(isUnasked ? [METRIC.reasonsUnasked] : []),
  ];
}
