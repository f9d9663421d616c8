import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  type CarryingOutcome,
  isDue,
  type MessageSlot,
  nameKey,
  withDue,
  withEntry,
} from './approval-request';
import { isStillTried } from './ask-result';
import type { Attempt } from './attempt';
import { isDeciding } from './click';
import { isToBeConsulted, withConsultationUpdated } from './consultation';
import { isRouteLost } from './deciders';
import { withDecision } from './decision';
import {
  endCarriedAt,
  endOf,
  endReminderAt,
  remindOfEnd,
  withEndShown,
  withExtensionOutcome,
} from './extension';
import { isRetryOver, retriedUntil, withoutRetry } from './retry';

/** An asker that has not answered is told again. */
const TELL_AGAIN_MILLISECONDS = 5 * 60_000;

/**
 * Those who deliver are pointed to a message again where they have not begun by then. While none
 * can be delivered, pointers must not come in heaps.
 */
const POINT_AGAIN_MILLISECONDS = 5 * 60_000;

/**
 * Moves a request on as time passes: a reminder, the end of the request, and of an approval for a
 * time its reminder and its end.
 */
export function afterTime(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  if (!request.decision) {
    if (now >= request.expiresAt) return expire(request, configuration, now);
    return now >= nextReminder(request, configuration)
      ? remind(request, configuration, now)
      : request;
  }
  if (isTimeOver(request, now)) return end(request, now);
  if (isRetryOver(request, now)) return withoutRetry(request);
  return remindOfEnd(request, configuration, now);
}

/**
 * Someone may have denied it: until that is known, it is as if it were so. It is the same where no
 * one could.
 */
function expire(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  const isClickWaiting = request.waitingClicks?.some(({ click }) =>
    isDeciding(click.button.action),
  );
  return withDecision(
    request,
    {
      kind: 'expired',
      at: now,
      by: [],
      ...(isClickWaiting && { isClickWaiting }),
      ...(isRouteLost(request, configuration) && { isRouteLost: true }),
    },
    { at: now },
  );
}

function nextReminder(
  { askedAt, reminders }: ApprovalRequest,
  { remindMilliseconds }: ApprovalConfiguration,
): Date {
  return new Date(askedAt.getTime() + (reminders + 1) * remindMilliseconds);
}

/** One for all that were missed, and in the place of one that could not be delivered yet. */
function remind(
  request: ApprovalRequest,
  { remindMilliseconds }: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  const reminders = Math.floor((now.getTime() - request.askedAt.getTime()) / remindMilliseconds);
  const messages = request.messages.filter(({ name }) => name.kind !== 'reminder');
  return withEntry(
    withDue({ ...request, reminders, messages }, { kind: 'reminder', number: reminders }),
    { at: now, what: 'reminded' },
  );
}

function isTimeOver(request: ApprovalRequest, now: Date): boolean {
  const at = endCarriedAt(request);
  return at !== undefined && request.carrying?.phase === 'decision' && now >= at;
}

/** At the later end, where the asker never said that it had not carried that out. */
function end(request: ApprovalRequest, now: Date): ApprovalRequest {
  const { decision } = request;
  const ended: ApprovalRequest = {
    ...request,
    ...(decision && { decision: { ...decision, until: endOf(request) } }),
    carrying: { phase: 'end', attempt: 1 },
  };
  return withEntry(withEndShown(ended), { at: now, what: 'ended' });
}

/** Whether the asker is to be told of the decision now. */
export function isUnsent({ decision, carrying }: ApprovalRequest, now: Date): boolean {
  if (!decision || !carrying || carrying.outcome) return false;
  return !carrying.sentAt || now.getTime() - carrying.sentAt.getTime() >= TELL_AGAIN_MILLISECONDS;
}

export function withSent(request: ApprovalRequest, now: Date): ApprovalRequest {
  return request.carrying
    ? { ...request, carrying: { ...request.carrying, sentAt: now } }
    : request;
}

/**
 * Takes in the asker's outcome of the decision; the outcome of an earlier try changes nothing any
 * more.
 */
