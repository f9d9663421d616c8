import { DAY_MILLISECONDS, isOlderThan } from './access-key';
import type { Compared, LastReport } from './report-changes';

export const REPORT_TIMINGS = ['every-run', 'changes-only', 'weekly'] as const;

/** When runs are reported. */
export interface ReportTiming {
  readonly kind: (typeof REPORT_TIMINGS)[number];
  /** With `weekly`: the day in UTC, from 0 for Sunday to 6. */
  readonly day?: number;
}

/** Notices lapse when nothing is told of them for two weeks, and runs may be a week apart. */
const STEPS_ARE_TOLD_AFTER_DAYS = 6;

/** A run, compared with the last report. */
export interface ComparedRun extends Pick<
  Compared,
  'accounts' | 'changes' | 'isChanged' | 'newSteps'
> {
  readonly last?: LastReport;
  readonly at: Date;
  /** Of accounts that could not be read, where there are others. */
  readonly hasUnread: boolean;
  /** Whether it would be worth telling by itself. */
  readonly isWorthTelling: boolean;
  readonly tellsWhenNothingFound: boolean;
}

/** Steps taken, failed or held, and what could not be looked up, wait for no day. */
export function isTimeToTell(timing: ReportTiming, run: ComparedRun): boolean {
  if (isUrgent(run)) return true;
  const isAnything = isAnythingToTell(run);
  switch (timing.kind) {
    case 'every-run':
      return isAnything;
    case 'changes-only':
      return isAnything && (!run.last || run.isChanged || isLapsing(run));
    case 'weekly':
      return isAnything && isWeeklyDue(timing, run);
  }
}

function isAnythingToTell(run: ComparedRun): boolean {
  return run.tellsWhenNothingFound || run.isWorthTelling || (run.changes?.gone.length ?? 0) > 0;
}

/** That a step is still held for the same reason is no news. */
function isUrgent({ accounts, hasUnread, newSteps }: ComparedRun): boolean {
  if (hasUnread || newSteps.includes('held') || newSteps.includes('gone')) return true;
  return accounts.some(({ report: { survey, keys } }) => {
    const kinds = keys.map(({ step }) => step?.report.kind);
    return survey.unknowns.length > 0 || kinds.includes('done') || kinds.includes('failed');
  });
}

/** So that a notice does not lapse while nothing else is new. */
function isLapsing({ accounts, last, at }: ComparedRun): boolean {
  const hasSteps = accounts.some(({ report }) => report.keys.some(({ step }) => step));
  return hasSteps && last !== undefined && isOlderThan(last.at, STEPS_ARE_TOLD_AFTER_DAYS, at);
}

/** The first run on that day, or after it where none is on it. */
export function isWeeklyDue(
  { day = 0 }: ReportTiming,
  { last, at }: Pick<ComparedRun, 'last' | 'at'>,
): boolean {
  if (!last) return true;
  const daysSince = (at.getUTCDay() - day + 7) % 7;
  const midnight = Math.floor(at.getTime() / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  const dueSince = midnight - daysSince * DAY_MILLISECONDS;
  return (last.weeklyAt?.getTime() ?? 0) < dueSince;
}

/** What is remembered once a report was accepted. */
export function afterReport(
  timing: ReportTiming,
  run: ComparedRun,
  { keys, acceptedAt }: { readonly keys: LastReport['keys']; readonly acceptedAt: Date },
): LastReport {
  const weeklyAt =
    timing.kind === 'weekly' && isWeeklyDue(timing, run) ? run.at : run.last?.weeklyAt;
  return { at: acceptedAt, ...(weeklyAt && { weeklyAt }), keys };
}

/**
 * The day is past, also where there was nothing to tell on it: what comes up later in the week
 * waits for the next one. Undefined where there is nothing to remember.
 */
export function afterQuietRun(timing: ReportTiming, run: ComparedRun): LastReport | undefined {
  if (timing.kind !== 'weekly' || !run.last || !isWeeklyDue(timing, run)) return undefined;
  return { ...run.last, weeklyAt: run.at };
}
