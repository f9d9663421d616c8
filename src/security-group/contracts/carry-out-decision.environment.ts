import { SENTRY_VARIABLES } from './sentry-variables';
import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const CARRY_OUT_DECISION = handlerContract({
  bundle: 'carry-out-decision',
  timeoutSeconds: 60,
  variables: [
    ...SENTRY_VARIABLES,
    /** The queues that workflows put their decisions into, one for each, joined by commas. */
    'DECISION_QUEUE_URLS',
    'OWN_ROLE_ARN',
  ],
  optionalVariables: [HUB_VARIABLE],
});
