import type { Route } from '../domain/approval-configuration';
import { MOST_TAG_LABELS } from '../domain/request-labels';

/** A request carries only so many. */
export function refuseManyTagKeys(workflow: string, routes: readonly Route[]): void {
  const keys = new Set(routes.flatMap(({ tags = [] }) => tags.map(({ key }) => key)));
  if (keys.size <= MOST_TAG_LABELS) return;
  throw new Error(
    `${workflow}: "routes" name ${keys.size} keys of tags, and a request carries ${MOST_TAG_LABELS}: route by fewer.`,
  );
}

/** Whether all that has the tags of one route has those of the other. */
export function coversTags({ tags = [] }: Route, { tags: others = [] }: Route): boolean {
  return tags.every(({ key, values }) => {
    const other = others.find((one) => one.key === key);
    return other?.values.every((value) => values.includes(value)) ?? false;
  });
}

/** A tag that both name, where what has it can be of both. */
export function sharedTag({ tags = [] }: Route, { tags: others = [] }: Route): string | undefined {
  const shared = tags.map(({ key, values }) => {
    const other = others.find((one) => one.key === key);
    const value = values.find((one) => other?.values.includes(one));
    return value === undefined ? undefined : `${key}=${value}`;
  });
  const isBoth = tags.length === others.length && shared.every((one) => one !== undefined);
  return isBoth ? shared[0] : undefined;
}
