import { handlerContract } from '../../shared/contracts/handler-environment';

export const DELIVER_MESSAGES = handlerContract({
  bundle: 'deliver-messages',
  timeoutSeconds: 60,
  variables: [
    'WORKFLOW_NAME',
    'CONFIGURATION_PARAMETER',
    'APPROVAL_TABLE',
    /** Where what cannot be done is told. */
    'NOTIFICATION_TOPIC_ARN',
    'MESSAGE_QUEUE_URL',
    'BOT_TOKEN_SECRET_ARN',
  ],
});
