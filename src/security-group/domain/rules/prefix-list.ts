import type { Rule } from './rule';

/** A managed prefix list, as far as it decides what a rule that names it lets through. */
export interface PrefixList {
  readonly id: string;
  /** One that AWS keeps, for the addresses of one of its services. */
  readonly isAwsManaged: boolean;
  /** Counts the changes of its entries; lists of AWS have none. */
  readonly version?: number;
  /** Its entries, in canonical form: those that are known, where there is doubt. */
  readonly cidrs: readonly string[];
  /** Its entries are being changed, and are those of the last version that could be read. */
  readonly isChanging?: boolean;
  /** Why it may hold more than `cidrs`. */
  readonly doubt?: ListDoubt;
}

export interface ListDoubt {
  /**
   * `not-described`: not even its version is known. `not-read`: its entries could not be read, or
   * not all. `not-understood`: some of them are no ranges of addresses.
   */
  readonly kind: 'not-described' | 'not-read' | 'not-understood';
  readonly reason: string;
}

/**
 * The lists that rules name, by id. One that EC2 does not show, such as another account's that is
 * shared no more, is not among them.
 */
export type PrefixLists = ReadonlyMap<string, PrefixList>;

const NOT_SHOWN = 'EC2 does not show it: it is gone, or its owner does not share it any more';

/** The list that the rule names, where EC2 shows it, or could not be asked about it. */
export function listOf({ peer }: Rule, lists: PrefixLists): PrefixList | undefined {
  return peer.kind === 'prefixList' ? lists.get(peer.prefixListId) : undefined;
}

/** Why the list that the rule names may hold more than is known of it. */
export function listDoubt({ peer }: Rule, lists: PrefixLists): string | undefined {
  if (peer.kind !== 'prefixList') return undefined;
  const list = lists.get(peer.prefixListId);
  return list ? list.doubt?.reason : NOT_SHOWN;
}

/** A later try may read what this one could not. */
export function mayBeReadLater({ doubt }: PrefixList): boolean {
  return doubt !== undefined && doubt.kind !== 'not-understood';
}

/** In words, where one of the lists cannot be read now: no grant is given without looking. */
export function whyUnread(lists: PrefixLists): string | undefined {
  const unread = [...lists.values()].find(mayBeReadLater);
  return unread && `the prefix list ${unread.id} cannot be read: ${unread.doubt?.reason}`;
}

/** The lists as if the one that the rule names held nothing but what is known of it. */
export function takenAsKnown({ peer }: Rule, lists: PrefixLists): PrefixLists {
  if (peer.kind !== 'prefixList' || lists.has(peer.prefixListId)) return lists;
  return new Map([...lists, [peer.prefixListId, assumed(peer.prefixListId)]]);
}

/** The lists as if the one that the rule names held all addresses, where that is not known. */
export function takenAtWorst(rule: Rule, lists: PrefixLists): PrefixLists {
  if (rule.peer.kind !== 'prefixList' || listDoubt(rule, lists) === undefined) return lists;
  const { prefixListId: id } = rule.peer;
  const list = lists.get(id) ?? assumed(id);
  return new Map([...lists, [id, { ...list, cidrs: [...list.cidrs, '0.0.0.0/0', '::/0'] }]]);
}

/** All of these are in doubt for the same reason. */
export function notDescribed(ids: readonly string[], reason: string): PrefixList[] {
  return ids.map((id) => assumed(id, { kind: 'not-described', reason }));
}

function assumed(
  id: string,
  doubt: ListDoubt = { kind: 'not-described', reason: NOT_SHOWN },
): PrefixList {
  return { id, isAwsManaged: false, cidrs: [], doubt };
}
