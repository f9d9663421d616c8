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

/** A few minutes after the first: then a message reports what fails, and why. */
export const TRIES_BEFORE_REPORTED = 5;

/**
 * Some tries more may report it, where the function does not know that it was reported: SQS counts
 * tries that no function saw.
 */
export const LAST_TRY_TO_REPORT = 7;

/**
 * With the pauses between them, the eighth try comes after twenty minutes: then what is not what
 * counts, a question or an event for machines, is left out, so that it does not hold up the rest.
 */
export const TRIES_BEFORE_LEFT_OUT = 8;

/** With the pauses between them, the fourth try comes after two minutes: a role may be new. */
export const TRIES_BEFORE_LEFT_TO_MEMBER = 4;

/** Lambda tries an asynchronous invocation twice more, after one minute and after two. */
export const TRIES_OF_A_RUN = 3;
export const SECONDS_UNTIL_LAST_RUN = 180;
