/**
 * The table of an ApprovedAction. Partition key, sort key: item.
 *
 * - `REQUEST#<request id>`, `ACTION`: what was asked, as JSON; which turn was begun last, for which
 *   decision, by whom and until when; what came of it, and of which turn
 */
export const ACTION_KEY = { partition: 'pk', sort: 'sk' } as const;

/** A function that meets an item of another version says so, and does nothing by guess. */
export const ACTION_ITEM_VERSION = 1;

/** In seconds since 1970: DynamoDB deletes the item some time after. */
export const ACTION_EXPIRY = 'expiresAt';
