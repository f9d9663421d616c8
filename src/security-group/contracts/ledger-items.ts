import { type Place, placeKey } from '../../organization/domain/place';

/**
 * The layout of the sentry's table. Values are JSON in attributes of their own, beside what
 * conditions speak of. Partition key, sort key: item.
 *
 * - `GROUP#<group id>`, `RECORD`: how the group came under the sentry's eyes
 * - `GROUP#<group id>`, `RULE#<rule key>`: what is known of one rule, with its revision
 * - `GROUP#<group id>`, `REPEATS`: what was told lately
 * - `PLACE`, `RECORD`: how far reconcile has come
 * - `SIGHTED#<group id>`, `RECORD`: the rules of a group that is not adopted yet, when it came into
 *   sight; it expires
 * - `RUNS`, `AFTER_LARGE_CALL`: the latest run of reconcile after a call that was too large
 * - `EVENT#<event id>`, `<group id>`: how far an event is handled, under which lease; it expires
 *
 * These are of the sentry's own account and Region. In a hub, those of each other place have the
 * same keys behind `<account>#<Region>#`, and so has the partition of the index. All places share:
 *
 * - `REQUEST#<request id>`, `ASKED`: a change that people were asked about, and what came of it; it
 *   expires
 * - `SENTRY`, `heartbeat` or `reconcile`: when the sentry was last seen to work
 * - `NEWS`, `<account>#<Region>#<ISO 8601>`: what reconcile has to tell of a member, until
 *   it is told with that of others
 * - `END#<policy>`, `<ISO 8601>`: that a disabled policy is in force again since then was told; it
 *   expires
 * - `END#excluded …` and `END#soon …` (policy, group id and rule key), `<ISO 8601>`: that a rule is
 *   excluded no more, or not for long, was told; it expires
 */
export const LEDGER_KEY = { partition: 'pk', sort: 'sk' } as const;

/** A function that meets an item of another version says so, and does nothing by guess. */
export const LEDGER_ITEM_VERSION = 1;

/** Group records alone have the index's partition key, so the index holds nothing else. */
export const RECORD_INDEX = {
  name: 'Records',
  partition: 'recordOf',
  sort: 'pk',
} as const;

/** In seconds since 1970: DynamoDB deletes the item some time after. */
export const LEDGER_EXPIRY = 'expiresAt';

/** The queue tries for about six hours, and its dead-letter queue keeps what failed for 14 days. */
export const EVENT_KEPT_SECONDS = 14 * 24 * 60 * 60;

export const NEWS_PARTITION = 'NEWS';
export const SIGNS_PARTITION = 'SENTRY';
export const RECORD_SORT_KEY = 'RECORD';
export const REPEATS_SORT_KEY = 'REPEATS';

/** The partitions of all that is kept of one place. No place reads those of another. */
export interface LedgerKeys {
  /** Of the index. */
  readonly records: string;
  readonly place: string;
  readonly runsAfterCalls: string;
  group(groupId: string): string;
  sighting(groupId: string): string;
  event(eventId: string): string;
}

/** Of the sentry's own account and Region. */
export const OWN_KEYS: LedgerKeys = keysBehind('');

/** Of any other place. */
export function ledgerKeysOf(member: Place): LedgerKeys {
  return keysBehind(`${placeKey(member)}#`);
}

function keysBehind(prefix: string): LedgerKeys {
  return {
    records: `${prefix}GROUP`,
    place: `${prefix}PLACE`,
    runsAfterCalls: `${prefix}RUNS`,
    group: (groupId) => `${prefix}GROUP#${groupId}`,
    sighting: (groupId) => `${prefix}SIGHTED#${groupId}`,
    event: (eventId) => `${prefix}EVENT#${eventId}`,
  };
}

/** Longer than a group that is not seen any more is remembered as one that enters. */
export const SIGHTING_KEPT_SECONDS = 14 * 24 * 60 * 60;

export function ruleSortKey(ruleKey: string): string {
  return `RULE#${ruleKey}`;
}

export const RUN_AFTER_CALL_SORT_KEY = 'AFTER_LARGE_CALL';

export const ASKED_SORT_KEY = 'ASKED';

/**
 * From the ask, and again from each result: longer than any request may wait, and any approval last
 * from the time at which people gave it, or gave it more time.
 */
export const ASKED_KEPT_SECONDS = 90 * 24 * 60 * 60;

export function requestPartition(requestId: string): string {
  return `REQUEST#${requestId}`;
}

export function endPartition(of: string): string {
  return `END#${of}`;
}
