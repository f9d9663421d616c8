import type { ApprovalConfiguration } from './approval-configuration';
import { type ApprovalRequest, type WaitingClick, withDue, withEntry } from './approval-request';
import { isDeciding } from './click';
import { CLICK_AWAITED_MILLISECONDS, isAwaited } from './extension';
import { refuse, withJudged } from './judge-click';
import { lateUntil } from './late-click';
import { MessengerRefusedError, MessengerUnavailableError } from './messenger';
import { durationText, timeText } from './request-text';
import { whyNotToWait } from './why-not-counted';

/** More are judged all the same, each when it is looked at, and no one is told that they wait. */
const MOST_WAITING_CLICKS = 20;

/** The asker of a request that has ended needs minutes to answer, if it is there. */
const END_TAKES_MILLISECONDS = 5 * 60_000;

/** The request has just ended: what was done for that must not cross what a late click asks for. */
export class EndUnderWayError extends Error {
  constructor(requestId: string) {
    super(`The end of the request ${requestId} is being carried out.`);
    this.name = 'EndUnderWayError';
  }
}

export function mustWaitForEnd(
  { decision, carrying, expiresAt }: ApprovalRequest,
  clicks: readonly WaitingClick[],
  now: Date,
): boolean {
  const isUnderWay =
    decision?.kind === 'expired' &&
    !carrying?.outcome &&
    now.getTime() - decision.at.getTime() < END_TAKES_MILLISECONDS;
  return (
    isUnderWay &&
    clicks.some(({ click: { at, button } }) => isDeciding(button.action) && at < expiresAt)
  );
}

/** Those that wait, and another one, as they came. */
export function unjudgedClicks(
  { waitingClicks = [], judgedClicks }: ApprovalRequest,
  another: WaitingClick,
): readonly WaitingClick[] {
  const isKnown = waitingClicks.some(({ click }) => click.id === another.click.id);
  return (isKnown ? [...waitingClicks] : [...waitingClicks, another])
    .filter(({ click }) => !judgedClicks.includes(click.id))
    .sort((one, other) => one.click.at.getTime() - other.click.at.getTime());
}

/**
 * Keeps a click that cannot be judged now with its request, and has the one who clicked hear of it.
 * What is known of it already can show that it does not count.
 */
export function withWaiting(
  request: ApprovalRequest,
  waiting: WaitingClick,
  cause: unknown,
  configuration: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  const { judgedClicks, waitingClicks = [] } = request;
  const { click } = waiting;
  const { id, userId } = click;
  if (judgedClicks.includes(id)) return request;
  const known = waitingClicks.find((other) => other.click.id === id);
  const entry = { at: now, by: userId, clickId: id };
  const refusal = whyNotToWait(request, known ?? waiting, configuration, now);
  if (refusal) return refuse(withJudged(request, id), refusal, entry);
  if (known || waitingClicks.length >= MOST_WAITING_CLICKS) return request;
  const reason = whyItWaits(cause);
  const text = `Your click is not lost, but it waits: ${reason}. It is judged as soon as it can be${outlookOf(request, waiting)}`;
  return withEntry(
    withDue(
      { ...request, waitingClicks: [...waitingClicks, waiting] },
      { kind: 'waiting', userId, clickId: id, text },
    ),
    { ...entry, what: 'waiting-click', detail: reason },
  );
}

function outlookOf(request: ApprovalRequest, waiting: WaitingClick): string {
  const { expiresAt, extension } = request;
  const { action } = waiting.click.button;
  if (isDeciding(action)) {
    return `, until ${timeText(lateUntil(expiresAt))}. If the request ends before that, it is as if it were denied until then.`;
  }
  if (action.kind !== 'extend' || !extension) return '.';
  const wait = isAwaited(waiting, request)
    ? `waits for it ${durationText(CLICK_AWAITED_MILLISECONDS / 1_000)} at the most`
    : 'does not wait for it';
  return `. The end, at ${timeText(extension.end)}, ${wait}.`;
}

function whyItWaits(cause: unknown): string {
  if (cause instanceof EndUnderWayError) return 'the request has just ended';
  if (cause instanceof MessengerRefusedError) {
    return `Slack does not say who is who (${cause.code})`;
  }
  return cause instanceof MessengerUnavailableError
    ? 'Slack does not answer now'
    : 'it is not known now who may decide';
}
