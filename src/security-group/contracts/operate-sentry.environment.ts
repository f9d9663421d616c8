import { SENTRY_VARIABLES } from './sentry-variables';
import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

/** There, whatever its value, where the sentry sends no heartbeats. */
export const NO_HEARTBEAT_VARIABLE = 'NO_HEARTBEAT';

export const OPERATE_SENTRY = handlerContract({
  bundle: 'operate-sentry',
  timeoutSeconds: 60,
  variables: [
    ...SENTRY_VARIABLES,
    /** The queue that gets what is to be judged at once. */
    'CHANGE_QUEUE_URL',
  ],
  optionalVariables: [HUB_VARIABLE, NO_HEARTBEAT_VARIABLE],
});
