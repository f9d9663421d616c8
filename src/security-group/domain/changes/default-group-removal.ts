import type { Change } from './change';
import { DEFAULT_GROUP } from '../groups/rules-of-new-group';

/**
 * Whether the call did nothing but take rules away from a VPC's default group, under one of the
 * roles that may empty it. Anyone who holds such a role is trusted with nothing else: what it adds
 * or modifies is judged like anyone's.
 */
export function isAcceptedRemoval(
  { actor, eventName, rules }: Change,
  groupName: string | undefined,
  emptyingRoleArns: readonly string[],
): boolean {
  return (
    groupName === DEFAULT_GROUP &&
    actor.type === 'AssumedRole' &&
    actor.roleArn !== undefined &&
    emptyingRoleArns.includes(actor.roleArn) &&
    eventName.startsWith('RevokeSecurityGroup') &&
    rules.complete &&
    [rules.present, rules.modifiedIds, rules.described].every(({ length }) => length === 0)
  );
}
