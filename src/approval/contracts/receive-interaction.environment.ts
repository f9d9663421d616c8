import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECEIVE_INTERACTION = handlerContract({
  bundle: 'receive-interaction',
  /** Slack waits for three seconds; what takes longer is over anyway. */
  timeoutSeconds: 10,
  variables: [
    'WORKFLOW_NAME',
    'APPROVAL_TABLE',
    'CLICK_QUEUE_URL',
    'SIGNING_SECRET_ARN',
    'AUDIT_SECONDS',
  ],
});
