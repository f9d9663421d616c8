import type { WrittenEntries } from '../changes/change';
import { type NamedRules, names, namesAsItStands, namesStanding } from '../changes/named-rules';
import type { GroupRules } from '../groups/security-groups';
import { type GroupLedger, isAdopted, type LedgerEntry, livingGrants } from '../ledger/ledger';
import type { Policy } from '../policies/policy';
import type { PrefixLists } from '../rules/prefix-list';
import { type Rule, ruleKey } from '../rules/rule';

/** Hints about a group that an event gives, beside the state that Describe shows. */
export interface Hints extends NamedRules {
  readonly byTrustedActor: boolean;
  /**
   * Why CloudTrail's event history could not be asked who made the call: it may have been a trusted
   * actor.
   */
  readonly notAsked?: string;
  /** The prefix list whose entries the event may have changed. */
  readonly changedPrefixList?: ChangedPrefixList;
  /**
   * Ids of rules whose values no event has explained yet, though one points to them: `forbid` and
   * `allowOnly` judge them at once, `locked` waits.
   */
  readonly unexplainedIds?: readonly string[];
}

export interface ChangedPrefixList {
  readonly id: string;
  readonly written?: WrittenEntries;
}

/** All that a judgement rests on. */
export interface Situation {
  readonly groupId: string;
  readonly group: GroupRules;
  readonly ledger: GroupLedger;
  readonly policies: readonly Policy[];
  readonly prefixLists: PrefixLists;
  readonly hints: Hints;
  readonly now: Date;
}

/** Whether an event is about the rule, no matter who gave it the values that it has. */
export function isPointedTo(rule: Rule, hints: Hints): boolean {
  return namesStanding(hints, rule) || names(hints.described, rule) || isUnexplained(rule, hints);
}

export function isUnexplained({ id }: Rule, { unexplainedIds = [] }: Hints): boolean {
  return id !== undefined && unexplainedIds.includes(id);
}

/** Whether the event made the rule what it is. One that cannot be read may have made them all. */
export function isWritten(rule: Rule, hints: Hints): boolean {
  return !hints.complete || namesAsItStands(hints, rule) || isChangedByList(rule, hints);
}

/** Whether the event changed what the rule lets through, by the list that it names, and no more. */
export function isChangedByList(
  { peer }: Rule,
  { changedPrefixList }: Pick<Hints, 'changedPrefixList'>,
): boolean {
  return peer.kind === 'prefixList' && peer.prefixListId === changedPrefixList?.id;
}

/**
 * Rules that the event is about, and whose values it did not write: it described them, or someone
 * else has given them other values since.
 */
export function overwrittenRules({ rules }: GroupRules, hints: Hints): readonly Rule[] {
  return rules.filter(
    (rule) =>
      (namesStanding(hints, rule) || names(hints.described, rule)) && !isWritten(rule, hints),
  );
}

/** Accepted rules that do not stand in the group any more. */
export function missingEntries({ group, ledger, now }: Situation): LedgerEntry[] {
  if (!isAdopted(ledger)) return [];
  const standing = new Set(group.rules.map(ruleKey));
  const unreadable = new Set(group.unreadableRuleIds);
  return [...ledger.entries]
    .filter(
      ([key, entry]) =>
        !standing.has(key) &&
        !unreadable.has(entry.rule.id ?? '') &&
        livingGrants(entry, now).length > 0,
    )
    .map(([, entry]) => entry);
}
