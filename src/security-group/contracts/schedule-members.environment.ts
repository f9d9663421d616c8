import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const SCHEDULE_MEMBERS = handlerContract({
  bundle: 'schedule-members',
  timeoutSeconds: 120,
  variables: [
    'SENTRY_NAME',
    'NOTIFICATION_TOPIC_ARN',
    'ACCOUNT_ID',
    /** The queue of those who reconcile members. */
    'RECONCILE_QUEUE_URL',
    HUB_VARIABLE,
  ],
});

/** The input of one of the function's two schedules. That of the other is the plain event. */
export const HEARTBEATS_TASK = { task: 'heartbeats' } as const;
