/** A question of the runbook to the logs, and the query that answers it. */
export interface LogQuestion {
  /** What the saved query is called, in its folder. */
  readonly name: string;
  /** The ids of the functions whose logs are asked; undefined for those of all functions. */
  readonly functions?: readonly string[];
  /** In CloudWatch Logs Insights' own language. The runbook shows the same text. */
  readonly query: string;
}

/** On the dashboard itself as well. */
export const OPEN_REQUESTS: LogQuestion = {
  name: 'which-requests-are-open',
  functions: ['AdvanceRequests'],
  query: lines(
    'filter message = "step" and entry.what in ["asked", "decided"]',
    'fields strcontains(entry.what, "decided") as isDecided',
    'stats sum(isDecided) as decisions, earliest(@timestamp) as askedAt, earliest(entry.detail) as about by requestId',
    'filter decisions = 0',
    'sort askedAt asc',
  ),
};

export const LOG_QUESTIONS: readonly LogQuestion[] = [
  {
    name: 'what-fails',
    query: lines(
      'fields @timestamp, service, message, error.message, @log',
      'filter level = "ERROR"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-was-answered',
    functions: ['RespondToChanges'],
    query: lines(
      'fields @timestamp, eventId, eventName, subject.kind, subject.group.id, tries, outcomes.0.rules.0.kind',
      'filter message = "responded"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-was-not-reverted',
    functions: ['RespondToChanges'],
    query: lines(
      'fields @timestamp, eventId, eventName, accountId, region, outcomes.0.group, @message',
      'filter message = "responded"',
      'filter @message like /"kind":"(kept|would-revert|not-restorable|failed)"/',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-reconcile-found',
    functions: ['ReconcileGroups', 'ReconcileMember'],
    query: lines(
      'fields @timestamp, groupCount, adopted, isBraked, due.0, doubts.groups.0.reason',
      'filter message = "reconciled"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-operators-ordered',
    functions: ['OperateSentry'],
    query: lines(
      'fields @timestamp, requestId, `by`, reason, action, groupId, ruleId, policy, until',
      'filter message = "ordered"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-became-of-decisions',
    functions: ['CarryOutDecision'],
    query: lines(
      'fields @timestamp, requestId, group, keyId, subject, outcome, attempt, text',
      'filter message = "decided"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'who-decided-what',
    functions: ['AdvanceRequests'],
    query: lines(
      'fields @timestamp, requestId, entry.what, entry.by, entry.detail, entry.reason',
      'filter message = "step"',
      'filter entry.what in ["asked", "vote", "vote-lapsed", "decided", "extended", "carried-out", "conflicting", "failed", "ended"]',
      'sort requestId asc, @timestamp asc',
    ),
  },
  OPEN_REQUESTS,
  {
    name: 'which-clicks-did-not-count',
    functions: ['AdvanceRequests'],
    query: lines(
      'fields @timestamp, requestId, entry.by, entry.detail',
      'filter message = "step" and entry.what = "refused-click"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-was-done-to-keys',
    functions: ['CheckAccessKeys', 'CarryOutDecision'],
    query: lines(
      'fields @timestamp, message, userCount, unknown, steps.0.keyId, steps.0.kind, steps.0.step, keyId, outcome, text',
      'filter (message = "account looked at" and ispresent(steps.0.keyId)) or (message = "decided" and ispresent(keyId))',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-rehearsals-found',
    functions: ['RehearsePolicies'],
    query: lines(
      'fields @timestamp, service, covered.from, covered.to, counts.revert, counts.restore, counts.ask, counts.notify, records.read',
      'filter message = "rehearsed"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'who-got-no-direct-message',
    functions: ['DeliverMessages'],
    query: lines(
      'fields @timestamp, sender, email, reason',
      'filter message = "a direct message is not sent"',
      'sort @timestamp desc',
    ),
  },
  {
    name: 'what-is-covered',
    functions: ['WatchCoverage'],
    query: lines(
      'fields @timestamp, members, gaps, wentDark, neverCovered, listFailure',
      'filter message = "coverage"',
      'sort @timestamp desc',
    ),
  },
];

function lines(...commands: readonly string[]): string {
  return commands.join('\n| ');
}
