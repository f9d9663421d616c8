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

/** The input by which the two schedules of the function tell what is to be done. */
export const MEMBER_TASKS = ['reconcile', 'heartbeats'] as const;

export type MemberTask = (typeof MEMBER_TASKS)[number];
