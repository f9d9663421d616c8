/** A message of another version is reported, and nothing is done by guess. */
export const ACCOUNT_MESSAGE_VERSION = 1;

/** One account whose keys are to be looked at in a run. */
export interface AccountMessage {
  readonly version: typeof ACCOUNT_MESSAGE_VERSION;
  readonly runId: string;
  readonly accountId: string;
}

/** What the function is given by its rule when it is to look whether a run can be reported. */
export const REPORT_TASK = { task: 'report' } as const;
