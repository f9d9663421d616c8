import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  isOpen,
  isToBeLookedUp,
  type TooFewApprovers,
  withDue,
  withEntry,
} from './approval-request';
import { approvalsNeeded, mayApprove } from './approvals-needed';
import { decidersOf, isRouteLost } from './deciders';
import { countText } from './request-text';

/**
 * Takes in who may decide, as it was just read: the question says where these are too few, for as
 * long as they are. Of each time that they become too few, an entry tells once.
 */
export function withApprovers(
  request: ApprovalRequest,
  approvers: readonly string[],
  configuration: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  if (!isOpen(request)) return request;
  const { tooFewApprovers: before, ...asked } = request;
  const tooFew = tooFewOf(request, approvers, configuration);
  if (isSame(before, tooFew)) return request;
  const shown = withDue(
    { ...asked, ...(tooFew && { tooFewApprovers: tooFew }) },
    { kind: 'question' },
  );
  if (before || !tooFew) return shown;
  return withEntry(shown, {
    at: now,
    what: 'too-few-approvers',
    membership: approvers,
    detail: tooFewText(tooFew),
  });
}

/** A requester who was not looked up yet may be known: no one more has to approve until then. */
function tooFewOf(
  request: ApprovalRequest,
  approvers: readonly string[],
  configuration: ApprovalConfiguration,
): TooFewApprovers | undefined {
  const needed = request.requesters.some(isToBeLookedUp)
    ? decidersOf(request, configuration).requiredApprovals
    : approvalsNeeded(request, configuration);
  const people = new Set(approvers);
  const possible = [...people].filter((userId) =>
    mayApprove(request, userId, configuration),
  ).length;
  const count = people.size;
  if (possible >= needed) return undefined;
  return {
    approvers: count,
    possible,
    needed,
    ...(isRouteLost(request, configuration) && { isRouteLost: true }),
  };
}

function isSame(one: TooFewApprovers | undefined, other: TooFewApprovers | undefined): boolean {
  return (
    one?.approvers === other?.approvers &&
    one?.possible === other?.possible &&
    one?.needed === other?.needed &&
    one?.isRouteLost === other?.isRouteLost
  );
}

/** Any approver can deny, so only without any there is no answer at all. */
export function tooFewText(tooFew: TooFewApprovers): string {
  const { approvers, possible, needed } = tooFew;
  if (tooFew.isRouteLost) return 'No one can approve or deny it: its route was changed since.';
  if (approvers === 0) return 'No one can approve or deny it: there are no approvers.';
  const need = `${countText(needed, 'approval')} ${needed === 1 ? 'is' : 'are'} needed`;
  return possible === 0
    ? `No one can approve it, only deny it: ${need}, and all approvers have asked for it themselves.`
    : `No one can approve it, only deny it: ${need}, and only ${possible} can be given.`;
}
