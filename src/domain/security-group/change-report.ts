import type { Change } from './change';
import type { Outcome, RuleOutcome } from './outcome';
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
  /** Which try at the event this is, from 1. */
  readonly tries: number;
}

/** What is worst comes first, since the rest may be cut. */
const WORST_FIRST: readonly Outcome['kind'][] = ['failed', 'kept', 'reverted', 'already-gone'];

export function worstFirst(rules: readonly RuleOutcome[]): RuleOutcome[] {
  return [...rules].sort((a, b) => WORST_FIRST.indexOf(a.outcome.kind) - WORST_FIRST.indexOf(b.outcome.kind));
}

/** How many rules met which outcome, the worst first. */
export function countOutcomes({ rules }: ChangeReport): [Outcome['kind'], number][] {
  return WORST_FIRST
    .map((kind): [Outcome['kind'], number] => [kind, rules.filter(({ outcome }) => outcome.kind === kind).length])
    .filter(([, count]) => count > 0);
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
  // What an earlier try took back may not have been told yet.
  const live = report.rules.filter(({ outcome }) => outcome.kind !== 'already-gone' || report.tries > 1);
  if (report.doubt || live.some(({ violations }) => violations.some(({ baseline }) => baseline === 'forbid'))) return 'high';
  return live.length > 0 ? 'medium' : 'low';
}
