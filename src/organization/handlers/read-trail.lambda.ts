import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import type { NamedWork } from '../../shared/domain/failure/failure';
import { parseCreatedObject, readLogFile } from '../adapters/log-files';
import { handOnRecords } from '../adapters/watched-records';
import { READ_TRAIL } from '../contracts/read-trail.environment';
import { READING_METRICS as METRIC } from '../contracts/reading-metrics';
import { placeOfLogFile } from '../domain/reading/log-file-key';

const environment = readEnvironment(READ_TRAIL, process.env);
const { HUB_PATH: hub, BUCKET: bucket, BUCKET_OWNER: owner, LOG_FILE_PREFIX: prefix } = environment;
const { logger, metrics, failures } = telemetryOf({
  construct: hub,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

/** With its name in the path, a bucket may have dots in it. */
const s3 = new S3Client({ ...CLIENT_SETTINGS, forcePathStyle: true });
const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const reader = {
  sqs,
  intakeQueueUrl: environment.INTAKE_QUEUE_URL,
  source: 'organization-trail',
  partition: environment.PARTITION,
  hubName: environment.HUB_NAME,
} as const;

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.OBJECT_QUEUE_URL,
  handle: read,
  workIn,
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
};

/** One log file for each message. */
export const handler = messageHandler(handling, metrics);

async function read({ body }: SQSRecord): Promise<void> {
  const created = parseCreatedObject(body);
  const { key } = created;
  const place = created.bucket === bucket ? placeOfLogFile(key, prefix) : undefined;
  if (!place) {
    metrics.addMetric(METRIC.passedOver, MetricUnit.Count, 1);
    logger.info('no log file of the trail', { ...created });
    return;
  }
  const records = await readLogFile(s3, { bucket, owner, key });
  const handedOn = await handOnRecords(
    records.map((record) => ({ place, record })),
    reader,
  );
  metrics.addMetric(METRIC.logFiles, MetricUnit.Count, 1);
  if (handedOn > 0) metrics.addMetric(METRIC.records, MetricUnit.Count, handedOn);
  logger.info('read a log file', { key, records: records.length, handedOn });
}

function workIn({ body }: SQSRecord): NamedWork {
  try {
    const { key } = parseCreatedObject(body);
    const place = placeOfLogFile(key, prefix);
    return {
      what: `The log file ${key}`,
      ...(place && { account: place.accountId, region: place.region }),
    };
  } catch {
    return { what: `A message about a log file: ${body.slice(0, 100)}` };
  }
}
