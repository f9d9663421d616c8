export const ACTION_METRICS = {
  /** Decisions of people that the handler was told of, or that were not to be done any more. */
  decisionsCarriedOut: 'ActionDecisionsCarriedOut',
  /** Tries that failed, once people are told, and decisions that the handler says failed. */
  decisionsFailed: 'ActionDecisionsFailed',
  /** Messages that passed for decisions, and that no workflow has signed for what was asked. */
  decisionsRefused: 'ActionDecisionsRefused',
} as const;
