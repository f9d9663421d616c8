import type { Route } from './approval-configuration';

type RouteTags = NonNullable<Route['tags']>;

/**
 * The earlier routes that are together for all that a route is for, so that it is never reached.
 * Undefined where something is left for it.
 */
export function routesInFrontOf(route: Route, earlier: readonly Route[]): Route[] | undefined {
  const inFront = new Set<Route>();
  for (const place of placesOf(route)) {
    const there = earlier.filter((one) => isForPlace(one, place));
    const taking = takingAll(route.tags ?? [], there);
    if (!taking) return undefined;
    taking.forEach((one) => inFront.add(one));
  }
  return earlier.filter((one) => inFront.has(one));
}

/** Undefined for any place, or none. */
function placesOf({ accounts, units }: Route): readonly (string | undefined)[] {
  return accounts.length + units.length === 0 ? [undefined] : [...accounts, ...units];
}

/** Within a root is all of an organization. */
function isForPlace({ accounts, units }: Route, place: string | undefined): boolean {
  if (accounts.length + units.length === 0) return true;
  if (place === undefined) return false;
  return (
    accounts.includes(place) || units.includes(place) || units.some((unit) => unit.startsWith('r-'))
  );
}

function takingAll(tags: RouteTags, earlier: readonly Route[]): Route[] | undefined {
  let left: RouteTags[] = [tags];
  const taking: Route[] = [];
  for (const one of earlier) {
    const taken = one.tags ?? [];
    if (!left.some((each) => meet(each, taken))) continue;
    taking.push(one);
    left = left.flatMap((each) => without(each, taken));
    if (left.length === 0) return taking;
  }
  return undefined;
}

/**
 * What is left of some tags without those that an earlier route takes: for each of its keys, what
 * has another value of that one, and the same of those before it.
 */
function without(tags: RouteTags, taken: RouteTags): RouteTags[] {
  if (!meet(tags, taken)) return [tags];
  return taken.flatMap(({ key, values }, index) => {
    const common = inCommon(tags, taken.slice(0, index));
    const others = withValues(common, key, (value) => !values.includes(value));
    return valuesOf(others, key).length > 0 ? [others] : [];
  });
}

/** Of each key that the earlier one names, only its values. */
function inCommon(tags: RouteTags, taken: RouteTags): RouteTags {
  return taken.reduce(
    (common, { key, values }) => withValues(common, key, (value) => values.includes(value)),
    tags,
  );
}

/** A key that only the earlier one names leaves whatever has another value of it, or none. */
function meet(tags: RouteTags, taken: RouteTags): boolean {
  return taken.every(({ key, values }) =>
    valuesOf(tags, key).some((value) => values.includes(value)),
  );
}

function withValues(tags: RouteTags, key: string, isKept: (value: string) => boolean): RouteTags {
  return tags.map((tag) => (tag.key === key ? { key, values: tag.values.filter(isKept) } : tag));
}

function valuesOf(tags: RouteTags, key: string): readonly string[] {
  return tags.find((tag) => tag.key === key)?.values ?? [];
}
