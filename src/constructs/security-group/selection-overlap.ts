import type { GroupSelector, MonitoredGroups } from '../../domain/security-group/monitored-groups';

/** Groups that both selections are certain to mean, in words; undefined where there may be none. */
export function findOverlap(one: MonitoredGroups, other: MonitoredGroups): string | undefined {
  return one.include.flatMap((a) => other.include.flatMap((b) => overlapOf(a, b, [...one.exclude, ...other.exclude]) ?? []))[0];
}

function overlapOf(a: GroupSelector, b: GroupSelector, exclude: readonly GroupSelector[]): string | undefined {
  const ids = idsOfBoth(a, b);
  if (ids) return exclude.every(({ kind }) => kind === 'ids') ? ids.find((id) => !exclude.some((selector) => selector.kind === 'ids' && selector.groupIds.includes(id))) : undefined;
  // Of many groups, a few left out leave others; a whole kind left out may leave none.
  if (exclude.some(({ kind }) => kind !== 'ids')) return undefined;
  if (a.kind === 'all') return inWords(b);
  if (b.kind === 'all') return inWords(a);
  if (a.kind === 'vpc' && b.kind === 'vpc' && a.vpcId === b.vpcId) return inWords(a);
  return a.kind === 'tag' && b.kind === 'tag' && a.key === b.key && a.value === b.value ? inWords(a) : undefined;
}

function idsOfBoth(a: GroupSelector, b: GroupSelector): readonly string[] | undefined {
  if (a.kind === 'ids' && b.kind === 'ids') return a.groupIds.filter((id) => b.groupIds.includes(id));
  if (a.kind === 'ids' && b.kind === 'all') return a.groupIds;
  return a.kind === 'all' && b.kind === 'ids' ? b.groupIds : undefined;
}

function inWords(selector: GroupSelector): string {
  switch (selector.kind) {
    case 'ids': return selector.groupIds.join(', ');
    case 'tag': return `groups tagged ${selector.key}=${selector.value}`;
    case 'vpc': return `groups of ${selector.vpcId}`;
    case 'all': return 'all groups';
  }
}
