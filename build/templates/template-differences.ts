import { createHash } from 'node:crypto';
import * as z from 'zod/mini';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

const Template = z.looseObject({
  Resources: z.record(z.string(), z.unknown()),
  Outputs: z.optional(z.record(z.string(), z.unknown())),
});

/** What is put aside before two templates are compared. */
export type Comparison = 'exact' | 'renamed';

/**
 * The differences between two templates, a line each. `exact` puts the hashes of assets aside;
 * `renamed` also logical ids, names that the CDK derives from the paths of constructs, and the
 * order of statements in policies.
 */
export function templateDifferences(
  before: string,
  after: string,
  comparison: Comparison,
): string[] {
  const [old, now] = [before, after].map((text) => withoutAssetHashes(text));
  return comparison === 'exact'
    ? exactDifferences(parts(old!), parts(now!))
    : renamedDifferences(old!, now!);
}

function withoutAssetHashes(text: string): string {
  return text.replace(/\b[0-9a-f]{64}\b/g, '<asset>');
}

const sectionSchema = z.union([z.string(), z.record(z.string(), z.unknown())]);

/** One entry for each resource, output and parameter, and one for a section that is a text. */
function parts(text: string): Map<string, string> {
  const template = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  return new Map(
    Object.entries(template).flatMap(([section, content]) => {
      const entries = sectionSchema.parse(content);
      if (typeof entries === 'string') return [[section, entries] as const];
      return Object.entries(entries).map(
        ([id, entry]) => [`${section}/${id}`, sorted(entry as Json)] as const,
      );
    }),
  );
}

function exactDifferences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const missing = [...before.keys()]
    .filter((id) => !after.has(id))
    .map((id) => `only before: ${id}`);
  const added = [...after.keys()].filter((id) => !before.has(id)).map((id) => `only after: ${id}`);
  const changed = [...before]
    .filter(([id, entry]) => after.has(id) && after.get(id) !== entry)
    .map(([id]) => `changed: ${id}`);
  return [...missing, ...added, ...changed];
}

/**
 * Rounds in which what a resource refers to becomes a part of what it is; more than the longest
 * chain of references.
 */
const ROUNDS = 12;

/**
 * A resource is known by what it says, and by what it refers to says, however each is called. The
 * first round that finds a difference names the resources that differ themselves; later ones would
 * add all that refer to them.
 */
function renamedDifferences(before: string, after: string): string[] {
  const [old, now] = [before, after].map(fingerprints);
  for (let round = 0; round < ROUNDS; round += 1) {
    const differences = [
      ...unmatched(old![round]!, now![round]!, 'only before'),
      ...unmatched(now![round]!, old![round]!, 'only after'),
    ];
    if (differences.length > 0) return differences;
  }
  return [];
}

function unmatched(
  these: ReadonlyMap<string, string[]>,
  others: ReadonlyMap<string, string[]>,
  title: string,
): string[] {
  return [...these].flatMap(([fingerprint, ids]) =>
    ids.slice(others.get(fingerprint)?.length ?? 0).map((id) => `${title}: ${id}`),
  );
}

/** For each round, the ids of the parts by their fingerprint. */
function fingerprints(text: string): Map<string, string[]>[] {
  const { Resources: resources, Outputs: outputs = {} } = Template.parse(JSON.parse(text));
  const bodies = Object.entries(withoutDerivedNames({ ...resources, ...outputs } as JsonObject));
  const rounds = [new Map(Object.keys(resources).map((id) => [id, 'resource']))];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(
      new Map(bodies.map(([id, body]) => [id, digest(relabelled(body, rounds[round]!))])),
    );
  }
  return rounds.slice(1).map((labels) => grouped([...labels].map(([id, label]) => [label, id])));
}

function grouped(entries: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of entries) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}

const DERIVED_KEYS = ['PolicyName', 'Sid', 'aws:cdk:path', 'aws:asset:path', 'aws:asset:property'];

function withoutDerivedNames<T extends Json>(value: T): T;
function withoutDerivedNames(value: Json): Json {
  if (typeof value === 'string') {
    return value.replace(/[A-Za-z][\w-]*?[0-9A-F]{8}(?![0-9A-Fa-f])/g, '<derived>');
  }
  if (Array.isArray(value)) return value.map((entry: Json) => withoutDerivedNames(entry));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      DERIVED_KEYS.includes(key) ? [] : [[key, references(key, entry)]],
    ),
  );
}

/** The ids in references stay as they are: they are labelled, not put aside. */
function references(key: string, value: Json): Json {
  return ['Ref', 'Fn::GetAtt', 'DependsOn'].includes(key) ? value : withoutDerivedNames(value);
}

function relabelled(value: Json, labels: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((entry) => relabelled(entry, labels));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      if (key === 'Ref' && typeof entry === 'string') return [key, labels.get(entry) ?? entry];
      if (key === 'Fn::GetAtt' && Array.isArray(entry)) {
        return [key, [labels.get(String(entry[0])) ?? entry[0]!, ...entry.slice(1)]];
      }
      if (key === 'DependsOn') {
        return [
          key,
          [entry]
            .flat()
            .map((id) => labels.get(String(id)) ?? id)
            .sort(),
        ];
      }
      if (key === 'Statement' && Array.isArray(entry)) {
        return [key, entry.map((statement) => sorted(relabelled(statement, labels))).sort()];
      }
      return [key, relabelled(entry, labels)];
    }),
  );
}

function digest(value: Json): string {
  return createHash('sha256').update(sorted(value)).digest('hex');
}

function sorted(value: Json): string {
  const byKey = (entry: JsonObject) =>
    Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(value, (_key, entry: Json) => (isObject(entry) ? byKey(entry) : entry));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
