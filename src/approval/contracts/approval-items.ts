/**
 * The layout of the workflow's table. Values are JSON in attributes of their own, beside what
 * conditions speak of. Partition key, sort key: item.
 *
 * - `REQUEST#<request id>`, `REQUEST`: a request as it is, with its revision, and the seal of what
 *   decides; with `dueOf` and `dueAt` while something is to be done about it
 * - `REQUEST#<request id>`, `AUDIT#<ISO time>#<digest of the entry>`: one thing that happened to it
 * - `ASK#<id of the ask>`, `ASK`: the request that it has become; of an ask that an earlier version
 *   of the library has taken, perhaps the one that it has joined
 * - `CLICK#<SHA-256 of the body>`, `CLICK`: what Slack sent, with its signature; with `dueOf` and
 *   `dueAt` until it is judged
 * - `SUBJECT#<SHA-256 of the subject>`, `SUBJECT`: the open request about it, and when one was
 *   denied last, with its revision
 * - `READINGS#<id of a user group>`, `READINGS`: who was in it, by its last readings, with its
 *   revision
 * - `DIRECT#<SHA-256 of sender and address>`, `DIRECT`: the last direct message that a sentry had
 *   sent to someone, with its revision
 * - `SOURCE#<SHA-256 of the source>`, `SOURCE`: when its last requests were, with its revision
 */
export const APPROVAL_KEY = { partition: 'pk', sort: 'sk' } as const;

/** The function that takes clicks from the internet may put items of no other partition. */
export const CLICK_PREFIX = 'CLICK#';

/** A function that meets an item of another version says so, and does nothing by guess. */
export const APPROVAL_ITEM_VERSION = 1;

/** Sparse: only what is due has the index's attributes. `dueAt` is in milliseconds since 1970. */
export const DUE_INDEX = {
  name: 'Due',
  partition: 'dueOf',
  sort: 'dueAt',
  partitionValue: 'DUE',
} as const;

/** In seconds since 1970: DynamoDB deletes the item some time after. */
export const APPROVAL_EXPIRY = 'expiresAt';
