import { handlerContract } from '../../shared/contracts/handler-environment';

export const LOOK_AT_MEMBER = handlerContract({
  bundle: 'look-at-member',
  timeoutSeconds: 60,
  variables: [
    /** How messages and metrics name the hub: the path of its construct. */
    'HUB_PATH',
    /** With which the names of all roles begin. */
    'HUB_NAME',
    'CONFIGURATION_PARAMETER',
    'COVERAGE_TABLE',
    'NOTIFICATION_TOPIC_ARN',
    'LOOK_QUEUE_URL',
    'HUB_BUS_ARN',
  ],
});
