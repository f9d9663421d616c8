import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  type AuditEntry,
  type Decision,
  isDue,
  slotOf,
  type Vote,
  type WaitingClick,
  withDue,
  withEntry,
  withLast,
} from './approval-request';
import { type Click, isDeciding } from './click';
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

const MOST_JUDGED_CLICKS = 200;

/** A reading of a user group holds for so long: one soon after a click speaks for the click. */
const READING_HOLDS_MILLISECONDS = 60_000;

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
  const entry = { at: now, by: click.userId, clickId: click.id, membership: authority.members };
  const stranger =
    whyNotHeard(request, click, authority, configuration) ??
    whyNotThen(request, click, authority, now);
  if (stranger) return refuse(judged, stranger, entry);
  const found = withCopy(judged, click);
  const refusal = whyRefused(found, click, configuration, now);
  if (refusal) return refuse(found, refusal, entry);
  switch (click.button.action.kind) {
    case 'show-all':
      return withEntry(withDue(found, { kind: 'whole' }), { ...entry, what: 'viewed' });
    case 'retry':
      return retry(found, entry);
    case 'deny':
      return withDecision(
        found,
        { kind: 'denied', at: now, by: [click.userId], ...lateness(found) },
        entry,
      );
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

/** What is entered about a click, by the one who has clicked. */
type ClickEntry = EntryBase & Required<Pick<AuditEntry, 'by' | 'clickId'>>;

export function withJudged(request: ApprovalRequest, { id }: Click): ApprovalRequest {
  const { waitingClicks, ...judged } = request;
  const waiting = waitingClicks?.filter(({ click }) => click.id !== id) ?? [];
  return {
    ...judged,
    judgedClicks: withLast(request.judgedClicks, id, MOST_JUDGED_CLICKS),
    ...(waiting.length > 0 && { waitingClicks: waiting }),
  };
}

/** Where the request has ended already. */
function lateness({ decision }: ApprovalRequest): Pick<Decision, 'isLate'> {
  return decision ? { isLate: true } : {};
}

/**
 * Where it is clicked, there it stands: the try that posted it may have died before it wrote that
 * down. Anyone who may not decide could have clicked below another request's message.
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
function whyNotThen(
  { decision, expiresAt }: ApprovalRequest,
  { at, button: { action } }: Click,
  { wasApprover }: Authority,
  now: Date,
): string | undefined {
  if (decision?.kind === 'expired' && isDeciding(action) && at < expiresAt) {
    return wasApprover ? undefined : 'you were not known to be one of the approvers at the time.';
  }
  const isAtOnce = now.getTime() - at.getTime() <= READING_HOLDS_MILLISECONDS;
  return wasApprover === false && !isAtOnce ? NOT_YET_APPROVER : undefined;
}

function whyRefused(
  request: ApprovalRequest,
  click: Click,
  configuration: ApprovalConfiguration,
  now: Date,
): string | undefined {
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
  { digest }: ApprovalRequest,
  { channelId, button }: Click,
  { approvalChannelId }: ApprovalConfiguration,
): string | undefined {
  if (channelId !== approvalChannelId) {
    return 'requests are decided in their approval channel only.';
  }
  return button.digest === digest
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
  return isRetryOver(request, at)
    ? 'it was approved more than a day ago, and people have to be asked again.'
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
  if (!mayApprove(request, userId, configuration)) {
    return 'you asked for it yourself: someone else has to approve it.';
  }
  return undefined;
}

/** Of an approver: whether it is not what they asked for themselves. */
export function mayApprove(
  { requesters }: Pick<ApprovalRequest, 'requesters'>,
  userId: string,
  { allowSelfApproval }: Pick<ApprovalConfiguration, 'allowSelfApproval'>,
): boolean {
  return allowSelfApproval || requesters.every(({ slackUserId }) => slackUserId !== userId);
}

export function refuse(
  request: ApprovalRequest,
  reason: string,
  entry: ClickEntry,
): ApprovalRequest {
  const { by: userId, clickId } = entry;
  const waiting = request.messages.filter((slot) => slot.name.kind === 'refusal' && isDue(slot));
  const told =
    waiting.length >= MOST_WAITING_REFUSALS
      ? request
      : withDue(request, {
          kind: 'refusal',
          userId,
          clickId,
          text: `Your click does not count: ${reason}`,
        });
  return withEntry(told, { ...entry, what: 'refused-click', detail: reason });
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
      ...lateness(request),
    },
    entry,
  );
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
    carrying: { phase: 'decision', attempt: (request.carrying?.attempt ?? 0) + 1 },
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
