import type { Route } from './approval-configuration';
import type { RequestLabels } from './request-labels';

/** A request keeps this of the route that was found for it: no one is asked in two channels. */
export interface FoundRoute {
  readonly name: string;
  readonly channelId: string;
}

/** The first that is for the labels; undefined where the workflow's own approvers decide. */
export function routeFor(
  { account, units = [] }: RequestLabels = {},
  routes: readonly Route[] = [],
): Route | undefined {
  return routes.find(
    (route) =>
      (account !== undefined && route.accounts.includes(account)) ||
      units.some((unit) => route.units.includes(unit)),
  );
}
