import { CARRY_OUT_DECISION } from './carry-out-decision.environment';
import { SENTRY_VARIABLES } from './sentry-variables';
import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { INTAKE_SECONDS } from '../../organization/contracts/intake';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECONCILE_QUEUE_VARIABLE = 'RECONCILE_QUEUE_URL' as const;

export const RESPOND_TO_CHANGES = handlerContract({
  bundle: 'respond-to-changes',
  timeoutSeconds: INTAKE_SECONDS,
  variables: [
    ...SENTRY_VARIABLES,
    /** The queue whose messages the function may ask to see later. */
    'CHANGE_QUEUE_URL',
    /** The role by which the sentry knows its own calls. */
    'OWN_ROLE_ARN',
  ],
  optionalVariables: [
    HUB_VARIABLE,
    /** With a hub: the queue of those who reconcile members. */
    RECONCILE_QUEUE_VARIABLE,
  ],
});

/**
 * Longer than a try of either function that changes groups may take: a holder of the lease is at
 * work, or is no more.
 */
export const RESPONSE_LEASE_SECONDS =
  Math.max(RESPOND_TO_CHANGES.timeoutSeconds, CARRY_OUT_DECISION.timeoutSeconds) + 30;
