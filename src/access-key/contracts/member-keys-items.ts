/**
 * The layout of the table of a sentry with a hub. Values are JSON in the attribute `value`.
 *
 * - `KEYS#<account>`, `<key id>`: what is remembered of a member's key, as in the table of the
 *   sentry's own account; `#run`: who works with them
 * - `RUNS`, `CURRENT`: the run that was begun last; `#run`: who reports it
 * - `RUNS`, `#report` and `#report-<side>-<number>`: what was last reported, with a head
 * - `RUN#<run>`, `<number>`: a part of the accounts of a run. Each account's answer reads the run,
 *   so that one must not grow with them
 * - `ANSWER#<run>`, `<account>`: the answer of one account
 * - `ANSWER#<run>`, `<account>#<number>`: a part of the keys that the answer is about
 * - `INVENTORY#<run>`, `<account>#<number>`: a part of the inventory of an account. The report
 *   alone reads it
 */
export const MEMBER_KEYS_KEY = { partition: 'pk', sort: 'sk' } as const;

/** A function that meets an item of another version says so, and does nothing by guess. */
export const MEMBER_KEYS_ITEM_VERSION = 1;

export const MEMBER_RECORDS_PREFIX = 'KEYS#';
export const RUNS_PARTITION = 'RUNS';
export const RUN_PREFIX = 'RUN#';
export const CURRENT_RUN = 'CURRENT';
export const ANSWER_PREFIX = 'ANSWER#';
export const INVENTORY_PREFIX = 'INVENTORY#';

/** The second from which on an answer is not needed any more. */
export const ANSWER_EXPIRY = 'expiresAt';

/** A key takes up to 3 KB, with its owner and all texts of others; an item 400 KB. */
export const KEYS_PER_ITEM = 100;

/** One takes up to 3 KB there, with all texts of others. */
export const INVENTORY_KEYS_PER_ITEM = 100;

/** An account takes 15 bytes there. */
export const ACCOUNTS_PER_ITEM = 10_000;
