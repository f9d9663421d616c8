import { handlerContract } from '../../shared/contracts/handler-environment';

export const ADVANCE_REQUESTS = handlerContract({
  bundle: 'advance-requests',
  timeoutSeconds: 60,
  variables: [
    'WORKFLOW_NAME',
    /** The name of the SSM parameter that holds who may decide, who may ask, and the rest. */
    'CONFIGURATION_PARAMETER',
    'APPROVAL_TABLE',
    /** Where what cannot be done is told. */
    'NOTIFICATION_TOPIC_ARN',
    /** Askers put their messages into this queue. */
    'REQUEST_QUEUE_URL',
    'CLICK_QUEUE_URL',
    'MESSAGE_QUEUE_URL',
    'SIGNING_SECRET_ARN',
    'BOT_TOKEN_SECRET_ARN',
    'DECISION_KEY_ARN',
  ],
});
