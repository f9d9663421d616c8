/**
 * The layout of the hub's table. Values are JSON in the attribute `value`, but for what conditions
 * speak of.
 *
 * - `PLACE#<account>#<Region>`, `LOOK`: what the hub saw when it looked last, and since when it is
 *   expected to hear of the place
 * - `PLACE#<account>#<Region>`, `SEEN#<source>`: when records came by the source, first and last;
 *   it may be there before the hub has looked
 * - `PLACE#<account>#<Region>`, `EXPECTED`: since when the hub expects the place to be covered, of
 *   one that a run found missing: nothing was known of it then
 * - `GAP#<account>#<Region>`, `<source or "all">#<cause>`: a gap that stands, since when,
 *   and when it was told by itself
 * - `ACCOUNTS`, `<ISO 8601>#<number>`: a part of the list of accounts that was read at that time
 * - `RUN`, `LAST`: when the hub looked last, and since when it has had each source
 * - `ASKED`, `RUN`: when a function last asked for the list to be read. Its partition is its own:
 *   who writes it must not write when the hub looked
 * - `READ#<ARN of an event data store>`, `UNTIL`: up to when the store was read
 */
export const COVERAGE_KEY = { partition: 'pk', sort: 'sk' } as const;

/** A function that meets an item of another version says so, and does nothing by guess. */
export const COVERAGE_ITEM_VERSION = 1;

export const PLACE_PREFIX = 'PLACE#';
export const GAP_PREFIX = 'GAP#';
export const SEEN_PREFIX = 'SEEN#';
export const LOOK_SORT_KEY = 'LOOK';
export const EXPECTED_SORT_KEY = 'EXPECTED';
export const ACCOUNTS_PARTITION = 'ACCOUNTS';
export const RUN_PARTITION = 'RUN';
export const RUN_SORT_KEY = 'LAST';
export const ASKED_PARTITION = 'ASKED';
export const ASKED_SORT_KEY = 'RUN';
export const READ_PREFIX = 'READ#';
export const READ_UNTIL_SORT_KEY = 'UNTIL';

/** An account takes some 300 bytes with the longest name and path, an item 400 KB. */
export const ACCOUNTS_PER_ITEM = 500;
