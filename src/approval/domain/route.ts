import type { Route } from './approval-configuration';
import type { RequestLabels } from './request-labels';

/** A request keeps this of the route that was found for it: no one is asked in two channels. */
export interface FoundRoute {
  readonly name: string;
  readonly channelId: string;
}

/** The first that is for the labels; undefined where the workflow's own approvers decide. */
export function routeFor(
  labels: RequestLabels = {},
  routes: readonly Route[] = [],
): Route | undefined {
  return routes.find((route) => isOfPlace(route, labels) && hasTags(route, labels));
}

/** A route that names no place is for all. */
function isOfPlace({ accounts, units: within }: Route, labels: RequestLabels): boolean {
  const { account, units = [] } = labels;
  if (accounts.length + within.length === 0) return true;
  return (
    (account !== undefined && accounts.includes(account)) ||
    units.some((unit) => within.includes(unit))
  );
}

function hasTags({ tags = [] }: Route, labels: RequestLabels): boolean {
  const own = new Map(Object.entries(labels.tags ?? {}));
  return tags.every(({ key, values }) => {
    const value = own.get(key);
    return value !== undefined && values.includes(value);
  });
}
