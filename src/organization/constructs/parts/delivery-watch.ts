import { Duration, Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { SilenceAlarm } from '../../../shared/constructs/notifying-alarm';

export interface DeliveryWatchProps {
  /** Reports new files to EventBridge. */
  readonly bucket: s3.IBucket;
  /** How the keys of the files that are counted begin. */
  readonly filePrefix: string;
  readonly topic: sns.ITopic;
}

/** With its digest files, a trail writes every hour, also where nothing has happened. */
const SILENT_HOURS = 3;

/**
 * Notices that a trail writes no files any more, whatever keeps it from doing so. CloudTrail has no
 * metric for that. So new files are counted: by the messages that a queue gets, and forgets.
 */
export class DeliveryWatch {
  public readonly rule: events.Rule;
  public readonly queue: GuardedQueue;
  public readonly alarm: cloudwatch.Alarm;

  constructor(trail: Construct, { bucket, filePrefix, topic }: DeliveryWatchProps) {
    this.queue = new GuardedQueue(trail, 'NewLogFiles', {
      operators: [],
      retentionPeriod: Duration.minutes(1),
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'Its messages are counted, and read by no one.',
    });
    this.rule = new events.Rule(trail, 'NewLogFileRule', {
      description: `Log files that ${trail.node.path} has written`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: events.Match.prefix(filePrefix) },
        },
      },
      targets: [new targets.SqsQueue(this.queue)],
    });
    this.alarm = new SilenceAlarm(trail, 'NoLogFilesAlarm', {
      signsOfLife: (period) => this.queue.metricNumberOfMessagesSent({ period }),
      period: Duration.hours(1),
      periods: SILENT_HOURS,
      description: `The trail has written no file for ${SILENT_HOURS} hours: calls may not be recorded.`,
      topic,
    });
  }
}
