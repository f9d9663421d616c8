import { CfnResource, Duration, Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { SourceHost, SourceReader } from './source-reader';
import {
  acknowledgeKeyUse,
  acknowledgeWildcard,
} from '../../../shared/constructs/acknowledge-finding';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { isInstanceOf } from '../../../shared/constructs/instance-of';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { keepName } from '../../../shared/constructs/role-name';
import { deadLetterQueue, takeOneByOne, workQueue } from '../../../shared/constructs/work-queue';
import {
  bucketPolicyPart,
  keyPolicyPart,
  type LogArchive,
  logArchiveStatement,
  logArchiveTemplate,
  logFilePattern,
  OBJECT_CREATED,
} from '../../contracts/log-archive';
import { READ_TRAIL } from '../../contracts/read-trail.environment';

export interface TrailReaderProps {
  readonly bucket: s3.IBucket;
  /** How the keys of all log files begin. */
  readonly prefix: string;
  readonly encryptionKey?: kms.IKey;
}

/** A trail of a large organization writes some files a second. */
const MAX_CONCURRENCY = 20;

/** It holds a whole log file, twice. */
const MEMORY = 1_769;

/** Reads the log files of a trail as they are written. */
export class TrailReader implements SourceReader {
  public readonly alarms: cloudwatch.Alarm[];
  private readonly objects: GuardedQueue;
  private readonly unhandled: GuardedQueue;

  constructor(
    private readonly host: SourceHost,
    private readonly props: TrailReaderProps,
  ) {
    const { hub, operators } = host;
    this.unhandled = deadLetterQueue(hub, 'UnhandledLogFiles', operators);
    this.objects = workQueue(hub, 'LogFiles', {
      contract: READ_TRAIL,
      unhandled: this.unhandled,
      operators,
    });
    this.letBucketTell();
    const reader = this.makeReader();
    this.letRead(reader);
    this.alarms = this.makeAlarms(reader);
    hub.node.addValidation({ validate: () => this.notificationErrors() });
  }

  public renderLogArchivePart(): string {
    const archive = this.knownArchive();
    return JSON.stringify(
      {
        bucketPolicy: bucketPolicyPart(archive),
        keyPolicy: keyPolicyPart(archive),
        template: logArchiveTemplate(archive),
      },
      undefined,
      2,
    );
  }

  /** EventBridge hears of the bucket only where the bucket is. */
  private get isElsewhere(): boolean {
    const { account, region } = Stack.of(this.host.hub);
    const { env } = this.props.bucket;
    return env.account !== account || env.region !== region;
  }

  private letBucketTell(): void {
    const { hub, bus, undelivered } = this.host;
    const { bucket, prefix } = this.props;
    const { detail, source } = logFilePattern({ bucketName: bucket.bucketName, prefix });
    new events.Rule(hub, 'LogFileRule', {
      ...(this.isElsewhere && { eventBus: bus }),
      description: `New log files of the trail that ${hub.node.path} reads`,
      eventPattern: {
        source,
        detailType: [OBJECT_CREATED],
        detail,
        ...(this.isElsewhere && { account: [bucket.env.account] }),
      },
      targets: [new targets.SqsQueue(this.objects, { deadLetterQueue: undelivered })],
    });
    if (!this.isElsewhere) return;
    new events.CfnEventBusPolicy(hub, 'LogArchivePolicy', {
      eventBusName: bus.eventBusName,
      statementId: 'LogArchiveForwards',
      statement: logArchiveStatement(bus.eventBusArn, bucket.env.account),
    });
  }

  private makeReader(): BundledFunction<string> {
    const { hub, hubName, topic, intake } = this.host;
    const { bucket, prefix } = this.props;
    const reader = new BundledFunction(hub, 'ReadTrail', {
      contract: READ_TRAIL,
      environment: () => ({
        HUB_PATH: hub.node.path,
        HUB_NAME: hubName,
        PARTITION: Stack.of(hub).partition,
        BUCKET: bucket.bucketName,
        BUCKET_OWNER: bucket.env.account,
        LOG_FILE_PREFIX: prefix,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        OBJECT_QUEUE_URL: this.objects.queueUrl,
        INTAKE_QUEUE_URL: intake.queueUrl,
      }),
      description: `Reads log files of a trail for ${hub.node.path}`,
      memorySize: MEMORY,
    });
    grantPublish(reader, topic);
    intake.grantSend(reader);
    takeOneByOne(reader, this.objects, MAX_CONCURRENCY);
    acknowledgeKeyUse(reader.role!);
    return reader;
  }

  private letRead(reader: BundledFunction<string>): void {
    const { hub, hubName } = this.host;
    const { bucket, prefix, encryptionKey } = this.props;
    // The account of the bucket knows the role by its name.
    if (this.isElsewhere) {
      keepName(
        reader.role!.node.defaultChild as iam.CfnRole,
        readerRoleName(hubName),
        'leave it out there, and give the hub a "name" that begins as your roles have to; the account of the bucket trusts no role under a path',
      );
    }
    const files = Stack.of(hub).formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: bucket.bucketName,
      resourceName: `${prefix}*`,
    });
    reader.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [files] }),
    );
    acknowledgeWildcard(reader.role!, files, 'Log files get their names from CloudTrail.');
    if (!encryptionKey) return;
    reader.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [encryptionKey.keyArn],
        conditions: {
          StringLike: { 'kms:ViaService': `s3.${bucket.env.region}.amazonaws.com*` },
        },
      }),
    );
  }

  private makeAlarms(reader: BundledFunction<string>): cloudwatch.Alarm[] {
    const { hub, topic } = this.host;
    const alarm = (id: string, metric: cloudwatch.Metric, description: string, threshold = 0) =>
      new NotifyingAlarm(hub, id, { metric, threshold, topic, description });
    return [
      alarm(
        'UnhandledLogFilesAlarm',
        this.unhandled.metricApproximateNumberOfMessagesVisible(),
        'The hub gave up on log files of the trail after hours of tries: the changes in them may stand.',
      ),
      alarm(
        'WaitingLogFilesAlarm',
        this.objects.metricApproximateAgeOfOldestMessage(),
        'A log file of the trail has waited for over 15 minutes: changes are judged late.',
        Duration.minutes(15).toSeconds(),
      ),
      alarm(
        'ReadTrailErrorsAlarm',
        reader.metricErrors(),
        'The function that reads log files of the trail fails as a whole.',
      ),
    ];
  }

  /** Of a bucket that is not in the app, nothing is known. */
  private notificationErrors(): string[] {
    const { bucket } = this.props;
    if (!isInstanceOf(bucket, s3.Bucket) || tellsEventBridge(bucket)) return [];
    return [
      `${this.host.hub.node.path}: the bucket ${bucket.node.path} does not tell EventBridge of new objects, so no log file would be read: ` +
        'give it "eventBridgeEnabled: true".',
    ];
  }

  private knownArchive(): LogArchive {
    const { hub, hubName } = this.host;
    const { bucket, prefix } = this.props;
    if (!this.isElsewhere) {
      throw new Error(
        `${hub.node.path}: the bucket of the organization trail is in the hub's own account and Region: no other has to add anything.`,
      );
    }
    const stack = Stack.of(hub);
    const hubRegion = this.known('the Region of the hub', stack.region);
    const hubAccountId = this.known('the account of the hub', stack.account);
    const { partition = stack.partition } = RegionInfo.get(hubRegion);
    return {
      partition: this.known('the partition of the hub', partition),
      accountId: this.known('the account of the bucket', bucket.env.account),
      region: this.known('the Region of the bucket', bucket.env.region),
      bucketName: this.known('the name of the bucket', bucket.bucketName),
      prefix: this.known('the beginning of the keys', prefix),
      hubName,
      hubAccountId,
      busArn: `arn:${partition}:events:${hubRegion}:${hubAccountId}:event-bus/${hubName}`,
      readerRoleArn: `arn:${partition}:iam::${hubAccountId}:role/${readerRoleName(hubName)}`,
    };
  }

  private known(what: string, value: string): string {
    if (!Token.isUnresolved(value)) return value;
    throw new Error(
      `${this.host.hub.node.path}: ${what} is not known before the deployment, so nothing can be printed: ` +
        'give the stack an "env" with account and Region, and import the bucket by its name, account and Region.',
    );
  }
}

function readerRoleName(hubName: string): string {
  return `${hubName}-hub-read-trail`;
}

/** By a property of the resource, or by a resource of the CDK that sets it. */
function tellsEventBridge(bucket: s3.Bucket): boolean {
  const stack = Stack.of(bucket);
  return bucket.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .map((resource) => JSON.stringify(stack.resolve(resource._toCloudFormation())))
    .some((template) => template.includes('EventBridgeConfiguration'));
}
