import { isOlderThan } from './access-key';
import { type KeyRules, youngestListedAge } from './key-rules';

export const ROOT_USER = '<root_account>';

/** One of the two places that the credential report has for a user's keys. It names no key. */
export interface KeySlot {
  readonly active: boolean;
  /**
   * When the key was created *or last changed*: a key that was re-activated yesterday looks fresh
   * here.
   */
  readonly lastChangedAt?: Date;
  readonly lastUsedAt?: Date;
  /** IAM has no information: that there is no date does not mean "never". */
  readonly isLastUseUnknown?: boolean;
  readonly lastUsedService?: string;
  readonly lastUsedRegion?: string;
}

/** The row of one user in the credential report, which can be four hours old. */
export interface ReportRow {
  readonly userName: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly slots: readonly KeySlot[];
}

/** The path of the user, out of the ARN: arn:aws:iam::111111111111:user/path/name. */
export function pathOf({ arn, userName }: ReportRow): string {
  const resource = arn.slice(arn.indexOf(':user/') + ':user'.length);
  return resource.slice(0, resource.length - userName.length);
}

/** The slots that hold a key, active or not. */
export function filledSlots(row: ReportRow): KeySlot[] {
  return row.slots.filter(({ active, lastChangedAt }) => active || lastChangedAt !== undefined);
}

/**
 * Whether any key of the user could be listed, so that the user's keys have to be looked up. No key
 * is older than its user, and what was created after the report is too young to matter; the
 * report's own dates are not to be trusted.
 */
export function mayMatter(row: ReportRow, rules: KeyRules, now: Date): boolean {
  return filledSlots(row).length > 0 && isOlderThan(row.createdAt, youngestListedAge(rules), now);
}

/**
 * Whether the report alone shows that no key of the user is unused: each was used lately. It names
 * no key, so that is only so where it has all of them.
 */
export function showsLateUse(
  row: ReportRow,
  keyCount: number,
  rules: KeyRules,
  now: Date,
): boolean {
  const slots = filledSlots(row);
  return (
    slots.length === keyCount &&
    slots.every(
      ({ lastUsedAt }) =>
        lastUsedAt !== undefined && !isOlderThan(lastUsedAt, rules.maxUnusedAge ?? Infinity, now),
    )
  );
}
