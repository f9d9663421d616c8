import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  type AuditEntry,
  type Decision,
  isDue,
  type MessageName,
  nameKey,
  type Vote,
  withDue,
  withEntry,
  withLast,
} from './approval-request';
import { approvalsNeeded, countedVotes } from './approvals-needed';
import type { Click } from './click';
import { type EntryBase, withDecision } from './decision';
import { reasonOfDenial } from './denial-reason';
import { extend } from './extension';
import { withoutLapsedExtensionVotes, withoutLapsedVotes } from './lapsed-votes';
import { type Authority, whyNotHeard, whyNotThen, whyRefused } from './why-not-counted';

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
  const judged = withJudged(request, click.id);
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
        {
          kind: 'denied',
          at: now,
          by: [click.userId],
          ...reasonOfDenial(click, configuration),
          ...lateness(found),
        },
        entry,
      );
    case 'extend':
      return extend(
        withoutLapsedExtensionVotes(found, { members: authority.members, at: now }),
        { userId: click.userId, at: now, seconds: click.button.action.seconds },
        configuration,
        entry,
      );
    case 'approve':
      return approve(
        withoutLapsedVotes(found, { members: authority.members, at: now }),
        { userId: click.userId, at: now, seconds: click.button.action.seconds },
        configuration,
        entry,
      );
  }
}

/** What is entered about a click, by the one who has clicked. */
type ClickEntry = EntryBase & Required<Pick<AuditEntry, 'by' | 'clickId'>>;

export function withJudged(request: ApprovalRequest, id: string): ApprovalRequest {
  const { waitingClicks, ...judged } = request;
  const waiting = waitingClicks?.filter(({ click }) => click.id !== id) ?? [];
  return {
    ...judged,
    judgedClicks: withLast(request.judgedClicks, id, MOST_JUDGED_CLICKS),
    ...(waiting.length > 0 && { waitingClicks: waiting }),
  };
}

/**
 * Where it is clicked, there it stands: the try that posted it may have died before it wrote that
 * down. Anyone who may not decide could have clicked below another request's message.
 */
function withCopy(
  request: ApprovalRequest,
  { channelId, messageTs, button: { action } }: Click,
): ApprovalRequest {
  const isKnown = request.messages.some(({ copies }) => copies.some(({ ts }) => ts === messageTs));
  if (isKnown) return request;
  const clicked: MessageName =
    action.kind === 'extend'
      ? { kind: 'end-reminder', number: action.number }
      : { kind: 'question' };
  const due = withDue(request, clicked);
  const messages = due.messages.map((slot) =>
    nameKey(slot.name) === nameKey(clicked)
      ? { ...slot, copies: [...slot.copies, { channelId, ts: messageTs }] }
      : slot,
  );
  return { ...due, messages };
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

/** Where the request has ended already. */
function lateness({ decision }: ApprovalRequest): Pick<Decision, 'isLate'> {
  return decision ? { isLate: true } : {};
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

function retry(request: ApprovalRequest, entry: EntryBase): ApprovalRequest {
  const { phase = 'decision', attempt = 1, earlierAttempts } = request.carrying ?? {};
  const carrying = { phase, attempt: attempt + 1, ...(earlierAttempts && { earlierAttempts }) };
  return withEntry(withDue({ ...request, carrying }, { kind: 'question' }), {
    ...entry,
    what: 'retried',
  });
}
