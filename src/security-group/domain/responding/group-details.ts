import type { Case } from './case';
import type { GroupDetails } from '../groups/group';

/** As far as they are known; a name is not worth a failure. */
export async function detailsOf({ target, situation, sentry }: Case): Promise<GroupDetails> {
  if (target.details) return target.details;
  const { record } = situation.ledger;
  if (record) return { id: record.groupId, name: record.name, vpcId: record.vpcId };
  const { groupId } = target;
  const found = await sentry.ports.groups
    .find({ kind: 'ids', groupIds: [groupId] })
    .catch(() => []);
  return found[0] ?? { id: groupId };
}
