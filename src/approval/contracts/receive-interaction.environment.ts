import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECEIVE_INTERACTION = handlerContract({
  bundle: 'receive-interaction',
  /** Slack waits for three seconds; a click that takes longer is stored all the same. */
  timeoutSeconds: 10,
  variables: [
    'WORKFLOW_NAME',
    'APPROVAL_TABLE',
    'CLICK_QUEUE_URL',
    'SIGNING_SECRET_ARN',
    'AUDIT_SECONDS',
  ],
  /** Where those who deny are asked why: whether they have to say, and what opens the modal. */
  optionalVariables: ['DENIAL_PROMPT', 'BOT_TOKEN_SECRET_ARN'],
});
