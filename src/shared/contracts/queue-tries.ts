/**
 * With the pauses that grow between them (`shared/domain/queue/back-off.ts`), some six hours of
 * tries before a message goes to the dead-letter queue.
 */
export const MAX_TRIES = 30;

/**
 * Then people are notified that their decision could not be carried out yet, while it is tried on.
 */
export const TRIES_BEFORE_PEOPLE_HEAR = 3;

/** With the pauses between them, the sixth try comes after five minutes. */
export const TRIES_BEFORE_ALARM = 5;
