import { Duration, Names, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ManagementEventsTrailProps } from './management-events-trail-props';
import { wholeDays } from '../../shared/constructs/checked-duration';
import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import { isEmailAddress } from '../../shared/constructs/subscription-endpoints';

const LONGEST_NAME = 128;
/** No dot, hyphen or underscore next to another one, or at an end. */
const NAME = /^[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*$/;
const IP_ADDRESS = /^\d+(\.\d+){3}$/;
const PREFIX = /^[^/\s](\S{0,198}[^/\s])?$/;
const LEAST_DAYS = 90;
const MOST_DAYS = 3_650;

/** All that the parts of a trail go by, checked. */
export interface ManagementEventsTrailSettings {
  readonly name: string;
  readonly organizationId?: string;
  readonly managementAccountId?: string;
  readonly logPrefix?: string;
  readonly retention: Duration;
  readonly emails: readonly string[];
  readonly removalPolicy: RemovalPolicy;
}

/** Throws where the props cannot work; the error begins with the path of the construct. */
export function managementEventsTrailSettings(
  scope: Construct,
  props: ManagementEventsTrailProps,
): ManagementEventsTrailSettings {
  refuseIdleProps(scope, props);
  return {
    name: checkedName(scope, props.trailName),
    organizationId: checked(scope, 'organizationId', props.organizationId, {
      pattern: /^o-[a-z0-9]{10,32}$/,
      remedy: 'write the id of an organization, such as o-abc1234567',
    }),
    managementAccountId: checked(scope, 'managementAccountId', props.managementAccountId, {
      pattern: /^\d{12}$/,
      remedy: 'write the id of an account, such as 111122223333',
    }),
    logPrefix: checked(scope, 'logPrefix', props.logPrefix, {
      pattern: PREFIX,
      remedy: 'write up to 200 characters without a slash at an end, such as organization/audit',
    }),
    retention: checkedRetention(scope, props.retention),
    emails: checkedEmails(scope, props.notificationEmails),
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
  };
}

/** A prop that would do nothing says that its author expects something else. */
function refuseIdleProps(scope: Construct, props: ManagementEventsTrailProps): void {
  if (props.managementAccountId !== undefined && props.organizationId === undefined) {
    throw new Error(
      `${scope.node.path}: "managementAccountId" does nothing without "organizationId": write both for an organization trail, or neither.`,
    );
  }
  for (const name of ['retention', 'accessLogsBucket'] as const) {
    if (props.bucket === undefined || props[name] === undefined) continue;
    throw new Error(
      `${scope.node.path}: "${name}" does nothing along with "bucket", which keeps its own settings: leave one of the two out.`,
    );
  }
  const { removalPolicy, bucket, encryptionKey, notificationTopic } = props;
  if (removalPolicy !== undefined && bucket && encryptionKey && notificationTopic) {
    throw new Error(
      `${scope.node.path}: "removalPolicy" does nothing where "bucket", "encryptionKey" and "notificationTopic" are given: leave it out, and set it on them.`,
    );
  }
}

function checkedName(scope: Construct, given: string | undefined): string {
  if (given === undefined) {
    return Names.uniqueResourceName(scope, {
      maxLength: LONGEST_NAME,
      separator: '-',
      allowedSpecialCharacters: '-',
    });
  }
  const isName =
    NAME.test(given) &&
    given.length >= 3 &&
    given.length <= LONGEST_NAME &&
    !IP_ADDRESS.test(given);
  if (isName || isKnownLater(given)) return given;
  throw new Error(
    `${scope.node.path}: "trailName" is "${given}": write 3 to ${LONGEST_NAME} letters, digits, and single dots, hyphens and underscores between them, such as management-events.`,
  );
}

function checked(
  scope: Construct,
  prop: string,
  value: string | undefined,
  { pattern, remedy }: { readonly pattern: RegExp; readonly remedy: string },
): string | undefined {
  if (value === undefined || isKnownLater(value) || pattern.test(value)) return value;
  throw new Error(`${scope.node.path}: "${prop}" is "${value}": ${remedy}.`);
}

function checkedRetention(scope: Construct, retention: Duration = Duration.days(365)): Duration {
  const days = wholeDays(retention, `${scope.node.path}: "retention"`);
  if (days >= LEAST_DAYS && days <= MOST_DAYS) return retention;
  throw new Error(
    `${scope.node.path}: "retention" is ${days} days: write ${LEAST_DAYS} to ${MOST_DAYS}, since CloudTrail shows the last ${LEAST_DAYS} itself.`,
  );
}

function checkedEmails(scope: Construct, emails: readonly string[] = []): readonly string[] {
  refuseListKnownLater(
    `${scope.node.path}: "notificationEmails" is`,
    emails,
    'write the addresses out, such as ["security@example.com"]',
  );
  const wrong = emails.find((email) => !isEmailAddress(email));
  if (wrong === undefined) return [...new Set(emails)];
  throw new Error(
    `${scope.node.path}: "notificationEmails" has "${wrong}": write addresses such as security@example.com.`,
  );
}
