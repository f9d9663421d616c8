import type { GroupDetails } from './group';

/** One way of saying which groups are meant. */
export type GroupSelector =
  | { readonly kind: 'ids'; readonly groupIds: readonly string[] }
  | { readonly kind: 'tag'; readonly key: string; readonly value: string }
  | { readonly kind: 'vpc'; readonly vpcId: string }
  | { readonly kind: 'all' };

/**
 * The groups that a sentry watches: those that any of `include` means, but those that any of
 * `exclude` means.
 */
export interface MonitoredGroups {
  readonly include: readonly GroupSelector[];
  readonly exclude: readonly GroupSelector[];
}

/**
 * Whether the group is meant, by what it is now. A group that was adopted stays monitored whatever
 * its tags say later.
 */
export function isSelected(group: GroupDetails, { include, exclude }: MonitoredGroups): boolean {
  return (
    include.some((selector) => means(selector, group)) &&
    !exclude.some((selector) => means(selector, group))
  );
}

/** Decides by the id alone: undefined where the group itself has to be looked at. */
export function isSelectedById(
  groupId: string,
  { include, exclude }: MonitoredGroups,
): boolean | undefined {
  if (exclude.some((selector) => namesId(selector, groupId))) return false;
  if (include.every(({ kind }) => kind === 'ids')) {
    if (!include.some((selector) => namesId(selector, groupId))) return false;
    return exclude.every(({ kind }) => kind === 'ids') ? true : undefined;
  }
  if (exclude.some(({ kind }) => kind !== 'ids')) return undefined;
  return include.some((selector) => namesId(selector, groupId) || selector.kind === 'all')
    ? true
    : undefined;
}

/** Keys of the tags by which groups are chosen. */
export function decisiveTagKeys({ include, exclude }: MonitoredGroups): string[] {
  return [...include, ...exclude].flatMap((selector) =>
    selector.kind === 'tag' ? [selector.key] : [],
  );
}

/**
 * Keys of the tags for which the group is not meant: those it would need, and those it should not
 * have.
 */
export function keysThatExclude(
  group: GroupDetails,
  { include, exclude }: MonitoredGroups,
): string[] {
  const excluding = exclude.filter((selector) => means(selector, group));
  const lacking = include.some((selector) => means(selector, group)) ? [] : include;
  return decisiveTagKeys({ include: lacking, exclude: excluding });
}

/** Whether the group is one that this selector speaks of. */
export function means(selector: GroupSelector, { id, vpcId, tags }: GroupDetails): boolean {
  switch (selector.kind) {
    case 'ids':
      return selector.groupIds.includes(id);
    case 'tag':
      return (
        tags?.some(({ key, value }) => key === selector.key && value === selector.value) ?? false
      );
    case 'vpc':
      return vpcId === selector.vpcId;
    case 'all':
      return true;
  }
}

function namesId(selector: GroupSelector, groupId: string): boolean {
  return selector.kind === 'ids' && selector.groupIds.includes(groupId);
}
