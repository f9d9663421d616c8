import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledgeInPacks } from '../../../shared/constructs/acknowledge-finding';

export interface LogBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly retention: Duration;
  readonly removalPolicy: RemovalPolicy;
  /** Undefined for one that is made along with the bucket. */
  readonly accessLogsBucket?: s3.IBucket;
}

/** Time enough to find out that files were overwritten or deleted. */
const EARLIER_VERSIONS_KEPT = Duration.days(30);
const MULTIPART_UPLOADS_KEPT = Duration.days(7);

/** A closed bucket for the files of a trail, which reports new ones to EventBridge. */
export function logBucket(scope: Construct, props: LogBucketProps): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Bucket', {
    ...closed(props),
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: props.encryptionKey,
  });
  const accessLogs = props.accessLogsBucket ?? accessLogsBucket(scope, props);
  // Of the CDK's properties for both, one depends on flags of the user's app, and the other brings
  // a function of its own.
  const resource = bucket.node.defaultChild as s3.CfnBucket;
  resource.loggingConfiguration = {
    destinationBucketName: accessLogs.bucketName,
    logFilePrefix: ACCESS_LOGS_PREFIX,
  };
  resource.notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  letAccessBeLogged(accessLogs, bucket);
  keepPolicy(bucket, props);
  acknowledgeReplication(bucket);
  return bucket;
}

const ACCESS_LOGS_PREFIX = 'trail/';

/** S3 cannot log to a bucket that is encrypted with a key of KMS. */
function accessLogsBucket(scope: Construct, props: LogBucketProps): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'AccessLogs', {
    ...closed(props),
    encryption: s3.BucketEncryption.S3_MANAGED,
  });
  keepPolicy(bucket, props);
  acknowledgeReplication(bucket);
  acknowledgeInPacks(
    bucket,
    'S3DefaultEncryptionKMS',
    'S3 cannot log to a bucket that is encrypted with a key of KMS.',
  );
  return bucket;
}

function acknowledgeReplication(bucket: s3.Bucket): void {
  acknowledgeInPacks(
    bucket,
    'S3BucketReplicationEnabled',
    'Earlier versions are kept for 30 days; a copy in another Region is for the company to decide, in a bucket of its own.',
  );
}

function closed({ retention, removalPolicy }: LogBucketProps): s3.BucketProps {
  return {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    lifecycleRules: [
      {
        id: 'Retention',
        expiration: retention,
        noncurrentVersionExpiration: EARLIER_VERSIONS_KEPT,
        abortIncompleteMultipartUploadAfter: MULTIPART_UPLOADS_KEPT,
      },
      { id: 'DeleteMarkers', expiredObjectDeleteMarker: true },
    ],
  };
}

function letAccessBeLogged(accessLogs: s3.IBucket, bucket: s3.Bucket): void {
  accessLogs.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AccessLogs',
      principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [accessLogs.arnForObjects(`${ACCESS_LOGS_PREFIX}*`)],
      conditions: {
        ArnLike: { 'aws:SourceArn': bucket.bucketArn },
        StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account },
      },
    }),
  );
}

/** A bucket that is kept stays closed. */
function keepPolicy(bucket: s3.Bucket, { removalPolicy }: LogBucketProps): void {
  bucket.policy?.applyRemovalPolicy(removalPolicy);
}
