import type { Grant } from '../ledger/ledger';

/** A look into CloudTrail's event history, from which an event was absent. */
export interface AbsentLook {
  readonly at: Date;
  /** When the latest of the sentry's own dry runs that the history has was made. */
  readonly lastHeartbeat?: Date;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A history that has what was called so long after the event has passed by the event itself. */
const OVERTAKEN_AFTER = HOUR;

/** One look can be answered by a copy that is behind. */
const BETWEEN_LOOKS = 15 * MINUTE;

/** Without any proof, what rests on an event alone may stand for so long. */
const BELIEVED_FOR = 24 * HOUR;

/**
 * The grant, after a look that did not find its event. Absence is no proof: the history is refuting
 * only where it has what was called later, twice. All clocks run from when the sentry had the event
 * in its hands, since anyone who makes up an event makes up its time.
 */
export function afterAbsence(grant: Grant, { at, lastHeartbeat }: AbsentLook): Grant {
  const { receivedAt, lackedAt, reportedAt } = grant;
  if (!receivedAt) return { ...grant, receivedAt: at };
  if (lastHeartbeat && span(receivedAt, lastHeartbeat) >= OVERTAKEN_AFTER) {
    if (!lackedAt) return { ...grant, lackedAt: at };
    return span(lackedAt, at) >= BETWEEN_LOOKS ? { ...grant, confirmed: false } : grant;
  }
  if (mayBeBelieved(grant, at)) return grant;
  return reportedAt ? { ...grant, confirmed: false } : { ...grant, reportedAt: at };
}

/** Whether the history may still confirm the grant: nothing is done about it meanwhile. */
export function mayBeBelieved(
  { since, receivedAt = since }: Pick<Grant, 'since' | 'receivedAt'>,
  now: Date,
): boolean {
  return Math.abs(span(receivedAt, now)) < BELIEVED_FOR;
}

function span(from: Date, to: Date): number {
  return to.getTime() - from.getTime();
}
