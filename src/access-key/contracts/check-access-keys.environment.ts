import { HUB_VARIABLE } from '../../organization/contracts/hub-variable';
import { handlerContract } from '../../shared/contracts/handler-environment';

export const CHECK_ACCESS_KEYS = handlerContract({
  bundle: 'check-access-keys',
  timeoutSeconds: 900,
  variables: [
    /** How messages and metrics name the sentry: the path of its construct. */
    'SENTRY_NAME',
    /** Name of the SSM parameter that holds rules, exclusions and actions. */
    'CONFIGURATION_PARAMETER',
    'NOTIFICATION_TOPIC_ARN',
    /**
     * The one Region in which the sentry works: IAM is global, and a second copy would tell and do
     * everything twice.
     */
    'HOME_REGION',
    'ACCOUNT_ID',
    /**
     * The table of what the sentry remembers of keys; `none` where no actions are configured, since
     * every variable has to be there.
     */
    'KEY_RECORDS_TABLE',
  ],
  optionalVariables: [
    /** Of the hub whose members' keys are looked at too. */
    HUB_VARIABLE,
    /** With a hub: the table of runs over its members, and of what is remembered of their keys. */
    'MEMBER_KEYS_TABLE',
    /** With a hub: the queue of accounts that are to be looked at. */
    'ACCOUNT_QUEUE_URL',
  ],
});

const DESCRIPTION = 'Looks at the access keys of the account for ';

/** What the role of the function says of itself: roles of all Regions are listed together. */
export function copyDescription(sentry: string, region: string): string {
  return `${DESCRIPTION}${sentry} in ${region}`;
}

/** Whether a role is that of a copy in the Region, whatever the copy is called. */
export function isCopyIn(region: string, description: string): boolean {
  return description.startsWith(DESCRIPTION) && description.endsWith(` in ${region}`);
}

/** In the place of the table's name where there is none. */
export const NO_KEY_RECORDS_TABLE = 'none';
