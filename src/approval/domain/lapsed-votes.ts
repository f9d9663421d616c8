import { type ApprovalRequest, type Vote, withEntry } from './approval-request';

/** Who may decide, as it was read for a click. */
export interface ApproversRead {
  readonly members: readonly string[];
  readonly at: Date;
}

/**
 * Before an approval is counted: those of people who are no approvers any more lapse, and the audit
 * names each. One who becomes an approver again may approve again.
 */
export function withoutLapsedVotes(request: ApprovalRequest, read: ApproversRead): ApprovalRequest {
  const votes = standing(request.votes, read);
  if (votes.length === request.votes.length) return request;
  return { ...withLapses(request, request.votes, read), votes };
}

/** The same of approvals of more time: who approved it at first does not matter for that. */
export function withoutLapsedExtensionVotes(
  request: ApprovalRequest,
  read: ApproversRead,
): ApprovalRequest {
  const { extension } = request;
  if (!extension) return request;
  const votes = standing(extension.votes, read);
  if (votes.length === extension.votes.length) return request;
  return { ...withLapses(request, extension.votes, read), extension: { ...extension, votes } };
}

/** Whether someone has approved it, or more time for it, who is none of these. */
export function hasOtherVoters(
  { votes, extension }: ApprovalRequest,
  members: readonly string[],
): boolean {
  return [...votes, ...(extension?.votes ?? [])].some(({ userId }) => !members.includes(userId));
}

function standing(votes: readonly Vote[], { members }: ApproversRead): readonly Vote[] {
  return votes.filter(({ userId }) => members.includes(userId));
}

function withLapses(
  request: ApprovalRequest,
  votes: readonly Vote[],
  { members, at }: ApproversRead,
): ApprovalRequest {
  return votes
    .filter(({ userId }) => !members.includes(userId))
    .reduce(
      (entered, { userId }) =>
        withEntry(entered, {
          at,
          what: 'vote-lapsed',
          by: userId,
          membership: members,
          detail: 'not one of the approvers any more',
        }),
      request,
    );
}
