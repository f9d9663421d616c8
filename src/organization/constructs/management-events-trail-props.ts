import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';

/** Properties of a ManagementEventsTrail. */
export interface ManagementEventsTrailProps {
  /**
   * The name of the trail: 3 to 128 letters, digits, dots, hyphens and underscores, as CloudTrail
   * wants it, or this throws. With another name, the trail is another one.
   *
   * @default - made of the path of the construct
   */
  readonly trailName?: string;

  /**
   * The id of the organization, such as o-abc1234567, or this throws. The trail is then an
   * organization trail: it records every account, those that join later too. The stack must be
   * deployed to the management account, or to a delegated administrator for CloudTrail.
   *
   * @default - the trail records the account of the stack only
   */
  readonly organizationId?: string;

  /**
   * The account that owns the trail where a delegated administrator deploys it: twelve digits. An
   * organization trail is always the management account's. Throws without `organizationId`.
   *
   * @default - the account of the stack
   */
  readonly managementAccountId?: string;

  /**
   * Comes before `AWSLogs/` in the keys of the log files: up to 200 characters, without a slash at
   * its beginning or end, or this throws.
   *
   * @default - no prefix
   */
  readonly logPrefix?: string;

  /**
   * How long the bucket keeps log files: 90 to 3650 days, in whole days, or this throws. CloudTrail
   * itself shows the last 90 days. Throws along with `bucket`, whose life cycle is its owner's.
   *
   * @default Duration.days(365)
   */
  readonly retention?: Duration;

  /**
   * A bucket for the log files, in place of one of the trail's own. The policy of a bucket of the
   * app is extended; that of an imported one must let CloudTrail in already, as
   * `renderBucketPolicy` says. Without a bucket of the trail's own, no alarm tells that log files
   * have stopped.
   *
   * @default - a bucket of the trail's own: closed, versioned, encrypted with `encryptionKey`
   */
  readonly bucket?: s3.IBucket;

  /**
   * The key that encrypts the log files, in the Region of the bucket. The policy of a key of the
   * app is extended; that of an imported one must let CloudTrail in already, as `renderKeyPolicy`
   * says.
   *
   * @default - the key of `bucket`, or else one of the trail's own, which is rotated
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Where S3 logs who has read the bucket. An imported one must let logging.s3.amazonaws.com in
   * itself. Throws along with `bucket`.
   *
   * @default - a bucket of the trail's own, with the same retention
   */
  readonly accessLogsBucket?: s3.IBucket;

  /**
   * Where tampering is reported, and the alarms go: a standard topic of the same Region, or this
   * throws. It may be another account's, given by its ARN. If it is encrypted, it must be with a
   * key of your own, or this throws: no alarm can publish under the key that AWS manages. The
   * policies of a topic and a key of the app are extended; for those that are imported, a warning
   * says what they have to hold.
   *
   * @default - a topic of the trail's own, encrypted with the key of its stack
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * Names of alarms to do without, such as `NoLogFilesAlarm`: the runbook says what each tells.
   * Throws for a name that no alarm of the trail has.
   *
   * @default - none
   */
  readonly excludedAlarms?: string[];

  /**
   * Whether rules of EventBridge tell when someone tampers with the trail, its bucket or its key.
   *
   * Without them, log files can be deleted, or read by others, and no one hears; that the trail
   * writes none any more is told three hours later, by `NoLogFilesAlarm`.
   *
   * @default true
   */
  readonly tamperRules?: boolean;

  /**
   * E-mail addresses that are subscribed to the topic. Each has to confirm a message of AWS first.
   * Throws for what is no address, such as security or security@example.
   *
   * @default - no one is subscribed
   */
  readonly notificationEmails?: string[];

  /**
   * What becomes of the buckets and the keys of the trail's own when they leave the stack. With
   * DESTROY a function of the CDK empties the buckets first, and may delete log files: for test
   * accounts, and a warning says so. Throws where `bucket`, `encryptionKey` and
   * `notificationTopic` are all given.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}
