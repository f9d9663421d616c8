import type { GroupDetails } from '../groups/group';
import type { GroupRules } from '../groups/security-groups';
import type { GroupLedger } from '../ledger/ledger';
import type { PrefixLists } from '../rules/prefix-list';

export interface GroupView {
  readonly details: GroupDetails;
  readonly group: GroupRules;
  readonly ledger: GroupLedger;
  readonly prefixLists: PrefixLists;
}
