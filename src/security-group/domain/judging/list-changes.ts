import type { Violation } from './judgement';
import type { Hints, Situation } from './situation';
import { grantsOf, violationsOf } from './violations';
import type { WrittenEntries } from '../changes/change';
import { entryOf } from '../ledger/ledger';
import type { PrefixList, PrefixLists } from '../rules/prefix-list';
import type { Rule } from '../rules/rule';

/** Whether someone has changed the list after the call that made that version of it. */
export function isChangedSince(
  { version }: PrefixList,
  written: WrittenEntries | undefined,
): boolean {
  return version !== undefined && written?.version !== undefined && version > written.version;
}

/**
 * The lists as far as the event is charged with them: of a list that was changed again since, only
 * the entries that the event put in and that are still there.
 */
export function chargedLists(prefixLists: PrefixLists, { changedPrefixList }: Hints): PrefixLists {
  const { id, written } = changedPrefixList ?? {};
  const list = id === undefined ? undefined : prefixLists.get(id);
  if (!list || !written || !isChangedSince(list, written)) return prefixLists;
  const cidrs = written.added.filter((cidr) => list.cidrs.includes(cidr));
  return new Map([...prefixLists, [list.id, { ...list, cidrs }]]);
}

/** An entry that was not read, or not yet, is not gone. */
function isReadSince(list: PrefixList, written: WrittenEntries | undefined): boolean {
  const isLater =
    list.version === undefined || written?.version === undefined || list.version >= written.version;
  return isLater && list.doubt === undefined && !list.isChanging;
}

/** A rule that an entry opened which is gone by now. */
export interface GoneOpening {
  readonly rule: Rule;
  readonly cidrs: readonly string[];
  readonly violations: readonly Violation[];
}

/**
 * Where the entries that the event put into a list, and that are gone by now, opened what they must
 * not.
 */
export function openedByGoneEntries(situation: Situation): GoneOpening[] {
  const { hints, prefixLists, group, ledger } = situation;
  const { id, written } = hints.changedPrefixList ?? {};
  const list = id === undefined ? undefined : prefixLists.get(id);
  const gone = (written?.added ?? []).filter((cidr) => !list?.cidrs.includes(cidr));
  if (!list || gone.length === 0 || !isReadSince(list, written)) return [];
  const { version: _current, ...rest } = list;
  const asItStood = new Map([...prefixLists, [list.id, { ...rest, cidrs: gone }]]);
  return group.rules
    .filter(({ peer }) => peer.kind === 'prefixList' && peer.prefixListId === list.id)
    .map((rule) => {
      const entry = entryOf(rule, ledger);
      const before = { ...situation, prefixLists: asItStood };
      const violations = violationsOf(rule, entry, grantsOf(rule, entry, before), before);
      return {
        rule,
        cidrs: gone,
        violations: violations.filter(({ baseline }) => baseline !== 'locked'),
      };
    })
    .filter(({ violations }) => violations.length > 0);
}
