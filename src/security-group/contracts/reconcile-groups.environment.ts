import { SENTRY_VARIABLES } from './sentry-variables';
import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECONCILE_GROUPS = handlerContract({
  bundle: 'reconcile-groups',
  timeoutSeconds: 600,
  variables: [
    ...SENTRY_VARIABLES,
    /** The queue that gets what is due. */
    'CHANGE_QUEUE_URL',
    /** The function whose dry runs show how far the event history is. */
    'HEARTBEAT_ROLE_ARN',
    'HEARTBEAT_FUNCTION_NAME',
  ],
  optionalVariables: [HUB_VARIABLE],
});
