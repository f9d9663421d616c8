export const APPROVAL_METRICS = {
  /** Requests that were put to people. */
  requestsAsked: 'RequestsAsked',
  /** Requests that were approved, denied, or expired. */
  decisions: 'Decisions',
  /** Seconds from the request to the decision of people, written with each approval and denial. */
  secondsToDecision: 'SecondsToDecision',
  /** Clicks that did not count. */
  refusedClicks: 'RefusedClicks',
  /** Clicks on buttons that no workflow made: is the Slack app used for something else as well? */
  foreignClicks: 'ForeignClicks',
  /**
   * Requests that no one was asked about: the same was denied a short while before, there were too
   * many, the same is asked already, or they cannot be read.
   */
  requestsNotAsked: 'RequestsNotAsked',
  /** Those of them of which one actor caused too many. */
  requestsCapped: 'RequestsCapped',
  /** Denials of which no one could say why, since Slack opened no modal. */
  reasonsUnasked: 'ReasonsUnasked',
  /** Outcomes of requests that are not those of the asker that they name. */
  foreignOutcomes: 'ForeignOutcomes',
  /** Decisions that their asker could not carry out. */
  carryingFailed: 'CarryingFailed',
  /** Tries to deliver a message that Slack refuses for good. */
  undeliverableMessages: 'UndeliverableMessages',
  /** Tries to deliver a message that are made again later. */
  deliveriesPostponed: 'DeliveriesPostponed',
  /** Look-ups of people that failed, where the request goes on without them. */
  personLookUpsFailed: 'PersonLookUpsFailed',
  /** Direct messages to owners that no later try sends. */
  directMessagesNotSent: 'DirectMessagesNotSent',
  /** Requests to the interactions URL without a good signature. */
  badSignatures: 'BadSignatures',
  /** Which try at a message of a queue it was that failed, from 1. */
  failedTries: 'FailedTries',
  /** Runs over all that is due. */
  advanceRuns: 'AdvanceRuns',
} as const;

/** What a run writes though nothing is due: AWS charges for each hour with a value. */
export const APPROVAL_METRICS_WHILE_IDLE = { minute: [APPROVAL_METRICS.advanceRuns] } as const;
