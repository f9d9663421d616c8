import type { ApiCall } from '../../../sandbox/cloudtrail/tap';

/** One value that a call sends: `IpPermissions.1.FromPort` is a path of three. */
export interface SentParameter {
  readonly path: readonly string[];
  readonly value: string;
}

export type SentCall = Pick<ApiCall, 'service' | 'action' | 'parameters' | 'json'> &
  Partial<Pick<ApiCall, 'callerArn'>>;

/** Of a form or of JSON, whose lists are numbered from 1 as those of forms are. */
export function sentParameters({ parameters, json }: SentCall): SentParameter[] {
  if (json !== undefined) return valuesIn(json, []);
  return Object.entries(parameters).map(([name, value]) => ({ path: name.split('.'), value }));
}

function valuesIn(node: unknown, path: readonly string[]): SentParameter[] {
  if (typeof node !== 'object' || node === null) return [{ path, value: String(node) }];
  return Object.entries(node).flatMap(([name, member]) =>
    valuesIn(member, [...path, Array.isArray(node) ? String(Number(name) + 1) : name]),
  );
}

/** At paths such as `Entries.*.Source`, where `*` stands for any one name or number. */
export function valuesAt(sent: readonly SentParameter[], ...patterns: string[]): string[] {
  const paths = patterns.map((pattern) => pattern.split('.'));
  return sent
    .filter(({ path }) => paths.some((one) => one.length === path.length && leadsTo(one, path)))
    .map(({ value }) => value);
}

/** The parts that begin at paths such as `TransactItems.*.*`, each with paths of its own. */
export function partsAt(
  sent: readonly SentParameter[],
  pattern: string,
): { readonly name: string; readonly sent: readonly SentParameter[] }[] {
  const start = pattern.split('.');
  const parts = new Map<string, SentParameter[]>();
  for (const { path, value } of sent) {
    if (path.length <= start.length || !leadsTo(start, path)) continue;
    const place = path.slice(0, start.length).join('.');
    const part = parts.get(place) ?? [];
    parts.set(place, [...part, { path: path.slice(start.length), value }]);
  }
  return [...parts].map(([place, part]) => ({ name: place.split('.').at(-1) ?? '', sent: part }));
}

function leadsTo(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.every((name, index) => name === '*' || name === path[index]);
}
