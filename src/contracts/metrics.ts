/** The namespace of every metric that the handlers write. */
export const METRICS_NAMESPACE = 'CdkSentries';

/** The one dimension, as Powertools names it: which sentry, by the path of its construct. */
export const SENTRY_DIMENSION = 'service';

export const SECURITY_GROUP_METRICS = {
  /** Rules that violated a policy. */
  violations: 'Violations',
  /** Rules that were taken back. */
  rulesReverted: 'RulesReverted',
  /** Rules that should be gone and are not. */
  revertsFailed: 'RevertsFailed',
  /** Seconds from the call to the rule being gone, a value for each reverted rule. */
  secondsOpen: 'SecondsOpen',
  /** Which try at an event it was that failed, from 1. */
  failedTries: 'FailedTries',
  /** Events whose shape could not be read, or that did not name their rules. */
  unreadableEvents: 'UnreadableEvents',
} as const;
