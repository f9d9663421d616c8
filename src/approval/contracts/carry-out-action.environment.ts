import { handlerContract } from '../../shared/contracts/handler-environment';

/** An action function may take no longer: it is waited for. */
export const MOST_ACTION_SECONDS = 300;

export const CARRY_OUT_ACTION = handlerContract({
  bundle: 'carry-out-action',
  timeoutSeconds: MOST_ACTION_SECONDS + 60,
  variables: [
    /** The name under which the action asks, and of which messages speak: its construct's path. */
    'ASKER',
    'ACTION_TABLE',
    'REQUEST_QUEUE_URL',
    /** The queue that the workflow puts its decisions into. */
    'DECISION_QUEUE_URL',
    'DECISION_KEY_ARN',
    /** The function that is called with what was decided. */
    'ACTION_FUNCTION_ARN',
    /** How long what was asked is kept, once it is asked or decided. */
    'KEPT_SECONDS',
    'NOTIFICATION_TOPIC_ARN',
  ],
});
