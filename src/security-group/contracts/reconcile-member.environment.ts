import { SENTRY_VARIABLES } from './sentry-variables';
import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECONCILE_MEMBER = handlerContract({
  bundle: 'reconcile-member',
  timeoutSeconds: 600,
  variables: [
    ...SENTRY_VARIABLES,
    /** The queue that the function takes from, and puts what has to wait into. */
    'RECONCILE_QUEUE_URL',
    HUB_VARIABLE,
  ],
});
