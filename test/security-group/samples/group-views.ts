import { configurationOf } from './changes';
import {
  EMPTY_LEDGER,
  type GroupRecord,
  type LedgerEntry,
} from '../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../src/security-group/domain/policies/sentry-configuration';
import type { GroupView } from '../../../src/security-group/domain/reconciling/group-view';
import type { PrefixList } from '../../../src/security-group/domain/rules/prefix-list';
import { type Rule, ruleKey } from '../../../src/security-group/domain/rules/rule';

export interface Viewed {
  readonly rules?: readonly Rule[];
  readonly entries?: readonly LedgerEntry[];
  readonly record?: GroupRecord;
  readonly lists?: readonly PrefixList[];
  readonly configuration?: Partial<SentryConfiguration>;
}

/** The group `sg-1` as one run has read it, from the few values that a test is about. */
export function groupView(
  policies: readonly Policy[],
  { rules = [], entries = [], record, lists = [], configuration }: Viewed = {},
): GroupView {
  return {
    details: { id: 'sg-1', name: 'web', vpcId: 'vpc-1' },
    group: { rules, unreadableRuleIds: [] },
    ledger: {
      ...EMPTY_LEDGER,
      ...(record && { record }),
      entries: new Map(entries.map((entry) => [ruleKey(entry.rule), entry])),
    },
    prefixLists: new Map(lists.map((list) => [list.id, list])),
    configuration: configurationOf(policies, configuration),
  };
}
