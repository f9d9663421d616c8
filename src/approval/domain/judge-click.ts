import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  type AuditEntry,
  type Decision,
  isDue,
  slotOf,
  type Vote,
  withDue,
  withEntry,
  withLast,
} from './approval-request';
import type { Click } from './click';
import { isRetryOver } from './retry';

/** Who is who, as it was looked up for the click. */
export interface Authority {
  readonly teamId: string;
  readonly appId: string;
  /** Users who may decide. */
  readonly members: readonly string[];
}

const MOST_JUDGED_CLICKS = 200;

/** Anyone who clicks on and on need not hear of each. */
const MOST_WAITING_REFUSALS = 50;

/**
 * Makes a click a vote, a decision, or nothing but a record, where it does not count. A click is
 * judged once: delivering it again changes nothing.
 */
export function judgeClick(
  request: ApprovalRequest,
  click: Click,
  authority: Authority,
  configuration: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  if (request.judgedClicks.includes(click.id)) return request;
  const judged = withJudged(request, click);
  const stranger = whyNotHeard(request, click, authority, configuration);
  if (stranger) return refuse(judged, click, stranger, authority, now);
  const found = withCopy(judged, click);
  const refusal = whyNotNow(found, click) ?? whyNotApproved(found, click, configuration);
  if (refusal) return refuse(found, click, refusal, authority, now);
  const entry = { at: now, by: click.userId, clickId: click.id, membership: authority.members };
  switch (click.button.action.kind) {
    case 'show-all':
      return withEntry(withDue(found, { kind: 'whole' }), { ...entry, what: 'viewed' });
    case 'retry':
      return retry(found, entry);
    case 'deny':
      return withDecision(found, { kind: 'denied', at: now, by: [click.userId] }, entry);
    case 'approve':
      return approve(
        found,
        { userId: click.userId, at: now, seconds: click.button.action.seconds },
        configuration,
        entry,
      );
  }
}

type EntryBase = Omit<AuditEntry, 'what'>;

function withJudged(request: ApprovalRequest, { id }: Click): ApprovalRequest {
  return { ...request, judgedClicks: withLast(request.judgedClicks, id, MOST_JUDGED_CLICKS) };
}

/**
 * Where it is clicked, there it stands: the try that posted it may have died before it wrote that
 * down. Whoever may not decide could have clicked below another request's message.
 */
function withCopy(request: ApprovalRequest, { channelId, messageTs }: Click): ApprovalRequest {
  const isKnown = request.messages.some(({ copies }) => copies.some(({ ts }) => ts === messageTs));
  if (isKnown) return request;
  const messages = request.messages.map((slot) =>
    slot.name.kind === 'question'
      ? { ...slot, copies: [...slot.copies, { channelId, ts: messageTs }] }
      : slot,
  );
  return withDue({ ...request, messages }, { kind: 'question' });
}

/** Why nothing of the click may change the request: it is no approver's, or of something else. */
export function whyNotHeard(
  request: ApprovalRequest,
  click: Click,
  authority: Authority,
  configuration: ApprovalConfiguration,
): string | undefined {
  return (
    whyNoOne(click, authority, configuration) ??
    (click.button.digest === request.digest
      ? undefined
      : 'the request is not what this message shows: look for a later message about it.')
  );
}

function isOurs(click: Click, { teamId, appId }: Authority): boolean {
  return click.appId === appId && click.teamId === teamId;
}

function whyNoOne(
  click: Click,
  authority: Authority,
  { approvalChannelId }: ApprovalConfiguration,
): string | undefined {
  const { teamId, members } = authority;
  if (!isOurs(click, authority)) {
    return 'the click did not come from the workspace and the app of this workflow.';
  }
  if (click.userTeamId !== teamId) {
    return 'only people of this workspace may decide, not guests of a shared channel.';
  }
  if (click.channelId !== approvalChannelId) {
    return 'requests are decided in their approval channel only.';
  }
  return members.includes(click.userId) ? undefined : 'you are not one of the approvers.';
}

function whyNotNow(
  request: ApprovalRequest,
  { button: { action }, at }: Click,
): string | undefined {
  const { decision, expiresAt } = request;
  if (action.kind === 'show-all') return undefined;
  if (action.kind === 'retry') return whyNotRetried(request, at);
  if (decision) return `it is ${decision.kind} already.`;
  // It may be a while until someone looks at a request whose time is over: no one decides it any
  // more all the same.
  return at >= expiresAt ? 'its time is over.' : undefined;
}

