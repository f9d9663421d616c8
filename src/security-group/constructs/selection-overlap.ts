import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isSameId, targetOf } from './group-reference';
import { readableText } from './readable-text';
import type { GroupSelector, MonitoredGroups } from '../domain/groups/monitored-groups';

/** Groups that both selections are certain to mean, in words; undefined where there may be none. */
export function findOverlap(one: MonitoredGroups, other: MonitoredGroups): string | undefined {
  const [overlap] = one.include.flatMap((a) =>
    other.include.flatMap((b) => overlapOf(a, b, [...one.exclude, ...other.exclude]) ?? []),
  );
  return overlap === undefined ? undefined : readableText(overlap);
}

function overlapOf(
  a: GroupSelector,
  b: GroupSelector,
  exclude: readonly GroupSelector[],
): string | undefined {
  const ids = idsOfBoth(a, b);
  if (ids) {
    return exclude.every(({ kind }) => kind === 'ids')
      ? ids.find((id) => !exclude.some((selector) => isNamedBy(id, selector)))
      : undefined;
  }
  // Of many groups, a few left out leave others; a whole kind left out may leave none.
  if (exclude.some(({ kind }) => kind !== 'ids')) return undefined;
  if (a.kind === 'all') return inWords(b);
  if (b.kind === 'all') return inWords(a);
  if (a.kind === 'vpc' && b.kind === 'vpc' && isSameId(a.vpcId, b.vpcId)) return inWords(a);
  return a.kind === 'tag' && b.kind === 'tag' && a.key === b.key && a.value === b.value
    ? inWords(a)
    : undefined;
}

function idsOfBoth(a: GroupSelector, b: GroupSelector): readonly string[] | undefined {
  if (a.kind === 'ids' && b.kind === 'ids') return a.groupIds.filter((id) => isNamedBy(id, b));
  if (a.kind === 'ids') return idsMeantBy(b, a.groupIds);
  return b.kind === 'ids' ? idsMeantBy(a, b.groupIds) : undefined;
}

function idsMeantBy(
  selector: GroupSelector,
  groupIds: readonly string[],
): readonly string[] | undefined {
  if (selector.kind === 'all') return groupIds;
  return selector.kind === 'vpc' ? groupIds.filter((id) => isInVpc(id, selector.vpcId)) : undefined;
}

/** As far as the app knows: of a group that it only names, it does not. */
function isInVpc(groupId: string, vpcId: string): boolean {
  const group = targetOf(groupId);
  return (
    group instanceof ec2.CfnSecurityGroup &&
    group.vpcId !== undefined &&
    isSameId(group.vpcId, vpcId)
  );
}

function isNamedBy(id: string, selector: GroupSelector): boolean {
  return selector.kind === 'ids' && selector.groupIds.some((other) => isSameId(id, other));
}

function inWords(selector: GroupSelector): string {
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
