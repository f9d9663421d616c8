import { readableText } from './readable-text';
import { isApart, selectorText } from './selectors';
import {
  type GroupSelector,
  type MonitoredGroups,
  partsOf,
} from '../domain/groups/monitored-groups';

/** Throws where it is certain that a selection is the same without these groups. */
export function refuseUselessExclusion(
  selection: MonitoredGroups,
  excluded: readonly GroupSelector[],
): void {
  const useless = excluded.find((selector) =>
    partsOf(selection).every(
      ({ include, exclude }) => isAmong(selector, exclude) || isSurelyNotIn(selector, include),
    ),
  );
  if (!useless) return;
  throw new Error(
    readableText(
      `excluding() would do nothing for ${selectorText(useless)}, which the selection does not choose, or leaves out already: take it out.`,
    ),
  );
}

function isAmong(selector: GroupSelector, others: readonly GroupSelector[]): boolean {
  if (selector.kind !== 'ids') {
    return others.some((other) => JSON.stringify(other) === JSON.stringify(selector));
  }
  const known = others.flatMap((other) => (other.kind === 'ids' ? other.groupIds : []));
  return selector.groupIds.every((id) => known.includes(id));
}

/** A group has the tags that it has today, and others tomorrow. */
function isSurelyNotIn(selector: GroupSelector, include: readonly GroupSelector[]): boolean {
  return selector.kind !== 'tag' && include.every((other) => isApart(selector, other));
}
