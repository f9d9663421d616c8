import { handlerContract } from '../../shared/contracts/handler-environment';

export const ASK_APPROVAL = handlerContract({
  bundle: 'ask-approval',
  timeoutSeconds: 60,
  variables: [
    /** The name under which the action asks: the path of its construct. */
    'ASKER',
    'ACTION_TABLE',
    'REQUEST_QUEUE_URL',
    /** How long what was asked is kept, once it is asked or decided. */
    'KEPT_SECONDS',
  ],
});
