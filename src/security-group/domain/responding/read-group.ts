import type { Ports } from './ports';
import type { Clock } from '../../../shared/domain/clock';
import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import type { GroupLedger } from '../ledger/ledger';

export interface GroupReading {
  readonly ledger: GroupLedger;
  readonly group: GroupRules;
}

export async function readGroup(groupId: string, { ledger, groups }: Ports): Promise<GroupReading> {
  const [remembered, group] = await Promise.all([ledger.read(groupId), groups.rulesOf(groupId)]);
  return { ledger: remembered, group };
}

export async function lookUntil(
  groupId: string,
  first: GroupRules,
  groups: SecurityGroups,
  clock: Clock,
  isSettled: (group: GroupRules) => boolean,
): Promise<GroupRules> {
  let group = first;
  for (const milliseconds of LOOK_AGAIN_AFTER) {
    if (isSettled(group)) return group;
    await clock.pause(milliseconds);
    group = await groups.rulesOf(groupId);
  }
  return group;
}

/** Describe can lag behind a change for a moment. */
const LOOK_AGAIN_AFTER = [150, 350, 700];
