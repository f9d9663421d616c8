import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest, Vote } from './approval-request';
import { decidersOf } from './deciders';

/** Of an approver: whether it is not what they asked for themselves. */
export function mayApprove(
  { requesters }: Pick<ApprovalRequest, 'requesters'>,
  userId: string,
  { allowSelfApproval }: Pick<ApprovalConfiguration, 'allowSelfApproval'>,
): boolean {
  return allowSelfApproval || requesters.every(({ slackUserId }) => slackUserId !== userId);
}

/** One who approved it can become a requester by a repeat: that approval counts no more. */
export function countedVotes(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
): readonly Vote[] {
  return request.votes.filter(({ userId }) => mayApprove(request, userId, configuration));
}

/**
 * A requester whom no one knows in Slack could be any of the approvers, so one more has to approve:
 * as many others as are required are among them in any case. Several such requesters count as one.
 * Anyone can take another name for the next ask, and would make a request that no one can approve.
 */
export function approvalsNeeded(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
): number {
  const { requesters } = request;
  const { requiredApprovals } = decidersOf(request, configuration);
  const isKnown = requesters.every(({ slackUserId, isAutomatic }) => slackUserId || isAutomatic);
  return configuration.allowSelfApproval || isKnown ? requiredApprovals : requiredApprovals + 1;
}
