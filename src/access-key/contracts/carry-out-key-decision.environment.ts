import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const CARRY_OUT_KEY_DECISION = handlerContract({
  bundle: 'carry-out-key-decision',
  timeoutSeconds: 300,
  variables: [
    /** How messages and metrics name the sentry: the path of its construct. */
    'SENTRY_NAME',
    /** Name of the SSM parameter that holds rules, exclusions and actions. */
    'CONFIGURATION_PARAMETER',
    'NOTIFICATION_TOPIC_ARN',
    'ACCOUNT_ID',
    'KEY_RECORDS_TABLE',
    /** The queue that the workflow puts its decisions into. */
    'DECISION_QUEUE_URL',
  ],
  optionalVariables: [
    /** Of the hub whose members' keys are asked about too. */
    HUB_VARIABLE,
    /** With a hub: the table of what is remembered of its members' keys. */
    'MEMBER_KEYS_TABLE',
  ],
});
