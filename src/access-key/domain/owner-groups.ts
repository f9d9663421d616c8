import { ROOT_USER } from './credential-report';
import { countByClass, type KeyReport, type OwnerCount, type ReportedKey } from './key-report';
import { type KnownOwner, NO_OWNER, type Owner } from './owner';

/** The keys of one owner, or those that have none, or of which it is not known. */
export interface OwnerGroup<Key extends ReportedKey = ReportedKey> {
  readonly kind: Owner['kind'];
  /** Of an owner that is known. */
  readonly name?: string;
  readonly keys: readonly Key[];
}

/** The report of a sentry that looks for owners: its keys by owner, and counted by owner. */
export function reportByOwner(report: KeyReport): KeyReport {
  const { findings, keys: looked } = report.survey;
  const owners = new Map(
    [...findings, ...looked].flatMap(({ userName, owner }) =>
      owner ? [[userName, owner] as const] : [],
    ),
  );
  const keys = report.keys.map((key) => ({
    ...key,
    owner: ownerFor(key, owners.get(key.userName)),
  }));
  const groups = groupByOwner(keys);
  return { ...report, keys: groups.flatMap((group) => group.keys), owners: countByOwner(groups) };
}

/** One that was read once is no guess, where it cannot be read now. */
function ownerFor(key: ReportedKey, seen: Owner | undefined): Owner {
  if (seen && seen.kind !== 'unknown') return seen;
  return key.step?.owner ?? seen ?? ownerOfUnseen(key);
}

/** Such as one whose key is gone, and of whom no earlier run knew an owner. */
function ownerOfUnseen({ userName }: ReportedKey): Owner {
  if (userName === ROOT_USER) return NO_OWNER;
  return { kind: 'unknown', reason: 'this run had no reason to look at its user' };
}

/**
 * The owners whose keys are the most urgent come first, and the keys without an owner last. Within
 * a group, keys stay in their order.
 */
export function groupByOwner<Key extends ReportedKey>(keys: readonly Key[]): OwnerGroup<Key>[] {
  const groups = new Map<string, { readonly owner: Owner; readonly keys: Key[] }>();
  for (const key of keys) {
    const owner = key.owner ?? NO_OWNER;
    const id = owner.kind === 'known' ? `known ${owner.name}` : owner.kind;
    const group = groups.get(id) ?? { owner, keys: [] };
    group.keys.push(key);
    groups.set(id, group);
  }
  return [...groups.values()]
    .map(({ owner, keys: owned }) => ({
      kind: owner.kind,
      ...(owner.kind === 'known' && { name: owner.name }),
      keys: owned,
      urgency: owned.map(urgencyOf).reduce((least, urgency) => Math.min(least, urgency)),
    }))
    .sort(mostUrgentFirst)
    .map(({ urgency: _, ...group }) => group);
}

export function countByOwner(groups: readonly OwnerGroup[]): OwnerCount[] {
  return groups.map(({ keys, ...group }) => ({
    ...group,
    keys: keys.length,
    counts: countByClass({ keys }),
  }));
}

/**
 * Users of whom no owner is known, or could be read: 0 where none is looked for. The root user has
 * none.
 */
export function usersWithoutOwner({ keys }: Pick<KeyReport, 'keys'>): number {
  const users = keys.filter(
    ({ userName, owner }) => owner && owner.kind !== 'known' && userName !== ROOT_USER,
  );
  return new Set(users.map(({ userName }) => userName)).size;
}

/** Where the owners of the keys come from: one can be named by more than one rule. */
export function sourcesOf({ keys }: OwnerGroup): Pick<KnownOwner, 'source' | 'tagKey'>[] {
  const sources = new Map(
    keys.flatMap(({ owner }) =>
      owner?.kind === 'known' ? [[`${owner.source} ${owner.tagKey}`, owner] as const] : [],
    ),
  );
  return [...sources.values()];
}

const RANK: Readonly<Record<Owner['kind'], number>> = { known: 0, unknown: 1, none: 2 };

interface RatedGroup extends OwnerGroup {
  readonly urgency: number;
}

function mostUrgentFirst(one: RatedGroup, other: RatedGroup): number {
  return (
    RANK[one.kind] - RANK[other.kind] ||
    one.urgency - other.urgency ||
    (one.name ?? '').localeCompare(other.name ?? '')
  );
}

/** No time of JavaScript is later. */
const AFTER_ALL_TIMES = 8_640_000_000_000_000;

/** Whether one of the keys is to be deactivated or deleted, or people are asked, or it failed. */
export function isStepToCome(keys: readonly ReportedKey[]): boolean {
  return keys.some((key) => urgencyOf(key) <= AFTER_ALL_TIMES);
}

/** Lower is more urgent: what fails or waits for people, then what comes next, then the rest. */
function urgencyOf({ finding, step }: ReportedKey): number {
  switch (step?.report.kind) {
    case 'failed':
    case 'asked':
      return -AFTER_ALL_TIMES;
    case 'notice':
    case 'wait':
    case 'would':
      return step.report.dueAt.getTime();
    default:
      return AFTER_ALL_TIMES + (finding?.classes.includes('too-old') ? 1 : 2);
  }
}
