import type { Change } from './change';
import type { RuleOutcome } from './outcome';
import type { Severity } from '../notification/severity';

/** A group as Describe shows it, in so far as there is anything to show. */
export interface GroupDetails {
  readonly id: string;
  readonly name?: string;
  readonly vpcId?: string;
}

/** What is told of one change to one group. */
export interface ChangeReport {
  readonly change: Change;
  readonly group: GroupDetails;
  readonly rules: readonly RuleOutcome[];
  /** What could not be known, in a sentence; the group was then judged as it stands. */
  readonly doubt?: string;
  /** When the sentry last looked at the group. */
  readonly lookedAt: Date;
}

export function hasFailures(report: ChangeReport): boolean {
  return report.rules.some(({ outcome }) => outcome.kind === 'failed');
}

/** Seconds from the call to the last look. The record's time has whole seconds, so it can be up to one too many. */
export function secondsOpen(report: ChangeReport): number {
  return Math.max(0, Math.round((report.lookedAt.getTime() - report.change.time.getTime()) / 1000));
}

export function severityOf(report: ChangeReport): Severity {
  if (hasFailures(report)) return 'critical';
  const live = report.rules.filter(({ outcome }) => outcome.kind !== 'already-gone');
  if (report.doubt || live.some(({ violations }) => violations.some(({ baseline }) => baseline === 'forbid'))) return 'high';
  return live.length > 0 ? 'medium' : 'low';
}
