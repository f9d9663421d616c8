import { DAY_MILLISECONDS } from './access-key';

/** Whose keys are not listed. */
export type Exemption = (
  | { readonly kind: 'user'; readonly userName: string }
  /** All users whose path begins so. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'group'; readonly groupName: string }
  /** Users who carry the tag, until the date in its value, if that is at most `maxDays` ahead. */
  | { readonly kind: 'tag'; readonly key: string; readonly maxDays: number }
) & {
  /** Ids; absent: in every account. */
  readonly accounts?: readonly string[];
};

export type TagExemption = Extract<Exemption, { kind: 'tag' }>;

/** The exemptions that hold in an account. */
export function exemptionsIn(accountId: string, exemptions: readonly Exemption[]): Exemption[] {
  return exemptions.filter(({ accounts }) => !accounts || accounts.includes(accountId));
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The verdict on a user's tag: exempt until a date, or the reason why the tag does not count. */
export type TagVerdict =
  | { readonly exempt: true; readonly until: string }
  | { readonly exempt: false; readonly reason: string };

/**
 * Anyone who may tag users may hide them, so a date is needed, and it cannot be far. The day of the
 * date is the last one.
 */
export function judgeTag(value: string, { maxDays }: TagExemption, now: Date): TagVerdict {
  const midnight = DATE.test(value) ? Date.parse(`${value}T00:00:00Z`) : NaN;
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== value) {
    return { exempt: false, reason: 'its value is no date of the form YYYY-MM-DD' };
  }
  const end = midnight + DAY_MILLISECONDS;
  if (end <= now.getTime()) return { exempt: false, reason: 'its date has passed' };
  if (midnight > now.getTime() + maxDays * DAY_MILLISECONDS) {
    return { exempt: false, reason: `its date is more than ${maxDays} days ahead` };
  }
  return { exempt: true, until: value };
}
