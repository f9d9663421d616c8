import type { NamedRules } from '../changes/named-rules';
import type { GroupRules } from '../groups/security-groups';
import { type GroupLedger, isAdopted, type LedgerEntry, livingGrants } from '../ledger/ledger';
import type { Policy } from '../policies/policy';
import type { PrefixLists } from '../rules/prefix-list';
import { ruleKey } from '../rules/rule';

/** Hints about a group that an event gives, beside the state that Describe shows. */
export interface Hints extends NamedRules {
  readonly byTrustedActor: boolean;
  /** Whether the event may have changed what the prefix list lets through. */
  readonly changedPrefixListId?: string;
}

/** All that a judgement rests on. */
export interface Situation {
  readonly group: GroupRules;
  readonly ledger: GroupLedger;
  readonly policies: readonly Policy[];
  readonly prefixLists: PrefixLists;
  readonly hints: Hints;
  readonly now: Date;
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
