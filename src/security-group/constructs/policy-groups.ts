import { readableText } from './readable-text';
import { arePartsApart, isWithin, selectorText } from './selectors';
import {
  type GroupPart,
  type GroupSelector,
  type MonitoredGroups,
  partsOf,
} from '../domain/groups/monitored-groups';
import type { Policy } from '../domain/policies/policy';

/** Throws for a policy that would do nothing, and for monitored groups that no policy is for. */
export function refuseUselessGroups(
  sentry: string,
  monitoredGroups: MonitoredGroups,
  policies: readonly Policy[],
): void {
  for (const policy of policies) {
    if (policy.appliesTo) refuseUnwatched(sentry, monitoredGroups, policy.appliesTo);
  }
  refuseUncovered(sentry, monitoredGroups, policies);
}

function refuseUnwatched(
  sentry: string,
  monitoredGroups: MonitoredGroups,
  appliesTo: MonitoredGroups,
): void {
  const where = `${sentry}: "appliesTo" of a policy`;
  const parts = partsOf(appliesTo);
  if (parts.some(({ include, exclude }) => exclude.length === 0 && include.some(isAll))) {
    throw new Error(
      `${where} is MonitoredGroups.all(), as if it were not there: leave it out, and the policy is for all groups that the sentry watches.`,
    );
  }
  const useless = parts.flatMap((part) =>
    part.include.flatMap((selector) => unwatched(selector, part, partsOf(monitoredGroups))),
  );
  if (useless.length === 0) return;
  throw new Error(
    readableText(
      `${where} names ${useless.map(selectorText).join(', ')}, which the sentry does not watch: add it to "monitoredGroups", or leave it out.`,
    ),
  );
}

function isAll({ kind }: GroupSelector): boolean {
  return kind === 'all';
}

/** The part of a selector of which it is certain that no monitored group is meant by it. */
function unwatched(
  selector: GroupSelector,
  { exclude }: GroupPart,
  monitored: readonly GroupPart[],
): GroupSelector[] {
  const isUnwatched = (one: GroupSelector) =>
    monitored.every((part) => arePartsApart({ include: [one], exclude }, part));
  if (selector.kind !== 'ids') return isUnwatched(selector) ? [selector] : [];
  const groupIds = selector.groupIds.filter((id) => isUnwatched({ kind: 'ids', groupIds: [id] }));
  return groupIds.length > 0 ? [{ kind: 'ids', groupIds }] : [];
}

function refuseUncovered(
  sentry: string,
  monitoredGroups: MonitoredGroups,
  policies: readonly Policy[],
): void {
  const covering = policies.flatMap(({ appliesTo }) => (appliesTo ? [partsOf(appliesTo)] : []));
  if (covering.length < policies.length) return;
  const uncovered = partsOf(monitoredGroups).flatMap((part) =>
    part.include.flatMap((selector) => uncoveredIn(selector, part, covering.flat())),
  );
  if (uncovered.length === 0) return;
  throw new Error(
    readableText(
      `${sentry}: no policy is for ${uncovered.map(selectorText).join(', ')}, so nothing would be judged there: name it in "appliesTo" of a policy, or leave it out of "monitoredGroups".`,
    ),
  );
}

function uncoveredIn(
  selector: GroupSelector,
  { exclude }: GroupPart,
  covering: readonly GroupPart[],
): GroupSelector[] {
  const isUncovered = (one: GroupSelector) =>
    !exclude.some((excluded) => isWithin(one, excluded)) &&
    covering.every((part) => arePartsApart({ include: [one], exclude }, part));
  if (selector.kind !== 'ids') return isUncovered(selector) ? [selector] : [];
  const groupIds = selector.groupIds.filter((id) => isUncovered({ kind: 'ids', groupIds: [id] }));
  return groupIds.length > 0 ? [{ kind: 'ids', groupIds }] : [];
}
