import type { NamedRules } from '../changes/named-rules';
import type { GroupRules } from '../groups/security-groups';
import type { GroupLedger } from '../ledger/ledger';
import type { Policy } from '../policies/policy';
import type { PrefixLists } from '../rules/prefix-list';

/** What an event says of a group, beside the state that Describe shows. */
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
