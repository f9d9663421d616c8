import { isSameId } from './group-reference';
import { readableText } from './readable-text';
import { isMeantBy, isWithin, selectorText } from './selectors';
import {
  type GroupPart,
  type GroupSelector,
  type MonitoredGroups,
  partsOf,
} from '../domain/groups/monitored-groups';

/** Groups that both selections are certain to mean, in words; undefined where there may be none. */
export function findOverlap(one: MonitoredGroups, other: MonitoredGroups): string | undefined {
  const [overlap] = partsOf(one).flatMap((a) =>
    partsOf(other).flatMap((b) => overlapOfParts(a, b) ?? []),
  );
  return overlap === undefined ? undefined : readableText(overlap);
}

function overlapOfParts(one: GroupPart, other: GroupPart): string | undefined {
  const exclude = [...one.exclude, ...other.exclude];
  const [overlap] = one.include.flatMap((a) =>
    other.include.flatMap((b) => overlapOf(a, b, exclude) ?? []),
  );
  return overlap;
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
  if (isWithin(b, a)) return selectorText(b);
  return isWithin(a, b) ? selectorText(a) : undefined;
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
  return selector.kind === 'tag' ? undefined : groupIds.filter((id) => isMeantBy(id, selector));
}

function isNamedBy(id: string, selector: GroupSelector): boolean {
  return selector.kind === 'ids' && selector.groupIds.some((other) => isSameId(id, other));
}
