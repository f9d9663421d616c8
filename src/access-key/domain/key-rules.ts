import { type AccessKey, isOlderThan, type LastUse } from './access-key';

/** Which keys are listed. All ages are in days. */
export interface KeyRules {
  readonly maxKeyAge: number;
  /** How long before `maxKeyAge` a key is listed as about to become too old. */
  readonly warnBefore?: number;
  readonly maxUnusedAge?: number;
  /** How old a key may be without ever having been used. */
  readonly neverUsedGrace?: number;
  readonly includeInactive: boolean;
}

/** Why a key is listed. */
export type FindingClass = 'too-old' | 'soon-too-old' | 'unused' | 'never-used';

/** All classes that the key falls into. What is unknown of its use puts it into none. */
export function classify(
  key: Pick<AccessKey, 'status' | 'createdAt'>,
  lastUse: LastUse,
  rules: KeyRules,
  now: Date,
): FindingClass[] {
  if (!isConsidered(key, rules)) return [];
  return [...ageClasses(key, rules, now), ...useClasses(key, lastUse, rules, now)];
}

export function isConsidered({ status }: Pick<AccessKey, 'status'>, rules: KeyRules): boolean {
  return status === 'Active' || rules.includeInactive;
}

export function ageClasses(
  { createdAt }: Pick<AccessKey, 'createdAt'>,
  rules: KeyRules,
  now: Date,
): FindingClass[] {
  if (isOlderThan(createdAt, rules.maxKeyAge, now)) return ['too-old'];
  return rules.warnBefore !== undefined &&
    isOlderThan(createdAt, rules.maxKeyAge - rules.warnBefore, now)
    ? ['soon-too-old']
    : [];
}

function useClasses(
  { createdAt }: Pick<AccessKey, 'createdAt'>,
  lastUse: LastUse,
  rules: KeyRules,
  now: Date,
): FindingClass[] {
  if (lastUse.kind === 'used') {
    return rules.maxUnusedAge !== undefined && isOlderThan(lastUse.at, rules.maxUnusedAge, now)
      ? ['unused']
      : [];
  }
  if (lastUse.kind === 'unknown' || rules.neverUsedGrace === undefined) return [];
  return isOlderThan(createdAt, rules.neverUsedGrace, now) ? ['never-used'] : [];
}

/**
 * The youngest age in days at which a key can be listed at all: nothing about a younger one can
 * matter.
 */
export function youngestListedAge(rules: KeyRules): number {
  return Math.min(
    rules.maxKeyAge - (rules.warnBefore ?? 0),
    rules.maxUnusedAge ?? Infinity,
    rules.neverUsedGrace ?? Infinity,
  );
}

/** Whether the key's use can put it into a class, so that it has to be looked up. */
export function dependsOnUse(
  { createdAt }: Pick<AccessKey, 'createdAt'>,
  rules: KeyRules,
  now: Date,
): boolean {
  return isOlderThan(
    createdAt,
    Math.min(rules.maxUnusedAge ?? Infinity, rules.neverUsedGrace ?? Infinity),
    now,
  );
}
