import type { Owner } from './owner';

export type KeyStatus = 'Active' | 'Inactive' | 'Expired';

/**
 * An access key as IAM lists it. Only its creation says how old it is: the credential report tells
 * of the last change.
 */
export interface AccessKey {
  readonly id: string;
  readonly userName: string;
  readonly status: KeyStatus;
  readonly createdAt: Date;
}

/** When a key was last used. A look-up that failed is unknown, and never "never". */
export type LastUse =
  | {
      readonly kind: 'used';
      readonly at: Date;
      readonly service?: string;
      readonly region?: string;
    }
  /** Never, or before IAM began to keep track on 22 April 2015. */
  | { readonly kind: 'never' }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface AccessKeyWithUse extends AccessKey {
  readonly lastUse: LastUse;
  /** Of its user; absent where the sentry looks for none. */
  readonly owner?: Owner;
}

export const DAY_MILLISECONDS = 86_400_000;

/** Whole days from one time to another; none to an earlier one. */
export function daysBetween(earlier: Date, later: Date): number {
  return Math.max(0, Math.floor((later.getTime() - earlier.getTime()) / DAY_MILLISECONDS));
}

/** Whether more than so many days have passed. */
export function isOlderThan(time: Date, days: number, now: Date): boolean {
  return now.getTime() - time.getTime() > days * DAY_MILLISECONDS;
}
