import type { CountedTags } from '../groups/counted-tags';
import type { GroupDetails } from '../groups/group';
import type { GroupRules } from '../groups/security-groups';
import type { GroupLedger } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { PrefixLists } from '../rules/prefix-list';

export interface GroupView {
  readonly details: GroupDetails;
  readonly group: GroupRules;
  readonly ledger: GroupLedger;
  readonly prefixLists: PrefixLists;
  /** As it holds for this group. */
  readonly configuration: SentryConfiguration;
  /** Its tags as they count from now on. */
  readonly tags?: CountedTags;
}
