/** Of every function that judges, or takes orders. */
export const SENTRY_VARIABLES = [
  /** How messages and metrics name the sentry: the path of its construct. */
  'SENTRY_NAME',
  /**
   * Names of the SSM parameters that hold policies, groups and a pause, which do not fit into 4 KB
   * of environment.
   */
  /** One name; and behind it, after commas, those of groups that policies are for. */
  'POLICIES_PARAMETER',
  /** Several names, joined by commas. */
  'MONITORED_GROUPS_PARAMETERS',
  'PAUSE_PARAMETER',
  'DISABLED_POLICIES_PARAMETER',
  'LEDGER_TABLE',
  'NOTIFICATION_TOPIC_ARN',
  'ACCOUNT_ID',
] as const;
