import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { isToBeLeftOut } from '../../shared/adapters/aws/failure-kind';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { handleMessages, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import {
  METRICS_NAMESPACE,
  SECURITY_GROUP_METRICS as METRIC,
} from '../../shared/contracts/metrics';
import { Announcements } from '../adapters/announcements';
import { ChangeAsking, WorkflowQueues } from '../adapters/change-asking';
import { parseChangeEvent, UnreadableEventError } from '../adapters/change-event';
import { unreadableEventNotification } from '../adapters/change-notification';
import {
  CloudTrailEventHistory,
  ACTING_PATIENCE_SECONDS,
  HISTORY_CLIENT_SETTINGS,
} from '../adapters/cloudtrail-event-history';
import { DynamoEventLog } from '../adapters/dynamo-event-log';
import { DynamoLedger } from '../adapters/dynamo-ledger';
import { DynamoSignsOfLife } from '../adapters/dynamo-signs-of-life';
import { Ec2SecurityGroups } from '../adapters/ec2-security-groups';
import { sendHeartbeat } from '../adapters/heartbeat';
import { type LastingPorts, portsAt } from '../adapters/ports-of-try';
import { parseQueueMessage } from '../adapters/queue-messages';
import { reportUnsentEvent } from '../adapters/report-announcer';
import { loadSentryConfiguration } from '../adapters/sentry-configuration';
import { workInEvent } from '../adapters/work-in-event';
import { RESPOND_TO_CHANGES } from '../contracts/respond-to-changes.environment';
import { isOwnCall } from '../domain/changes/actor';
import type { Change } from '../domain/changes/change';
import { heartbeatGroup } from '../domain/heartbeat';
import { type ChangeReport, secondsOpen } from '../domain/reporting/change-report';
import { respondToChange } from '../domain/responding/respond-to-change';
import { respondToDifferences } from '../domain/responding/respond-to-differences';
import type { Responses } from '../domain/responding/responses';

const environment = readEnvironment(RESPOND_TO_CHANGES, process.env);
const sentry = environment.SENTRY_NAME;
const logger = new Logger({ serviceName: sentry });
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: sentry });

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const ec2 = new EC2Client(CLIENT_SETTINGS);
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const signs = new DynamoSignsOfLife(dynamo, environment.LEDGER_TABLE);
const ssm = new SSMClient(CLIENT_SETTINGS);
const configuration = new CachedConfiguration(
  () => loadSentryConfiguration(ssm, environment),
  SYSTEM_CLOCK,
);
const workflows = new WorkflowQueues(
  sqs,
  async () => (await configuration.asOf(new Date(0))).workflows,
);
const announcements = new Announcements(
  new SnsNotifications(new SNSClient(CLIENT_SETTINGS), environment.NOTIFICATION_TOPIC_ARN),
  new EventBridgeClient(CLIENT_SETTINGS),
  workflows,
);
const failures = FailureReporter.ofFunction({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  logger,
});
const place = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };
const ports: LastingPorts = {
  groups: new Ec2SecurityGroups(ec2, environment.ACCOUNT_ID),
  ledger: new DynamoLedger(dynamo, environment.LEDGER_TABLE),
  events: new DynamoEventLog(dynamo, environment.LEDGER_TABLE),
  history: new CloudTrailEventHistory(
    new CloudTrailClient(HISTORY_CLIENT_SETTINGS),
    ACTING_PATIENCE_SECONDS,
  ),
  asker: new ChangeAsking(dynamo, environment.LEDGER_TABLE, SYSTEM_CLOCK),
  clock: SYSTEM_CLOCK,
  own: {
    roleArn: environment.OWN_ROLE_ARN,
    sessionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '',
  },
};
const parts = { sentry, announcements, failures, configuration, ports };

