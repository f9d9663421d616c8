import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isSameId } from './group-reference';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { isKnownLater } from '../../shared/constructs/known-later';
import { isLookupPlaceholder } from '../../shared/constructs/lookup-placeholders';
import { referredBy } from '../../shared/constructs/referred-by';
import type { GroupPart, GroupSelector } from '../domain/groups/monitored-groups';

/** Whether it is certain that the other means all groups that this one means. */
export function isWithin(one: GroupSelector, other: GroupSelector): boolean {
  if (other.kind === 'all') return true;
  if (one.kind === 'ids') return one.groupIds.every((id) => isMeantBy(id, other));
  if (one.kind === 'vpc') return other.kind === 'vpc' && isSameId(one.vpcId, other.vpcId);
  return (
    one.kind === 'tag' && other.kind === 'tag' && one.key === other.key && one.value === other.value
  );
}

/** The same, of all that a part means. */
export function isPartWithin(one: GroupPart, other: GroupPart): boolean {
  return (
    one.include.every((selector) => other.include.some((wider) => isWithin(selector, wider))) &&
    other.exclude.every((excluded) => one.exclude.some((wider) => isWithin(excluded, wider)))
  );
}

/** Whether it is certain that no group is meant by both. */
export function isApart(one: GroupSelector, other: GroupSelector): boolean {
  if (one.kind === 'ids') return one.groupIds.every((id) => isMissedBy(id, other));
  if (other.kind === 'ids') return isApart(other, one);
  if (one.kind === 'vpc') return other.kind === 'vpc' && isOtherId(one.vpcId, other.vpcId);
  if (one.kind !== 'tag' || other.kind !== 'tag') return false;
  const areKnown = ![one.key, one.value, other.key, other.value].some(isKnownLater);
  return areKnown && one.key === other.key && one.value !== other.value;
}

/** The same, of all that two parts mean. */
export function arePartsApart(one: GroupPart, other: GroupPart): boolean {
  return one.include.every((a) =>
    other.include.every(
      (b) =>
        isApart(a, b) ||
        one.exclude.some((excluded) => isWithin(b, excluded)) ||
        other.exclude.some((excluded) => isWithin(a, excluded)) ||
        isExcludedWhole(a, b, [...one.exclude, ...other.exclude]),
    ),
  );
}

/** Of ids in both lists, one by one. */
function isExcludedWhole(
  a: GroupSelector,
  b: GroupSelector,
  exclude: readonly GroupSelector[],
): boolean {
  if (a.kind !== 'ids') return b.kind === 'ids' && isExcludedWhole(b, a, exclude);
  return a.groupIds.every(
    (id) => isMissedBy(id, b) || exclude.some((excluded) => isMeantBy(id, excluded)),
  );
}

/** Whether it is certain that the group is meant. */
export function isMeantBy(id: string, selector: GroupSelector): boolean {
  switch (selector.kind) {
    case 'ids':
      return selector.groupIds.some((other) => isSameId(id, other));
    case 'vpc':
      return isInVpc(id, selector.vpcId);
    case 'tag':
      return false;
    case 'all':
      return true;
  }
}

/** Whether it is certain that the group is not meant. */
function isMissedBy(id: string, selector: GroupSelector): boolean {
  if (selector.kind === 'ids') return selector.groupIds.every((other) => isOtherId(id, other));
  if (selector.kind !== 'vpc') return false;
  const vpcId = vpcIdOf(id);
  return vpcId !== undefined && isOtherId(vpcId, selector.vpcId);
}

/** As far as the app knows: of a group that it only names, it does not. */
function isInVpc(groupId: string, vpcId: string): boolean {
  const known = vpcIdOf(groupId);
  return known !== undefined && isSameId(known, vpcId);
}

function vpcIdOf(groupId: string): string | undefined {
  const group = referredBy(groupId);
  if (isInstanceOf(group, ec2.CfnVPC)) return group.attrVpcId;
  return isInstanceOf(group, ec2.CfnSecurityGroup) ? group.vpcId : undefined;
}

/** Whether two ids are certain to be of different things. */
function isOtherId(one: string, other: string): boolean {
  if ([one, other].some(isLookupPlaceholder)) return false;
  const [a, b] = [one, other].map(referredBy);
  if (a && b) return isResource(a) && isResource(b) && a !== b;
  return ![one, other].some(Token.isUnresolved) && one !== other;
}

/** Others, such as parameters, may have the same value. */
function isResource(target: unknown): boolean {
  return isInstanceOf(target, ec2.CfnSecurityGroup) || isInstanceOf(target, ec2.CfnVPC);
}

/** As part of a sentence. */
export function selectorText(selector: GroupSelector): string {
  switch (selector.kind) {
    case 'ids':
      return selector.groupIds.join(', ');
    case 'tag':
      return `groups tagged ${selector.key}=${selector.value}`;
    case 'vpc':
      return `groups of ${selector.vpcId}`;
    case 'all':
      return 'all groups';
  }
}
