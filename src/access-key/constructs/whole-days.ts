import { Duration } from 'aws-cdk-lib';

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
