import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct, type IDependable } from 'constructs';
import { emptyingOf } from './emptied-bucket';
import type { ManagementEventsTrailProps } from './management-events-trail-props';
import {
  managementEventsTrailSettings,
  type ManagementEventsTrailSettings,
} from './management-events-trail-settings';
import { bucketWatch } from './parts/bucket-watch';
import { DeliveryWatch } from './parts/delivery-watch';
import { logBucket } from './parts/log-bucket';
import {
  bucketStatements,
  keyStatements,
  logFilePrefixOf,
  ownFilePrefixOf,
  trailArnOf,
  type TrailIdentity,
} from './trail-policies';
import { acknowledgeInPacks } from '../../shared/constructs/acknowledge-finding';
import { adviseOnAlarms } from '../../shared/constructs/alarm-advice';
import { AppliedSettings, rememberSettings } from '../../shared/constructs/applied-settings';
import { checkRemoval } from '../../shared/constructs/apply-company-settings';
import type { GuardedQueue } from '../../shared/constructs/guarded-queue';
import { keptAlarms } from '../../shared/constructs/kept-alarms';
import { ALARMS_ALONE, ALARMS_AND_EVENTS } from '../../shared/constructs/key-statements';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { NotifyingAlarm } from '../../shared/constructs/notifying-alarm';
import { isSameAccount } from '../../shared/constructs/same-account';
import { TamperRules } from '../../shared/constructs/tamper-rules';
import { undeliveredEvents } from '../../shared/constructs/work-queue';

/**
 * A CloudTrail trail of all management events of an account, or of an organization, in every
 * Region: what EventBridge needs to see API calls, for accounts that have no trail.
 *
 * The files are encrypted and signed, in a bucket to which only CloudTrail can write. Where someone
 * tampers with the trail, or it writes nothing any more, its topic tells.
 */
export class ManagementEventsTrail extends Construct {
  /** The trail. Its ARN is `trailArn`. */
  public readonly trail: cloudtrail.ITrailRef;

  /** The ARN of the trail; that of an organization trail has the management account in it. */
  public readonly trailArn: string;

  /**
   * Where the log files are. It reports each new one to EventBridge, as `Object Created`, if it is
   * the trail's own.
   */
  public readonly bucket: s3.IBucket;

  /**
   * How the keys of all files of the trail begin: with `AWSLogs/` and the account, or the
   * organization; before that comes `logPrefix`. Files of an organization have the account next.
   */
  public readonly logFilePrefix: string;

  /** The key that encrypts the log files. Who reads them needs it to decrypt. */
  public readonly encryptionKey: kms.IKey;

  /** Where tampering is reported, and the alarms go: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Alarms about the trail. They publish to the notification topic; add actions of your own at
   * will.
   */
  public readonly alarms: cloudwatch.Alarm[];

  private readonly identity: TrailIdentity;

  /**
   * Throws for a name, id, prefix, retention, address or topic that cannot work, for a prop that
   * would do nothing, and if the app has another ManagementEventsTrail for the same account.
   */
  constructor(scope: Construct, id: string, props: ManagementEventsTrailProps = {}) {
    super(scope, id);
    this.refuseSecondTrail();
    const settings = managementEventsTrailSettings(this, props);
    rememberSettings(this, new AppliedSettings({ removalPolicy: props.removalPolicy }));
    checkRemoval(this, props.removalPolicy);
    this.identity = identityOf(Stack.of(this), settings);
    this.trailArn = trailArnOf(this.identity);
    this.logFilePrefix = logFilePrefixOf(this.identity);

    this.encryptionKey =
      props.encryptionKey ?? props.bucket?.encryptionKey ?? logKey(this, settings.removalPolicy);
    this.bucket =
      props.bucket ??
      logBucket(this, {
        ...settings,
        encryptionKey: this.encryptionKey,
        accessLogsBucket: props.accessLogsBucket,
      });
    this.trail = this.makeTrail(this.letTrailIn());

    this.notificationTopic = props.notificationTopic
      ? givenTopic(
          this,
          props.notificationTopic,
          (props.tamperRules ?? true) ? ALARMS_AND_EVENTS : ALARMS_ALONE,
        )
      : notificationTopic(this, 'Notifications');
    settings.emails.forEach((email) =>
      this.notificationTopic.addSubscription(new subscriptions.EmailSubscription(email)),
    );
    this.alarms = this.keepWatch(props);
  }

  /**
   * What the policy of an imported bucket must hold, as JSON: for the account that owns it. It
   * grants the trail what it needs, and nothing to anyone else.
   *
   * Throws where the account and the Region of the stack, or the name of the bucket, are not known
   * at synth.
   */
  public renderBucketPolicy(): string {
    const identity = this.knownIdentity();
    const name = this.known('the name of the bucket', this.bucket.bucketName);
    return policyText(this, bucketStatements(identity, `arn:${identity.partition}:s3:::${name}`));
  }

  /**
   * What the policy of an imported key must hold besides the rights of its administrators and of
   * those who read the log files, as JSON: for the account that owns it.
   *
   * Throws where the account and the Region of the stack are not known at synth.
   */
  public renderKeyPolicy(): string {
    return policyText(this, keyStatements(this.knownIdentity()));
  }

