/**
 * So many tries, over some three minutes, wait for what cannot be read: a prefix list, or the event
 * history. The next one does without. They must be fewer than the tries before a failure is
 * reported (`shared/contracts/queue-tries.ts`): a try that waits is none.
 */
export const TRIES_THAT_WAIT = 4;
