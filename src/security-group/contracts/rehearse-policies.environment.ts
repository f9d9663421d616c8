import { handlerContract } from '../../shared/contracts/handler-environment';

export const REHEARSE_POLICIES = handlerContract({
  bundle: 'rehearse-policies',
  /** Someone waits for it, and networks drop connections on which nothing is said for so long. */
  timeoutSeconds: 300,
  variables: [
    /** How messages name the rehearsal: the path of its construct. */
    'REHEARSAL_NAME',
    /** Names of the SSM parameters that hold policies and groups, as those of a sentry. */
    'POLICIES_PARAMETER',
    /** Several names, joined by commas. */
    'MONITORED_GROUPS_PARAMETERS',
    'PAUSE_PARAMETER',
    'DISABLED_POLICIES_PARAMETER',
    'NOTIFICATION_TOPIC_ARN',
    'ACCOUNT_ID',
  ],
  optionalVariables: [
    /** ARNs of the roles of the sentry's own functions, joined by commas. */
    'OWN_ROLE_ARNS',
  ],
});
