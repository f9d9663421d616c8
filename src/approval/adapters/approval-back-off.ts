import { backOffSeconds } from '../../shared/domain/queue/back-off';
import { MessengerUnavailableError } from '../domain/messenger';

/**
 * SQS hides a message for twelve hours at the most; no one who asks to wait means longer than this.
 */
const LONGEST_SECONDS = 3_600;

/** Of several failures, the longest wait counts. `tries` starts at 1. */
export function secondsUntilNextTry(error: unknown, tries: number): number {
  const waits = waitsIn(error);
  return waits.length > 0
    ? Math.min(LONGEST_SECONDS, Math.ceil(Math.max(...waits) / 1_000))
    : backOffSeconds(tries);
}

function waitsIn(error: unknown): number[] {
  if (error instanceof AggregateError) return error.errors.flatMap(waitsIn);
  return error instanceof MessengerUnavailableError && error.retryAfterMilliseconds !== undefined
    ? [error.retryAfterMilliseconds]
    : [];
}
