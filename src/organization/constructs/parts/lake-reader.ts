import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { SourceHost, SourceReader } from './source-reader';
import { acknowledgeKeyUse } from '../../../shared/constructs/acknowledge-finding';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm, SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { READ_LAKE } from '../../contracts/read-lake.environment';
import { READING_METRICS } from '../../contracts/reading-metrics';

const EVERY = Duration.minutes(10);
const SILENT_HOURS = 2;
const LONGEST_LAG = Duration.hours(1);

/** Asks an event data store for what has happened lately. */
export class LakeReader implements SourceReader {
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    private readonly host: SourceHost,
    private readonly storeArn: string,
  ) {
    const reader = this.makeReader();
    new events.Rule(host.hub, 'ReadLakeSchedule', {
      description: `When ${host.hub.node.path} reads CloudTrail Lake`,
      schedule: events.Schedule.rate(EVERY),
      targets: [new targets.LambdaFunction(reader)],
    });
    this.alarms = this.makeAlarms(reader);
  }

  private makeReader(): BundledFunction<string> {
    const { hub, hubName, topic, intake, coverage } = this.host;
    const reader = new BundledFunction(hub, 'ReadLake', {
      contract: READ_LAKE,
      environment: () => ({
        HUB_PATH: hub.node.path,
        HUB_NAME: hubName,
        PARTITION: Stack.of(hub).partition,
        STORE_ARN: this.storeArn,
        COVERAGE_TABLE: coverage.tableName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        INTAKE_QUEUE_URL: intake.queueUrl,
      }),
      description: `Reads CloudTrail Lake for ${hub.node.path}`,
      memorySize: 512,
    });
    grantPublish(reader, topic);
    intake.grantSend(reader);
    coverage.grantWatermark(reader.role!);
    reader.addToRolePolicy(
      new iam.PolicyStatement({
        actions: [
          'cloudtrail:StartQuery',
          'cloudtrail:DescribeQuery',
          'cloudtrail:GetQueryResults',
          'cloudtrail:CancelQuery',
        ],
        resources: [this.storeArn],
      }),
    );
    acknowledgeKeyUse(reader.role!);
    return reader;
  }

  private makeAlarms(reader: BundledFunction<string>): cloudwatch.Alarm[] {
    const { hub, topic } = this.host;
    return [
      new SilenceAlarm(hub, 'MissedLakeRunsAlarm', {
        signsOfLife: (period) => ownMetric(hub, READING_METRICS.lakeRuns, { period }),
        period: Duration.hours(1),
        periods: SILENT_HOURS,
        topic,
        description: `CloudTrail Lake has not been read for ${SILENT_HOURS} hours: nothing comes by this source.`,
      }),
      new NotifyingAlarm(hub, 'LakeLagAlarm', {
        metric: ownMetric(hub, READING_METRICS.lakeLag),
        threshold: LONGEST_LAG.toSeconds(),
        topic,
        description:
          'Reading of CloudTrail Lake is more than an hour behind, and catches up: changes are judged late.',
      }),
      new NotifyingAlarm(hub, 'ReadLakeErrorsAlarm', {
        metric: reader.metricErrors(),
        threshold: 0,
        topic,
        description: 'The function that reads CloudTrail Lake fails.',
      }),
    ];
  }
}
