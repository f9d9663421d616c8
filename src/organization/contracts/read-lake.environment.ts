import { handlerContract } from '../../shared/contracts/handler-environment';

export const READ_LAKE = handlerContract({
  bundle: 'read-lake',
  timeoutSeconds: 480,
  variables: [
    /** How messages and metrics name the hub: the path of its construct. */
    'HUB_PATH',
    /** With which the names of all roles of members begin. */
    'HUB_NAME',
    'PARTITION',
    'STORE_ARN',
    'COVERAGE_TABLE',
    'NOTIFICATION_TOPIC_ARN',
    'INTAKE_QUEUE_URL',
  ],
});
