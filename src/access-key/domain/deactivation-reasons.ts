import { type AccessKeyWithUse, daysBetween, isOlderThan } from './access-key';

export const DEACTIVATION_REASONS = ['too-old', 'unused', 'never-used'] as const;

/** Why an active key is deactivated. A key can have several reasons. */
export type DeactivationReason = (typeof DEACTIVATION_REASONS)[number];

/** Those that end when the key is used. */
export const REASONS_OF_USE = ['unused', 'never-used'] as const satisfies DeactivationReason[];

/** From which age on each reason holds, in days; absent: it is none. */
export interface DeactivationLimits {
  /** An active key older than this is deactivated. */
  readonly deactivateAfter?: number;
  /** An active key that was not used for longer than this is deactivated. */
  readonly deactivateUnusedAfter?: number;
  /** An active key that was never used is deactivated once it is older than this. */
  readonly deactivateNeverUsedAfter?: number;
}

/** A reason that holds, as reports show it. */
export interface StandingReason {
  readonly kind: DeactivationReason;
  /** Whole days: the age of the key; with `unused`, the time since its last use. */
  readonly days: number;
  /** When SNS accepted its notice; absent: its notice was not given, or does not count any more. */
  readonly noticeAt?: Date;
}

/**
 * Whether a reason held at a time, by what is known of the key now: its last use shows hours late.
 * A last use that is unknown is no reason.
 */
export function heldAt(
  kind: DeactivationReason,
  key: AccessKeyWithUse,
  limits: DeactivationLimits,
  time: Date,
): boolean {
  const since = sinceWhen(kind, key);
  const days = limitOf(kind, limits);
  return since !== undefined && days !== undefined && isOlderThan(since, days, time);
}

/** The reasons that hold now, as yet without their notices. */
export function reasonsAt(
  key: AccessKeyWithUse,
  limits: DeactivationLimits,
  now: Date,
): StandingReason[] {
  return DEACTIVATION_REASONS.filter((kind) => heldAt(kind, key, limits, now)).map((kind) => ({
    kind,
    days: daysBetween(sinceWhen(kind, key) ?? now, now),
  }));
}

export function dependsOnLastUse(reasons: readonly { kind: DeactivationReason }[]): boolean {
  return reasons.some(({ kind }) => isOfUse(kind));
}

export function isOfUse(kind: DeactivationReason): boolean {
  return REASONS_OF_USE.some((each) => each === kind);
}

function sinceWhen(
  kind: DeactivationReason,
  { createdAt, lastUse }: AccessKeyWithUse,
): Date | undefined {
  switch (kind) {
    case 'too-old':
      return createdAt;
    case 'unused':
      return lastUse.kind === 'used' ? lastUse.at : undefined;
    case 'never-used':
      return lastUse.kind === 'never' ? createdAt : undefined;
  }
}

function limitOf(kind: DeactivationReason, limits: DeactivationLimits): number | undefined {
  switch (kind) {
    case 'too-old':
      return limits.deactivateAfter;
    case 'unused':
      return limits.deactivateUnusedAfter;
    case 'never-used':
      return limits.deactivateNeverUsedAfter;
  }
}
