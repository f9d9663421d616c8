import * as events from 'aws-cdk-lib/aws-events';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { TopicTarget } from '../../../shared/constructs/topic-target';

export interface BucketWatchProps {
  readonly buckets: readonly s3.IBucket[];
  readonly topic: sns.ITopic;
  /** Messages that EventBridge cannot hand to the topic go here. */
  readonly deadLetterQueue: sqs.IQueue;
}

/** Each by the beginning of CloudTrail's name for it. */
const CALLS = [
  'DeleteBucket',
  'PutBucketAcl',
  'PutBucketEncryption',
  'PutBucketLifecycle',
  'PutBucketLogging',
  'PutBucketNotification',
  'PutBucketOwnershipControls',
  'PutBucketPolicy',
  'PutBucketPublicAccessBlock',
  'PutBucketReplication',
  'PutBucketVersioning',
];

/** Tells when someone changes how the bucket of a trail is closed, kept or heard of. */
export function bucketWatch(
  trail: Construct,
  { buckets, topic, deadLetterQueue }: BucketWatchProps,
): events.Rule {
  return new events.Rule(trail, 'BucketRule', {
    description: `Tells when someone tampers with the bucket of ${trail.node.path}`,
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['s3.amazonaws.com'],
        errorCode: events.Match.doesNotExist(),
        eventName: CALLS.flatMap((name) => events.Match.prefix(name)),
        requestParameters: { bucketName: buckets.map(({ bucketName }) => bucketName) },
      },
    },
    targets: [
      new TopicTarget(trail, {
        topic,
        deadLetterQueue,
        message: events.RuleTargetInput.fromText(messageText(trail)),
      }),
    ],
  });
}

/** Only values that AWS has checked: nothing is escaped. */
function messageText(trail: Construct): string {
  const field = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
  return (
    `[CRITICAL] ${trail.node.path}: ${field('eventName')} on ${field('requestParameters.bucketName')} ` +
    `by ${field('userIdentity.arn')} (${field('userIdentity.type')} ${field('userIdentity.invokedBy')}) from ${field('sourceIPAddress')} at ${field('eventTime')}, ` +
    `account ${events.EventField.account}, Region ${events.EventField.region}. ` +
    'If this was no deployment of yours, log files may be lost, read or forged: ' +
    `find out who did it, and put it back as it was; a deployment does so with cdk deploy --revert-drift only. CloudTrail event ${field('eventID')}.`
  );
}
