import { DAY_MILLISECONDS } from './access-key';
import { endOfDay } from '../../shared/domain/last-day';

/** Whose keys are not listed. */
export type Exclusion = (
  | { readonly kind: 'user'; readonly userName: string }
  /** All users whose path begins so. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'group'; readonly groupName: string }
  /** Users who carry the tag, until the date in its value, if that is at most `maxDays` ahead. */
  | {
      readonly kind: 'tag';
      readonly key: string;
      readonly maxDays: number;
    }
) & {
  /** Why, as the app says. */
  readonly reason?: string;
  /** Ids; absent: in every account. */
  readonly accounts?: readonly string[];
};

export type TagExclusion = Extract<Exclusion, { kind: 'tag' }>;

/** The exclusions that hold in an account. */
export function exclusionsIn(accountId: string, excluding: readonly Exclusion[]): Exclusion[] {
  return excluding.filter(({ accounts }) => !accounts || accounts.includes(accountId));
}

/** The verdict on a user's tag: excluded until a date, or the reason why the tag does not count. */
export type TagVerdict =
  | { readonly excluded: true; readonly until: string }
  | { readonly excluded: false; readonly reason: string };

/**
 * Anyone who may tag users may hide them, so a date is needed, and it cannot be far. The day of the
 * date is the last one.
 */
export function judgeTag(value: string, { maxDays }: TagExclusion, now: Date): TagVerdict {
  const end = endOfDay(value);
  if (!end) {
    return { excluded: false, reason: 'its value is no date of the form YYYY-MM-DD' };
  }
  if (end <= now) return { excluded: false, reason: 'its date has passed' };
  if (end.getTime() > now.getTime() + (maxDays + 1) * DAY_MILLISECONDS) {
    return { excluded: false, reason: `its date is more than ${maxDays} days ahead` };
  }
  return { excluded: true, until: value };
}
