import { CARRY_OUT_DECISION } from './carry-out-decision.environment';
import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { INTAKE_SECONDS } from '../../organization/contracts/intake';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECONCILE_QUEUE_VARIABLE = 'RECONCILE_QUEUE_URL' as const;

export const RESPOND_TO_CHANGES = handlerContract({
  bundle: 'respond-to-changes',
  timeoutSeconds: INTAKE_SECONDS,
  variables: [
    /** How messages and metrics name the sentry: the path of its construct. */
    'SENTRY_NAME',
    /**
     * Names of the SSM parameters that hold policies, groups and a pause, which do not fit into 4
     * KB of environment.
     */
    'POLICIES_PARAMETER',
    /** Several names, joined by commas. */
    'MONITORED_GROUPS_PARAMETERS',
    'PAUSE_PARAMETER',
    'DISABLED_POLICIES_PARAMETER',
    'LEDGER_TABLE',
    'NOTIFICATION_TOPIC_ARN',
    /** The queue whose messages the function may ask to see later. */
    'CHANGE_QUEUE_URL',
    /** The role by which the sentry knows its own calls. */
    'OWN_ROLE_ARN',
    'ACCOUNT_ID',
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
