/** The namespace of every metric that the handlers write. */
export const METRICS_NAMESPACE = 'CdkSentries';

/** The one dimension, as Powertools names it: which sentry, by the path of its construct. */
export const SENTRY_DIMENSION = 'service';

export const SECURITY_GROUP_METRICS = {
  /** Events that were read. */
  eventsSeen: 'EventsSeen',
  /** Rules that violated a policy. */
  violations: 'Violations',
  /** Rules that were reverted. */
  rulesReverted: 'RulesReverted',
  /** Reverts of what had been reverted a short while before. */
  repeats: 'Repeats',
  /** Rules that two parties want otherwise, whenever that is told. */
  disputes: 'Disputes',
  /** Rules that should be gone and are not. */
  revertsFailed: 'RevertsFailed',
  /** Seconds from the call to the rule being gone, a value for each reverted rule. */
  secondsOpen: 'SecondsOpen',
  /** Seconds from the call to its event being in the queue. */
  detectionLag: 'DetectionLag',
  /** Seconds from the event being in the queue to the rule being gone. */
  reactionTime: 'ReactionTime',
  /** Which try at an event it was that failed, from 1. */
  failedTries: 'FailedTries',
  /** Events whose shape could not be read, or that did not name their rules. */
  unreadableEvents: 'UnreadableEvents',
  /** Events of the sentry's own dry runs that came back. */
  heartbeats: 'Heartbeats',
  /**
   * Decisions of people that were carried out, or found that things are not any more as they were.
   */
  decisionsCarriedOut: 'DecisionsCarriedOut',
  /** Decisions that could not be carried out. */
  decisionsFailed: 'DecisionsFailed',
  /** Messages that passed for decisions, and that no workflow has signed for what was asked. */
  decisionsRefused: 'DecisionsRefused',
  /** Groups with differences that no event explained; written where there are some. */
  groupsDue: 'GroupsDue',
  /** Runs of reconcile that did nothing, since too many groups differed. */
  brakedRuns: 'BrakedRuns',
  /** Runs of reconcile in members that came to their end. */
  memberReconcileRuns: 'MemberReconcileRuns',
  /** Events and runs that a member did not let the sentry deal with. */
  membersRefused: 'MembersRefused',
  /** Records that do not come from where they say, or from no member. */
  recordsRefused: 'RecordsRefused',
  /** Groups that are monitored; written by the first run of reconcile of a day. */
  groupsMonitored: 'GroupsMonitored',
} as const;

/**
 * What runs by the clock write though nothing has happened. AWS charges for each hour in which a
 * metric is written, so a run writes no zeros that no alarm needs.
 */
export const SECURITY_GROUP_METRICS_WHILE_IDLE = {
  heartbeat: [SECURITY_GROUP_METRICS.heartbeats],
  reconcile: [],
  firstReconcileOfDay: [SECURITY_GROUP_METRICS.groupsMonitored],
  memberReconcile: [SECURITY_GROUP_METRICS.memberReconcileRuns],
} as const;
