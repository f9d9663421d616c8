export const COVERAGE_METRICS = {
  /** Runs that came to their end. */
  coverageRuns: 'CoverageRuns',
  /** Accounts that are members. */
  members: 'Members',
  /** Gaps that stand. */
  gaps: 'CoverageGaps',
  /** Places that were covered and are not any more, when that is told. */
  wentDark: 'PlacesWentDark',
  /** Lists of accounts that could not be read, or were none. */
  accountListFailures: 'AccountListFailures',
  /** Which try at a member it was that failed, from 1. */
  failedTries: 'FailedTries',
} as const;

/** What a run writes though nothing is new: AWS charges for each hour with a value. */
export const COVERAGE_METRICS_WHILE_IDLE = {
  coverage: [COVERAGE_METRICS.coverageRuns, COVERAGE_METRICS.members, COVERAGE_METRICS.gaps],
} as const;