function whyNotRetried(request: ApprovalRequest, at: Date): string | undefined {
  if (request.carrying?.outcome?.kind !== 'failed') {
    return 'there is nothing to retry: the last try did not fail.';
  }
  return isRetryOver(request, at)
    ? 'it was approved more than a day ago, and people have to be asked anew.'
    : undefined;
}

function whyNotApproved(
  request: ApprovalRequest,
  { userId, button: { action } }: Click,
  configuration: ApprovalConfiguration,
): string | undefined {
  if (action.kind !== 'approve') return undefined;
  const { seconds } = action;
  const { votes, question } = request;
  const isOffered =
    seconds === undefined ||
    (question.mayBeTimed && configuration.approvalSeconds.includes(seconds));
  if (!isOffered) return 'this duration is not offered for it.';
  if (votes.some((vote) => vote.userId === userId)) {
    return 'you have approved it already: someone else has to as well.';
  }
  if (!configuration.allowSelfApproval && isRequester(request, userId)) {
    return 'you asked for it yourself: someone else has to approve it.';
  }
  return undefined;
}

function isRequester({ requesters }: Pick<ApprovalRequest, 'requesters'>, userId: string): boolean {
  return requesters.some(({ slackUserId }) => slackUserId === userId);
}

function refuse(
  request: ApprovalRequest,
  { userId, id }: Click,
  reason: string,
  { members }: Authority,
  now: Date,
): ApprovalRequest {
  const waiting = request.messages.filter((slot) => slot.name.kind === 'refusal' && isDue(slot));
  const told =
    waiting.length >= MOST_WAITING_REFUSALS
      ? request
      : withDue(request, {
          kind: 'refusal',
          userId,
          clickId: id,
          text: `Your click does not count: ${reason}`,
        });
  return withEntry(told, {
    at: now,
    what: 'refused-click',
    by: userId,
    clickId: id,
    membership: members,
    detail: reason,
  });
}

function approve(
  request: ApprovalRequest,
  vote: Vote,
  configuration: ApprovalConfiguration,
  entry: EntryBase,
): ApprovalRequest {
  const votes = [...request.votes, vote];
  const counted = countedVotes({ ...request, votes }, configuration);
  const detail = vote.seconds === undefined ? 'approve' : `approve for ${vote.seconds} s`;
  const voted = withEntry(withDue({ ...request, votes }, { kind: 'question' }), {
    ...entry,
    what: 'vote',
    detail,
  });
  if (counted.length < approvalsNeeded(request, configuration)) return voted;
  const limits = counted.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]));
  const until =
    limits.length > 0 ? new Date(vote.at.getTime() + 1_000 * Math.min(...limits)) : undefined;
  return withDecision(
    voted,
    {
      kind: 'approved',
      at: vote.at,
      by: counted.map(({ userId }) => userId),
      ...(until && { until }),
    },
    entry,
  );
}

/** One who approved it can become a requester by a repeat: that approval counts no more. */
export function countedVotes(
  { votes, requesters }: ApprovalRequest,
  { allowSelfApproval }: ApprovalConfiguration,
): readonly Vote[] {
  if (allowSelfApproval) return votes;
  return votes.filter(({ userId }) => !isRequester({ requesters }, userId));
}

/**
 * A requester whom no one knows in Slack could be any of the approvers, so one more has to approve:
 * as many others as are required are among them in any case. Several such requesters count as one.
 * Anyone can take another name for the next ask, and would make a request that no one can approve.
 */
export function approvalsNeeded(
  { requesters }: ApprovalRequest,
  { requiredApprovals, allowSelfApproval }: ApprovalConfiguration,
): number {
  const isKnown = requesters.every(({ slackUserId, isAutomatic }) => slackUserId || isAutomatic);
  return allowSelfApproval || isKnown ? requiredApprovals : requiredApprovals + 1;
}

export function withDecision(
  request: ApprovalRequest,
  decision: Decision,
  entry: EntryBase,
): ApprovalRequest {
  const decided: ApprovalRequest = {
    ...request,
    decision,
    carrying: { phase: 'decision', attempt: 1 },
  };
  const step = decision.kind === 'not-asked' ? undefined : decision.kind;
  const told = withDue(step ? withDue(decided, { kind: 'step', step }) : decided, {
    kind: 'question',
  });
  const shown = slotOf(request, 'whole') ? withDue(told, { kind: 'whole' }) : told;
  return withEntry(shown, { ...entry, what: 'decided', detail: decision.kind });
}

function retry(request: ApprovalRequest, entry: EntryBase): ApprovalRequest {
  const { phase = 'decision', attempt = 1 } = request.carrying ?? {};
  return withEntry(
    withDue({ ...request, carrying: { phase, attempt: attempt + 1 } }, { kind: 'question' }),
    { ...entry, what: 'retried' },
  );
}
