import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const OPERATE_SENTRY = handlerContract({
  bundle: 'operate-sentry',
  timeoutSeconds: 60,
  variables: [
    'SENTRY_NAME',
    'POLICIES_PARAMETER',
    /** Several names, joined by commas. */
    'MONITORED_GROUPS_PARAMETERS',
    /** The two that the function writes. */
    'PAUSE_PARAMETER',
    'DISABLED_POLICIES_PARAMETER',
    'LEDGER_TABLE',
    'NOTIFICATION_TOPIC_ARN',
    'ACCOUNT_ID',
    /** The queue that gets what is to be judged at once. */
    'CHANGE_QUEUE_URL',
  ],
  optionalVariables: [HUB_VARIABLE],
});
