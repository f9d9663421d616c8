import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import type { GroupLedger, LedgerEntry } from '../ledger/ledger';
import type { Ledger, LedgerChange } from '../ledger/ledger-store';
import type { Policy } from '../policies/policy';
import { type Rule, ruleKey, withTagsOf } from '../rules/rule';
import { turnsOf } from '../turns';

/** Groups that are read with their tags. */
const TAGGED_AT_ONCE = 5;

/**
 * The ledger, read without tags: those of all rules of hundreds of groups are more than a function
 * has memory for. They matter where a rule is put back; there they are read again, group by group,
 * for what is written.
 */
export function ledgerWithoutTags(
  ledger: Ledger,
  groups: SecurityGroups,
  policies: readonly Policy[],
): Ledger {
  const turn = turnsOf(TAGGED_AT_ONCE);
  return {
    read: async (groupId) => ledger.readWithoutTags(groupId),
    readWithoutTags: async (groupId) => ledger.readWithoutTags(groupId),
    records: async () => ledger.records(),
    record: async (groupId) => ledger.record(groupId),
    writeRecord: async (record) => ledger.writeRecord(record),
    placeRecord: async () => ledger.placeRecord(),
    writePlaceRecord: async (record) => ledger.writePlaceRecord(record),
    sighting: async (groupId) => ledger.sighting(groupId),
    writeSighting: async (groupId, sighting) => ledger.writeSighting(groupId, sighting),
    write: async (groupId, changes) => {
      if (!policies.some(putsBack) || !changes.some(({ kind }) => kind === 'put')) {
        return ledger.write(groupId, changes);
      }
      return turn(async () => {
        const group = await groups.rulesOf(groupId);
        const remembered = await ledger.read(groupId);
        await ledger.write(
          groupId,
          changes.map((change) => withTags(change, group, remembered)),
        );
      });
    },
  };
}

function putsBack({ baseline }: Policy): boolean {
  return baseline.kind === 'locked' && baseline.restoreRemoved;
}

/** The tags with which it was accepted: someone may have put it there again with others. */
function isAsGranted({ grants }: LedgerEntry, remembered: LedgerEntry | undefined): boolean {
  return grants.length > 0 && JSON.stringify(grants) === JSON.stringify(remembered?.grants);
}

function withTags(
  { kind, entry }: LedgerChange,
  { rules }: GroupRules,
  { entries }: GroupLedger,
): LedgerChange {
  const { rule } = entry;
  const isThis = (other: Rule | undefined): other is Rule =>
    other !== undefined && other.id === rule.id && ruleKey(other) === ruleKey(rule);
  const remembered = entries.get(ruleKey(rule));
  const known = isAsGranted(entry, remembered)
    ? remembered?.rule
    : [...rules, remembered?.rule].find(isThis);
  return { kind, entry: { ...entry, rule: known?.tags ? withTagsOf(rule, known) : rule } };
}
