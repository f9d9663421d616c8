import { handlerContract } from '../../shared/contracts/handler-environment';

export const READ_TRAIL = handlerContract({
  bundle: 'read-trail',
  timeoutSeconds: 120,
  variables: [
    /** How messages and metrics name the hub: the path of its construct. */
    'HUB_PATH',
    /** With which the names of all roles of members begin. */
    'HUB_NAME',
    'PARTITION',
    'BUCKET',
    /** The account that the bucket must be of. */
    'BUCKET_OWNER',
    /** How the keys of all log files begin. */
    'LOG_FILE_PREFIX',
    'NOTIFICATION_TOPIC_ARN',
    'OBJECT_QUEUE_URL',
    'INTAKE_QUEUE_URL',
  ],
});