/**
 * Each message of the batch on its own: one that fails is shown again later, the others are done.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  try {
    return await handleMessages(event, handling, context);
  } finally {
    metrics.publishStoredMetrics();
  }
}

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.CHANGE_QUEUE_URL,
  handle: handleRecord,
  workIn: ({ body }) => workInEvent(body),
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
};

async function handleRecord(record: SQSRecord, tries: number): Promise<void> {
  const receivedAt = new Date(Number(record.attributes.SentTimestamp));
  const message = parseQueueMessage(record.body);
  if (message?.type === 'heartbeat') return beat(receivedAt);
  if (message) {
    const known = {
      configuration: await configuration.asOf(receivedAt),
      ports: portsAt(tries, parts),
    };
    return conclude(await respondToDifferences(message.groupId, place, known), receivedAt);
  }
  try {
    await respond(parseChangeEvent(record.body, receivedAt), receivedAt, tries);
  } catch (error) {
    if (!(error instanceof UnreadableEventError)) throw error;
    logger.error('unreadable event', { reason: error.message, body: record.body });
    metrics.addMetric(METRIC.unreadableEvents, MetricUnit.Count, 1);
    const announcement = unreadableEventNotification(record.body, error.message, sentry);
    const leftOut = await announcements.tell(announcement, (failure) =>
      isToBeLeftOut(failure, tries),
    );
    leftOut.forEach((event) => reportUnsentEvent(announcement, event.error, failures));
  }
}

async function beat(receivedAt: Date): Promise<void> {
  const groupId = await heartbeatGroup(await configuration.asOf(receivedAt), ports.groups);
  if (groupId === undefined) {
    throw new Error('There is no monitored group to try the sentry on: does one exist?');
  }
  await sendHeartbeat(ec2, groupId);
}

async function respond(change: Change, receivedAt: Date, tries: number): Promise<void> {
  if (isElsewhere(change)) {
    return logger.warn('an event of another account or Region, passed over', {
      account: change.accountId,
      region: change.region,
    });
  }
  if (change.errorCode === 'Client.DryRunOperation') return keepHeartbeat(change);
  if (tries === 1) {
    metrics.addMetric(METRIC.eventsSeen, MetricUnit.Count, 1);
    metrics.addMetric(
      METRIC.detectionLag,
      MetricUnit.Seconds,
      secondsBetween(change.time, receivedAt),
    );
  }
  const responses = await respondToChange(
    change,
    () => configuration.asOf(change.time),
    portsAt(tries, parts),
  );
  const { eventId, eventName, subject } = change;
  logger.info('responded', {
    eventId,
    eventName,
    subject,
    tries,
    outcomes: responses.reports.map(outcomesByRule),
  });
  if (!change.rules.complete && responses.reports.length > 0) {
    metrics.addMetric(METRIC.unreadableEvents, MetricUnit.Count, 1);
  }
  conclude(responses, receivedAt);
}

/** A bus may get the events of others, whose groups are not to be found here. */
function isElsewhere({ accountId, region }: Change): boolean {
  return (
    (accountId !== 'unknown' && accountId !== place.accountId) ||
    (region !== 'unknown' && region !== place.region)
  );
}

/** Anyone may make dry runs; only the sentry's own prove anything. */
async function keepHeartbeat({ actor, time }: Change): Promise<void> {
  if (!isOwnCall(actor, ports.own)) return;
  metrics.addMetric(METRIC.heartbeats, MetricUnit.Count, 1);
  await signs.keep('heartbeat', time);
}

function conclude({ reports, failures: failed }: Responses, receivedAt: Date): void {
  reports.forEach((report) => countOutcomes(report, receivedAt));
  if (failed.length > 0) {
    throw new AggregateError(
      failed,
      failed
        .map((failure) => (failure instanceof Error ? failure.message : String(failure)))
        .join(' '),
    );
  }
}

function outcomesByRule({ group, rules }: ChangeReport) {
  return {
    group: group.id,
    rules: rules.map(({ rule, change, outcome }) => ({ rule: rule.id, change, ...outcome })),
  };
}

function countOutcomes(report: ChangeReport, receivedAt: Date): void {
  if (report.disputes.length > 0) {
    metrics.addMetric(METRIC.disputes, MetricUnit.Count, report.disputes.length);
  }
  for (const { outcome } of report.rules) {
    if (outcome.kind === 'already-gone') continue;
    metrics.addMetric(METRIC.violations, MetricUnit.Count, 1);
    if (outcome.kind === 'failed' || outcome.kind === 'not-restorable') {
      metrics.addMetric(METRIC.revertsFailed, MetricUnit.Count, 1);
    }
    if (outcome.kind !== 'reverted') continue;
    metrics.addMetric(METRIC.rulesReverted, MetricUnit.Count, 1);
    metrics.addMetric(METRIC.secondsOpen, MetricUnit.Seconds, secondsOpen(report));
    metrics.addMetric(
      METRIC.reactionTime,
      MetricUnit.Seconds,
      secondsBetween(receivedAt, report.lookedAt),
    );
    if (report.isRepeat) metrics.addMetric(METRIC.repeats, MetricUnit.Count, 1);
  }
}

function secondsBetween(one: Date, other: Date): number {
  return Math.max(0, (other.getTime() - one.getTime()) / 1_000);
}
