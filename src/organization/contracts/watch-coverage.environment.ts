import { handlerContract } from '../../shared/contracts/handler-environment';

export const WATCH_COVERAGE = handlerContract({
  bundle: 'watch-coverage',
  timeoutSeconds: 300,
  variables: [
    /** How messages and metrics name the hub: the path of its construct. */
    'HUB_PATH',
    'CONFIGURATION_PARAMETER',
    'COVERAGE_TABLE',
    'NOTIFICATION_TOPIC_ARN',
    'LOOK_QUEUE_URL',
    'ACCOUNT_ID',
  ],
});