  /** The second copy of a management event is what CloudTrail charges for. */
  private refuseSecondTrail(): void {
    const other = this.node.root.node
      .findAll()
      .find(
        (construct) =>
          construct !== this &&
          construct instanceof ManagementEventsTrail &&
          isSameAccount(this, construct),
      );
    if (!other) return;
    throw new Error(
      `${this.node.path}: ${other.node.path} already records the same account in every Region, and AWS charges for each further copy: write one ManagementEventsTrail for each account.`,
    );
  }

  /** Gives what has to be there before CloudTrail takes the trail, its policy above all. */
  private letTrailIn(): IDependable[] {
    keyStatements(this.identity).forEach((statement) =>
      this.encryptionKey.addToResourcePolicy(statement, true),
    );
    const emptying = emptyingOf(this.bucket);
    const statements = bucketStatements(this.identity, this.bucket.bucketArn, emptying?.roleArn);
    const policies = statements.flatMap(
      (statement) => this.bucket.addToResourcePolicy(statement).policyDependable ?? [],
    );
    // The trail goes before its bucket is emptied, or it would go on to write files.
    return [...policies, ...(emptying ? [emptying.resource] : [])];
  }

  private makeTrail(dependencies: readonly IDependable[]): cloudtrail.CfnTrail {
    const { name, organizationId, logPrefix } = this.identity;
    const trail = new cloudtrail.CfnTrail(this, 'Trail', {
      trailName: name,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      isOrganizationTrail: organizationId === undefined ? undefined : true,
      enableLogFileValidation: true,
      eventSelectors: [{ includeManagementEvents: true, readWriteType: 'All' }],
      s3BucketName: this.bucket.bucketName,
      s3KeyPrefix: logPrefix,
      kmsKeyId: this.encryptionKey.keyArn,
    });
    trail.node.addDependency(...dependencies);
    acknowledgeInPacks(
      trail,
      'CloudTrailCloudWatchLogsEnabled',
      'Calls that count reach EventBridge within seconds; a copy of all of them in CloudWatch Logs would cost more than the trail.',
    );
    return trail;
  }

  private keepWatch({
    bucket,
    tamperRules = true,
    excludedAlarms,
  }: ManagementEventsTrailProps): cloudwatch.Alarm[] {
    const topic = this.notificationTopic;
    const undelivered = tamperRules ? undeliveredEvents(this, []) : undefined;
    const bucketRules = undelivered
      ? [bucketWatch(this, { buckets: [this.bucket], topic, deadLetterQueue: undelivered })]
      : [];
    const filePrefix = ownFilePrefixOf(this.identity);
    const deliveries = bucket
      ? []
      : [new DeliveryWatch(this, { bucket: this.bucket, filePrefix, topic })];
    const all = [
      ...(undelivered ? [undeliveredAlarm(this, undelivered, topic)] : []),
      ...deliveries.map(({ alarm }) => alarm),
    ];
    const alarms = keptAlarms(this, all, excludedAlarms);
    adviseOnAlarms(this, { topic, alarms, tamperRules });
    if (undelivered) {
      new TamperRules(this, 'Tamper', {
        topic,
        deadLetterQueue: undelivered,
        rules: [...bucketRules, ...deliveries.map(({ rule }) => rule)],
        functions: [],
        tables: [],
        queues: [undelivered, ...deliveries.map(({ queue }) => queue)],
        parameters: [],
        keys: [this.encryptionKey],
        alarms,
      });
    }
    return alarms;
  }

  private knownIdentity(): TrailIdentity {
    const { region, ownerAccount, name } = this.identity;
    this.known('the account', ownerAccount);
    this.known('the name of the trail', name);
    const partition = RegionInfo.get(this.known('the Region', region)).partition;
    return { ...this.identity, partition: this.known('the partition', partition) };
  }

  private known(what: string, value: string | undefined): string {
    if (value !== undefined && !Token.isUnresolved(value)) return value;
    throw new Error(
      `${this.node.path}: ${what} is not known before the deployment, so the policy cannot be printed: ` +
        'give the stack an "env" with account and Region, and import the bucket by its name.',
    );
  }
}

function identityOf(stack: Stack, settings: ManagementEventsTrailSettings): TrailIdentity {
  const { name, organizationId, managementAccountId, logPrefix } = settings;
  return {
    partition: stack.partition,
    region: stack.region,
    ownerAccount: managementAccountId ?? stack.account,
    name,
    organizationId,
    logPrefix,
  };
}

function logKey(trail: Construct, removalPolicy: RemovalPolicy): kms.Key {
  return new kms.Key(trail, 'Key', {
    enableKeyRotation: true,
    description: `Log files of ${trail.node.path}`,
    removalPolicy,
  });
}

function policyText(trail: Construct, statements: iam.PolicyStatement[]): string {
  const document = new iam.PolicyDocument({ statements });
  return JSON.stringify(Stack.of(trail).resolve(document), undefined, 2);
}

function undeliveredAlarm(
  trail: Construct,
  queue: GuardedQueue,
  topic: sns.ITopic,
): cloudwatch.Alarm {
  return new NotifyingAlarm(trail, 'UndeliveredEventsAlarm', {
    metric: queue.metricApproximateNumberOfMessagesVisible(),
    threshold: 0,
    topic,
    description: 'EventBridge could not hand word of tampering to the topic.',
  });
}
