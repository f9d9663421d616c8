import type { GroupRecord } from './ledger';
import type { GroupDetails } from '../groups/group';
import type { SentryConfiguration } from '../policies/sentry-configuration';

/** Of a group that comes under the sentry's eyes now. */
export function newRecord(
  { id, name, vpcId }: GroupDetails,
  { mode, digests }: SentryConfiguration,
  now: Date,
): GroupRecord {
  return {
    groupId: id,
    name,
    vpcId,
    adoptedAt: now,
    adoptedWhile: mode,
    policies: digests.policies,
    selection: digests.selection,
    ...(digests.each && { holds: digests.each }),
  };
}
