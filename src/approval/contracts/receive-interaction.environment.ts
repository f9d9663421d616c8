import { handlerContract } from '../../shared/contracts/handler-environment';

export const RECEIVE_INTERACTION = handlerContract({
  bundle: 'receive-interaction',
  variables: [
    'WORKFLOW_NAME',
    'APPROVAL_TABLE',
    'CLICK_QUEUE_URL',
    'SIGNING_SECRET_ARN',
    'AUDIT_SECONDS',
  ],
});
