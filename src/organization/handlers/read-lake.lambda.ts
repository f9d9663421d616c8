import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ScheduledEvent } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { type RunContext, RunFailures } from '../../shared/adapters/failure/run-failures';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { reasonOf } from '../../shared/domain/failure/failure';
import { CloudTrailLake, type LakeRow } from '../adapters/cloudtrail-lake';
import { DynamoLakeWatermark } from '../adapters/dynamo-lake-watermark';
import { recordOfRow } from '../adapters/lake-rows';
import { handOnRecords, type PlacedRecord } from '../adapters/watched-records';
import { READ_LAKE } from '../contracts/read-lake.environment';
import { READING_METRICS as METRIC } from '../contracts/reading-metrics';
import { readLake } from '../domain/reading/read-lake';

const environment = readEnvironment(READ_LAKE, process.env);
const { HUB_PATH: hub, STORE_ARN: storeArn } = environment;
const [, , , region] = storeArn.split(':');
const { logger, metrics, failures } = telemetryOf({
  construct: hub,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

const lake = new CloudTrailLake({
  client: new CloudTrailClient({ ...CLIENT_SETTINGS, region }),
  storeArn,
  clock: SYSTEM_CLOCK,
});
const watermark = new DynamoLakeWatermark(
  new DynamoDBClient(CLIENT_SETTINGS),
  environment.COVERAGE_TABLE,
  storeArn,
);
const reader = {
  sqs: new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false }),
  intakeQueueUrl: environment.INTAKE_QUEUE_URL,
  source: 'cloudtrail-lake',
  partition: environment.PARTITION,
  hubName: environment.HUB_NAME,
} as const;
const runFailures = new RunFailures({
  failures,
  clock: SYSTEM_CLOCK,
  what: 'A run over the records in CloudTrail Lake',
  next: 'The next run reads from where reading ended. Until one succeeds, nothing comes by this source.',
});

/** For handing on what was found, and for the last words of the run. */
const KEPT_BACK_MILLISECONDS = 60_000;

/** One run. A failure is thrown: Lambda tries again, and the alarm goes off. */
export async function handler(
  event: Partial<ScheduledEvent> | undefined,
  context: RunContext,
): Promise<void> {
  try {
    await runFailures.reporting({ event, context }, async () => run(context));
  } finally {
    metrics.publishStoredMetrics();
  }
}

async function run(context: RunContext): Promise<void> {
  const now = SYSTEM_CLOCK.now();
  const endBy = new Date(
    now.getTime() + context.getRemainingTimeInMillis() - KEPT_BACK_MILLISECONDS,
  );
  const reading = await readLake(
    { watermark, pages: (window) => lake.pages(window, endBy), handOn },
    now,
  );
  logger.info('read CloudTrail Lake', { ...reading });
  if (reading.isPutOff) return;
  const lag = (now.getTime() - reading.window.until.getTime()) / 1_000;
  metrics.addMetric(METRIC.lakeRuns, MetricUnit.Count, 1);
  metrics.addMetric(METRIC.lakeLag, MetricUnit.Seconds, lag);
}

async function handOn(rows: readonly LakeRow[]): Promise<void> {
  const handedOn = await handOnRecords(rows.flatMap(recordIn), reader);
  if (handedOn > 0) metrics.addMetric(METRIC.records, MetricUnit.Count, handedOn);
}

/** A row that no place can be read of holds up none of the others. */
function recordIn(row: LakeRow): PlacedRecord[] {
  try {
    return [recordOfRow(row)];
  } catch (error) {
    logger.error('a row cannot be read', { row, error });
    failures.add(`row ${JSON.stringify(row).slice(0, 200)}`, {
      work: { what: 'A row of CloudTrail Lake' },
      state: 'given-up',
      reason: reasonOf(error),
      next: "The call in it was not judged. The function's log has the row.",
    });
    return [];
  }
}
