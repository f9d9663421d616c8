import type { GroupDetails } from './group';

/** One way of saying which groups are meant. */
export type GroupSelector =
  | { readonly kind: 'ids'; readonly groupIds: readonly string[] }
  | { readonly kind: 'tag'; readonly key: string; readonly value: string }
  | { readonly kind: 'vpc'; readonly vpcId: string }
  | { readonly kind: 'all' };

/** Groups that any of `include` means, but those that any of `exclude` means. */
export interface GroupPart {
  readonly include: readonly GroupSelector[];
  readonly exclude: readonly GroupSelector[];
}

/**
 * The groups that a sentry watches, or a policy is for: those that any part means. What one part
 * excludes, another may mean all the same.
 */
export interface MonitoredGroups {
  /** Of the first part, as parameters have had it since before there were others. */
  readonly include: GroupPart['include'];
  readonly exclude: GroupPart['exclude'];
  /** Further parts, each with exclusions of its own. */
  readonly others?: readonly GroupPart[];
}

export function partsOf({ include, exclude, others = [] }: MonitoredGroups): readonly GroupPart[] {
  return [{ include, exclude }, ...others];
}

/** All ways by which groups are chosen, whatever is excluded from them. */
export function selectorsOf(selection: MonitoredGroups): readonly GroupSelector[] {
  return partsOf(selection).flatMap(({ include }) => include);
}

/**
 * Whether the group is meant, by what it is now. A group that was adopted stays monitored whatever
 * its tags say later.
 */
export function isSelected(group: GroupDetails, selection: MonitoredGroups): boolean {
  return isSelectedBy(selection, {
    includes: (selector) => means(selector, group),
    excludes: (selector) => means(selector, group),
  });
}

/** Says of a selector whether it includes a group, and whether it excludes it. */
export interface Speaking {
  includes(selector: GroupSelector): boolean;
  excludes(selector: GroupSelector): boolean;
}

export function isSelectedBy(
  selection: MonitoredGroups,
  { includes, excludes }: Speaking,
): boolean {
  return partsOf(selection).some(
    ({ include, exclude }) => include.some(includes) && !exclude.some(excludes),
  );
}

/** Decides by the id alone: undefined where the group itself has to be looked at. */
export function isSelectedById(groupId: string, selection: MonitoredGroups): boolean | undefined {
  const decided = partsOf(selection).map((part) => isInPartById(groupId, part));
  if (decided.includes(true)) return true;
  return decided.includes(undefined) ? undefined : false;
}

function isInPartById(groupId: string, { include, exclude }: GroupPart): boolean | undefined {
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
export function decisiveTagKeys(selection: MonitoredGroups): string[] {
  return partsOf(selection).flatMap(({ include, exclude }) =>
    [...include, ...exclude].flatMap((selector) => (selector.kind === 'tag' ? [selector.key] : [])),
  );
}

/**
 * Keys of the tags for which the group is not meant: those it would need, and those it should not
 * have.
 */
export function keysThatExclude(group: GroupDetails, selection: MonitoredGroups): string[] {
  return partsOf(selection).flatMap(({ include, exclude }) => {
    const excluding = exclude.filter((selector) => means(selector, group));
    const lacking = include.some((selector) => means(selector, group)) ? [] : include;
    return decisiveTagKeys({ include: lacking, exclude: excluding });
  });
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
