export const ACTION_METRICS = {
  /** Decisions that the action function was told of, or that were not to be done any more. */
  decisionsCarriedOut: 'ActionDecisionsCarriedOut',
  /** Tries that failed, once people are told, and decisions that the function says failed. */
  decisionsFailed: 'ActionDecisionsFailed',
  /** Messages that passed for decisions, and that no workflow has signed for what was asked. */
  decisionsRefused: 'ActionDecisionsRefused',
} as const;
