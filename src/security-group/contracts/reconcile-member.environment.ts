import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECONCILE_MEMBER = handlerContract({
  bundle: 'reconcile-member',
  timeoutSeconds: 600,
  variables: [
    'SENTRY_NAME',
    'POLICIES_PARAMETER',
    /** Several names, joined by commas. */
    'MONITORED_GROUPS_PARAMETERS',
    'PAUSE_PARAMETER',
    'DISABLED_POLICIES_PARAMETER',
    'LEDGER_TABLE',
    'NOTIFICATION_TOPIC_ARN',
    'ACCOUNT_ID',
    /** The queue that the function takes from, and puts what has to wait into. */
    'RECONCILE_QUEUE_URL',
    HUB_VARIABLE,
  ],
});
