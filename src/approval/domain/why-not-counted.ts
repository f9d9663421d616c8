import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest, Vote, WaitingClick } from './approval-request';
import { mayApprove } from './approvals-needed';
import { type Click, isDeciding } from './click';
import { decidersOf, isRouteLost } from './deciders';
import { whyNotExtended } from './extension';
import { lateUntil } from './late-click';
import { isRetryOver } from './retry';

/** Who is who, as it was looked up for the click. */
export interface Authority {
  readonly teamId: string;
  readonly appId: string;
  /** Users who may decide. */
  readonly members: readonly string[];
  /**
   * Whether the one who clicked might decide by the last reading before the click; undefined where
   * there was none.
   */
  readonly wasApprover?: boolean;
}

/** A reading of a user group holds for so long: one soon after a click speaks for the click. */
const READING_HOLDS_MILLISECONDS = 60_000;

/** Why nothing of the click may change the request: it is no approver's, or of something else. */
export function whyNotHeard(
  request: ApprovalRequest,
  click: Click,
  authority: Authority,
  configuration: ApprovalConfiguration,
): string | undefined {
  return (
    whyNotOurs(click, authority) ??
    whyElsewhere(request, click, configuration) ??
    (authority.members.includes(click.userId) ? undefined : 'you are not one of the approvers.')
  );
}

/** The same, where neither the workspace nor the approvers can be read now. */
export function whyNotToWait(
  request: ApprovalRequest,
  { click, wasApprover }: WaitingClick,
  configuration: ApprovalConfiguration,
  now: Date,
): string | undefined {
  return (
    whyElsewhere(request, click, configuration) ??
    (wasApprover === false ? NOT_YET_APPROVER : undefined) ??
    whyRefused(request, click, configuration, now)
  );
}

const NOT_YET_APPROVER =
  'you were not one of the approvers when they were read last before it. If you are one now, click again.';

/** What is judged at once goes by one reading; what had to wait, by one before the click too. */
export function whyNotThen(
  { decision, expiresAt }: ApprovalRequest,
  { at, submittedAt = at, button: { action } }: Click,
  { wasApprover }: Authority,
  now: Date,
): string | undefined {
  if (decision?.kind === 'expired' && isDeciding(action) && at < expiresAt) {
    return wasApprover ? undefined : 'you were not known to be one of the approvers at the time.';
  }
  const isAtOnce = now.getTime() - submittedAt.getTime() <= READING_HOLDS_MILLISECONDS;
  return wasApprover === false && !isAtOnce ? NOT_YET_APPROVER : undefined;
}

export function whyRefused(
  request: ApprovalRequest,
  click: Click,
  configuration: ApprovalConfiguration,
  now: Date,
): string | undefined {
  if (click.button.action.kind === 'extend') {
    return (
      whyNotExtended(request, click, configuration, now) ??
      whyNoVote(request, request.extension?.votes ?? [], click, configuration)
    );
  }
  return whyNotNow(request, click, now) ?? whyNotApproved(request, click, configuration);
}

function whyNotOurs(
  { appId, teamId, userTeamId }: Click,
  authority: Authority,
): string | undefined {
  if (appId !== authority.appId || teamId !== authority.teamId) {
    return 'the click did not come from the workspace and the app of this workflow.';
  }
  return userTeamId === teamId
    ? undefined
    : 'only people of this workspace may decide, not guests of a shared channel.';
}

function whyElsewhere(
  request: ApprovalRequest,
  { channelId, button }: Click,
  configuration: ApprovalConfiguration,
): string | undefined {
  if (channelId !== decidersOf(request, configuration).approvalChannelId) {
    return 'requests are decided in their approval channel only.';
  }
  if (isRouteLost(request, configuration)) {
    return 'the route by which it was asked was changed since, so no one decides it any more.';
  }
  return button.digest === request.digest
    ? undefined
    : 'the request is not what this message shows: look for a later message about it.';
}

function whyNotNow(
  request: ApprovalRequest,
  { button: { action }, at }: Click,
  now: Date,
): string | undefined {
  const { decision, expiresAt } = request;
  if (action.kind === 'show-all') return undefined;
  if (action.kind === 'retry') return whyNotRetried(request, at);
  const isInTime = at < expiresAt;
  if (decision && !(decision.kind === 'expired' && isInTime)) {
    return `it is ${decision.kind} already.`;
  }
  // It may be a while until someone looks at a request whose time is over: no one decides it any
  // more all the same.
  if (!isInTime) return 'its time is over.';
  return now < lateUntil(expiresAt)
    ? undefined
    : 'it came in time, but could not be judged within 24 hours of the end.';
}

function whyNotRetried(request: ApprovalRequest, at: Date): string | undefined {
  if (request.carrying?.outcome?.kind !== 'failed') {
    return 'there is nothing to retry: the last try did not fail.';
  }
  if (!isRetryOver(request, at)) return undefined;
  return request.extension?.approval
    ? 'its time is over.'
    : 'it was approved more than a day ago, and people have to be asked again.';
}

function whyNotApproved(
  request: ApprovalRequest,
  click: Click,
  configuration: ApprovalConfiguration,
): string | undefined {
  const { action } = click.button;
  if (action.kind !== 'approve') return undefined;
  const { seconds } = action;
  const { votes, question } = request;
  const isOffered =
    seconds === undefined ||
    (question.mayBeTimed && configuration.approvalSeconds.includes(seconds));
  if (!isOffered) return 'this duration is not offered for it.';
  return whyNoVote(request, votes, click, configuration);
}

/** Of an approver, who has something to approve. */
function whyNoVote(
  request: ApprovalRequest,
  votes: readonly Vote[],
  { userId }: Click,
  configuration: ApprovalConfiguration,
): string | undefined {
  if (votes.some((vote) => vote.userId === userId)) {
    return 'you have approved it already: someone else has to as well.';
  }
  if (!mayApprove(request, userId, configuration)) {
    return 'you asked for it yourself: someone else has to approve it.';
  }
  return undefined;
}