export function withOutcome(
  request: ApprovalRequest,
  { phase, attempt }: Attempt,
  outcome: CarryingOutcome,
): ApprovalRequest {
  const { carrying } = request;
  if (!carrying || carrying.phase !== phase || carrying.attempt !== attempt) return request;
  if (carrying.outcome && !isReplacedBy(outcome, carrying.outcome)) return request;
  const known = { ...request, carrying: { ...carrying, outcome } };
  const told = phase === 'decision' ? withExtensionOutcome(known, outcome.kind) : known;
  const carried = withEntry(told, {
    at: outcome.at,
    what: outcome.kind,
    detail: outcome.text,
  });
  if (request.decision?.kind === 'not-asked') return carried;
  const step = phase === 'end' && outcome.kind === 'carried-out' ? 'ended' : outcome.kind;
  const shown = withDue(withDue(carried, { kind: 'step', step }), { kind: 'question' });
  return withConsultationUpdated(shown);
}

/** What failed at first may be done by a later try of its own; and what was still tried, fail. */
function isReplacedBy(outcome: CarryingOutcome, known: CarryingOutcome): boolean {
  if (known.kind !== 'failed') return false;
  return outcome.kind !== 'failed' || (isStillTried(known) && !isStillTried(outcome));
}

/** When someone has to look at the request again; never, without a date. */
export function dueAt(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
): Date | undefined {
  const times = [
    ...(request.unannounced.length > 0 || isToBeConsulted(request) ? [request.askedAt] : []),
    ...request.messages.filter(isDue).map((slot) => messageDueAt(slot) ?? request.askedAt),
    ...decisionTimes(request, configuration),
  ];
  return times.length > 0 ? new Date(Math.min(...times.map((time) => time.getTime()))) : undefined;
}

function messageDueAt(slot: MessageSlot): Date | undefined {
  const times = [slot.notBefore, slot.leasedUntil, pointedUntil(slot)].flatMap(
    (time) => time?.getTime() ?? [],
  );
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}

function decisionTimes(request: ApprovalRequest, configuration: ApprovalConfiguration): Date[] {
  const { decision, carrying } = request;
  if (!decision || !carrying) return [request.expiresAt, nextReminder(request, configuration)];
  const telling = carrying.outcome
    ? []
    : [
        carrying.sentAt
          ? new Date(carrying.sentAt.getTime() + TELL_AGAIN_MILLISECONDS)
          : decision.at,
      ];
  const later = [
    carrying.phase === 'decision' ? endCarriedAt(request) : undefined,
    endReminderAt(request, configuration),
    carrying.isRetryOver ? undefined : retriedUntil(request),
  ];
  return [...telling, ...later.flatMap((time) => time ?? [])];
}

export function isDeliverable(slot: MessageSlot, now: Date): boolean {
  const { notBefore, leasedUntil } = slot;
  return isDue(slot) && (!notBefore || notBefore <= now) && (!leasedUntil || leasedUntil <= now);
}

/** Whether those who deliver have to be pointed to the message now. */
export function isToBePointedTo(slot: MessageSlot, now: Date): boolean {
  const until = pointedUntil(slot);
  return isDeliverable(slot, now) && (!until || until <= now);
}

function pointedUntil({ pointedAt }: MessageSlot): Date | undefined {
  return pointedAt && new Date(pointedAt.getTime() + POINT_AGAIN_MILLISECONDS);
}

/** Those who deliver were pointed to these messages; of what they have begun, nothing changes. */
export function withPointed(
  request: ApprovalRequest,
  pointed: readonly MessageSlot[],
  now: Date,
): ApprovalRequest {
  const isPointed = (slot: MessageSlot) =>
    isDue(slot) &&
    !slot.leasedUntil &&
    pointed.some(
      ({ name, wanted, failures }) =>
        nameKey(name) === nameKey(slot.name) &&
        wanted === slot.wanted &&
        failures === slot.failures,
    );
  if (!request.messages.some(isPointed)) return request;
  return {
    ...request,
    messages: request.messages.map((slot) =>
      isPointed(slot) ? { ...slot, pointedAt: now } : slot,
    ),
  };
}
