import type { GroupRecord } from '../../../src/security-group/domain/ledger/ledger';

/** What the ledger has of the group `sg-1`, from the few values that a test is about. */
export function groupRecord(adoptedAt: Date, values: Partial<GroupRecord> = {}): GroupRecord {
  return {
    groupId: 'sg-1',
    adoptedAt,
    adoptedWhile: 'ENFORCE',
    policies: 'p',
    selection: 's',
    ...values,
  };
}
