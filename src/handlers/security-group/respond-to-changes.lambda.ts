import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../adapters/clock/system-clock';
import { KeptConfiguration } from '../../adapters/configuration/kept-configuration';
import { SnsNotifications } from '../../adapters/notification/sns-notifications';
import { postpone } from '../../adapters/queue/sqs-back-off';
import { parseChangeEvent, UnreadableEventError } from '../../adapters/security-group/change-event';
import { changeNotification, unreadableEventNotification } from '../../adapters/security-group/change-notification';
import { Ec2SecurityGroups } from '../../adapters/security-group/ec2-security-groups';
import { loadSentryConfiguration } from '../../adapters/security-group/sentry-configuration';
import { readEnvironment } from '../../contracts/handler-environment';
import { METRICS_NAMESPACE, SECURITY_GROUP_METRICS as METRIC } from '../../contracts/metrics';
import { MAX_RULES_IN_MESSAGE } from '../../contracts/security-group/change-message';
import { RESPOND_TO_CHANGES } from '../../contracts/security-group/respond-to-changes.environment';
import { type ChangeReport, hasFailures, secondsOpen } from '../../domain/security-group/change-report';
import { respondToChange } from '../../domain/security-group/respond-to-change';

const environment = readEnvironment(RESPOND_TO_CHANGES, process.env);
const sentry = environment.SENTRY_NAME;
const logger = new Logger({ serviceName: sentry });
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: sentry });

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const notifications = new SnsNotifications(new SNSClient(CLIENT_SETTINGS), environment.NOTIFICATION_TOPIC_ARN);
const ssm = new SSMClient(CLIENT_SETTINGS);
const parameters = { policies: environment.POLICIES_PARAMETER, groups: environment.MONITORED_GROUPS_PARAMETERS.split(',') };
const configuration = new KeptConfiguration(() => loadSentryConfiguration(ssm, parameters), SYSTEM_CLOCK);
const surroundings = {
  groups: new Ec2SecurityGroups(new EC2Client(CLIENT_SETTINGS)),
  clock: SYSTEM_CLOCK,
  own: { roleArn: environment.OWN_ROLE_ARN, sessionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '' },
};

/** Each message of the batch on its own: one that fails is shown again later, the others are done. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const failures = await Promise.all(event.Records.map((record) => handleOrPostpone(record)));
  metrics.publishStoredMetrics();
  return { batchItemFailures: failures.flat() };
}

async function handleOrPostpone(record: SQSRecord): Promise<SQSBatchResponse['batchItemFailures']> {
  const tries = Number(record.attributes.ApproximateReceiveCount);
  try {
    await handleRecord(record, tries);
    return [];
  } catch (error) {
    logger.error('not done, will be tried again', { messageId: record.messageId, tries, error });
    metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries);
    await postpone(sqs, environment.CHANGE_QUEUE_URL, record.receiptHandle, tries).catch((reason: unknown) =>
      logger.warn('shown again after the visibility timeout of the queue only', { error: reason }));
    return [{ itemIdentifier: record.messageId }];
  }
}

async function handleRecord(record: SQSRecord, tries: number): Promise<void> {
  const receivedAt = new Date(Number(record.attributes.SentTimestamp));
  try {
    await respond(record.body, receivedAt, tries);
  } catch (error) {
    if (!(error instanceof UnreadableEventError)) throw error;
    logger.error('unreadable event', { reason: error.message, body: record.body });
    metrics.addMetric(METRIC.unreadableEvents, MetricUnit.Count, 1);
    await notifications.publish(unreadableEventNotification(record.body, error.message, sentry));
  }
}

async function respond(body: string, receivedAt: Date, tries: number): Promise<void> {
  const change = parseChangeEvent(body, receivedAt);
  const { reports, failures } = await respondToChange(change, await configuration.asOf(change.time), { ...surroundings, tries });
  const { eventId, eventName, group, errorCode } = change;
  logger.info('responded', { eventId, eventName, group, errorCode, tries, outcomes: reports.map(outcomesByRule) });
  reports.forEach(countOutcomes);
  if (reports.some(({ doubt }) => doubt)) metrics.addMetric(METRIC.unreadableEvents, MetricUnit.Count, 1);
  await Promise.all(reports.map((report) =>
    notifications.publishLargestThatFits(MAX_RULES_IN_MESSAGE, (rules) => changeNotification(report, sentry, rules))));
  if (failures.length > 0) throw new AggregateError(failures, `Event ${eventId} could not be judged for every group.`);
  if (reports.some(hasFailures)) throw new Error(`Not all rules of event ${eventId} could be reverted.`);
}

function outcomesByRule({ group, rules }: ChangeReport) {
  return { group: group.id, rules: rules.map(({ rule, outcome }) => ({ rule: rule.id, ...outcome })) };
}

function countOutcomes(report: ChangeReport): void {
  for (const { outcome } of report.rules) {
    if (outcome.kind === 'already-gone') continue;
    metrics.addMetric(METRIC.violations, MetricUnit.Count, 1);
    if (outcome.kind === 'failed') metrics.addMetric(METRIC.revertsFailed, MetricUnit.Count, 1);
    if (outcome.kind !== 'reverted') continue;
    metrics.addMetric(METRIC.rulesReverted, MetricUnit.Count, 1);
    metrics.addMetric(METRIC.secondsOpen, MetricUnit.Seconds, secondsOpen(report));
  }
}
