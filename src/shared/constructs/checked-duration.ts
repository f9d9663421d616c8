import { Duration } from 'aws-cdk-lib';

/** The shortest and the longest duration that a prop takes. */
export interface DurationRange {
  readonly least: Duration;
  readonly most: Duration;
}

/**
 * A prop's duration in seconds. Throws if it is out of its range, or not in whole seconds.
 *
 * @param place names the construct and the prop in errors.
 */
export function checkedSeconds(
  duration: Duration,
  place: string,
  { least, most }: DurationRange,
): number {
  const count = duration.toMilliseconds() / 1_000;
  if (Number.isInteger(count) && count >= least.toSeconds() && count <= most.toSeconds()) {
    return count;
  }
  throw new Error(
    `${place} is ${duration.toHumanString()}: write ${least.toHumanString()} to ${most.toHumanString()}, in whole seconds.`,
  );
}

/** A duration in days, since access keys age in days. Throws if it is not one day or several. */
export function wholeDays(duration: Duration, place: string): number {
  const days = duration.toMilliseconds() / Duration.days(1).toMilliseconds();
  if (!Number.isInteger(days) || days < 1) {
    throw new Error(
      `${place} is ${duration.toHumanString()}: write a whole number of days, at least one, such as Duration.days(90).`,
    );
  }
  return days;
}
