import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { KeyActions } from './key-actions';
import type { KeyExclusion } from './key-exclusion';
import type { KeyOwner } from './key-owner';
import type { KeyReports } from './key-reports';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import type { CompanySettings } from '../../shared/constructs/company-settings';
import type { SentryMode } from '../../shared/constructs/sentry-mode';

/** Properties of an IamKeySentry. All durations are in whole days, at least one, or it throws. */
export interface IamKeySentryProps extends CompanySettings {
  /**
   * A key older than this is listed as too old. IAM.3 of Security Hub and CIS 1.14 ask for 90 days.
   *
   * @default Duration.days(90)
   * @see https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3
   */
  readonly maxKeyAge?: Duration;

  /**
   * How long before `maxKeyAge` a key is listed as about to become too old. Throws if it is not
   * shorter.
   *
   * @default - keys are not listed before they are too old
   */
  readonly warnBefore?: Duration;

  /**
   * A key that was not used for longer than this is listed as unused. IAM.22 of Security Hub and
   * CIS 1.12 ask for 45 days.
   *
   * @default - the use of keys is not looked at
   * @see https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-22
   */
  readonly maxUnusedAge?: Duration;

  /**
   * A key that was never used is listed once it is older than this.
   *
   * @default - `maxUnusedAge`; without it, keys that were never used are not listed
   */
  readonly neverUsedGrace?: Duration;

  /**
   * Whether inactive keys are listed too.
   *
   * @default false
   */
  readonly includeInactiveKeys?: boolean;

  /**
   * When the keys are looked at: once a week at the least, or this throws. A notice lapses when
   * nothing was reported for two weeks, and an alarm goes off when no run comes to its end.
   *
   * A warning tells of runs that are less than four hours apart: IAM makes no newer list of users
   * before that, ages count in days, and each run takes calls of IAM.
   *
   * @default - once a day
   */
  readonly schedule?: events.Schedule;

  /**
   * For how long no run may come to its end before an alarm goes off: more than there may be
   * between two runs of `schedule`, and at most seven days, or it throws. Throws as well if
   * `excludedAlarms` names that alarm.
   *
   * A new alarm waits for as long, and an hour more, before it looks, but CloudWatch has none wait
   * for more than two days: where the first run comes later than that, it goes off until then.
   *
   * @default - twice the time between two runs of `schedule`, but from two to seven days; where
   * that time is a week, each calendar week (in UTC) without a run
   */
  readonly missedRunAlarmAfter?: Duration;

  /**
   * Whose keys are left alone. Throws for an exclusion that does nothing beside another: the same
   * user, group or tag twice, or a path below one that is excluded in the same accounts. Throws as
   * well for one in accounts alone whose keys the sentry is known not to look at.
   *
   * @default - no one's
   */
  readonly excluding?: KeyExclusion[];

  /**
   * Where the owners of keys are found, in this order: the first that gives one counts. Reports are
   * grouped by owner, questions name it, and an EventBridge event for each owner has the keys and
   * what comes next. An owner decides nothing: by tags, anyone who may tag users can write it.
   * Throws if it is empty, for a place that is never looked at: the same twice, one after
   * `KeyOwner.userName()`, or a path below an earlier one; and for a tag that is in `excluding`.
   *
   * @default - no one looks for owners
   */
  readonly owners?: KeyOwner[];

  /**
   * The workflow whose Slack app sends each owner a direct message about their keys, with each
   * report that is sent: which keys, why, what comes next, and what to do. It has no buttons, and
   * decides nothing.
   *
   * Only owners whose name is the e-mail address of a full member of the workspace get one, and at
   * most 100 with a report: where there are more, the most urgent 50 of those with a step to come,
   * while all others take turns. What is no news comes once in 20 hours. Those who get none still
   * have their events, are counted in the report, or are reported by the workflow. Throws without
   * `owners`, and if the workflow is in another account or Region.
   *
   * @default - owners hear by events alone
   */
  readonly notifyOwnersThrough?: SlackApprovalWorkflow;

  /**
   * The actions on old and unused keys. Throws if keys would be deactivated before they are listed.
   *
   * @default KeyActions.reportOnly()
   */
  readonly actions?: KeyActions;

  /**
   * Whether `actions` are taken, or only reported as what would happen. In OBSERVE, the function
   * has no rights to change keys. Throws for OBSERVE without `actions`.
   *
   * @default SentryMode.ENFORCE
   */
  readonly mode?: SentryMode;

  /**
   * When runs are reported. With any of them, what is new since the last report is marked. Throws
   * for `KeyReports.changesOnly()` with `notifyWhenNothingFound`, which would do nothing.
   *
   * @default - each run that finds something, and what is new is not marked
   */
  readonly reports?: KeyReports;

  /**
   * Whether a run that finds nothing is reported as well; with `KeyReports.weekly()`, once a week.
   *
   * @default false
   */
  readonly notifyWhenNothingFound?: boolean;

  /**
   * A bucket into which each run puts one CSV file with all keys of all users, those of excluded
   * users as well: their age and use, the classes they are listed with, the steps taken or due, and
   * who is excluded by what and why. Nothing depends on it: a file that cannot be written is
   * reported, and costs nothing else. The look-ups of keys that are neither listed nor due are made
   * for it.
   *
   * It has to be in the sentry's Region, or this throws. For one of another account, a warning says
   * what its policy has to hold; give its account with `Bucket.fromBucketAttributes()`, since a
   * bucket of another owner than that gets nothing.
   *
   * If an imported bucket is encrypted with a KMS key of yours, give the key as well:
   * `Bucket.fromBucketAttributes(this, 'Audit', { bucketName, encryptionKey })`. By its name alone
   * the key is not known, the sentry gets no right to it, and no file is written.
   *
   * @default - no file is written
   */
  readonly inventoryBucket?: s3.IBucket;

  /**
   * How the names of the files in `inventoryBucket` begin; the time of the run follows. Throws if
   * it does not end with a slash, begins with one, or has more than 900 characters, and without
   * `inventoryBucket`.
   *
   * @default access-keys/
   */
  readonly inventoryPrefix?: string;

  /**
   * Where the sentry reports what it found, and its alarms go: a standard topic of the same Region,
   * or this throws. It may be another account's, given by its ARN. If it is encrypted, it must be
   * with a key of your own, or this throws: no alarm can publish under the key that AWS manages.
   * The policies of a topic and a key of the app are extended; for those that are imported, a
   * warning says what they have to hold.
   *
   * @default - a topic of the sentry's own, encrypted with the key of its stack
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * Names of alarms to do without, such as `FailedAnnouncementAlarm`: the runbook says what each
   * tells. Throws for a name that no alarm of the sentry has.
   *
   * @default - none
   */
  readonly excludedAlarms?: string[];

  /**
   * The one Region in which the sentry works. IAM is global: a copy that is deployed to another
   * Region does nothing, and says so in its log and in the metric RunsSkipped. If there is no copy
   * in the home Region either, its alarm `SkippedEverywhereAlarm` goes off. An app may have copies
   * in several Regions where each names the same home, and one is there, or this throws. Throws as
   * well if aws-cdk-lib knows no such Region, or if it is of another partition than the stack.
   *
   * @default - the Region of the stack
   */
  readonly homeRegion?: string;

  /**
   * The hub whose members' keys are looked at as well, each with the member's own roles, and
   * reported in one message by account. Throws if the hub is in another account or Region, if it
   * has an IamKeySentry, and with a `homeRegion` other than the stack's.
   *
   * @default - the sentry looks at its own account alone
   */
  readonly hub?: SentryHub;
}
