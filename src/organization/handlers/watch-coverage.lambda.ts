import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { ScheduledEvent } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { type RunContext, RunFailures } from '../../shared/adapters/failure/run-failures';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { coverageNotification } from '../adapters/coverage-notification';
import { DynamoCoverage } from '../adapters/dynamo-coverage';
import { readHubConfiguration } from '../adapters/hub-configuration';
import { sendLooks } from '../adapters/look-messages';
import { readAccounts } from '../adapters/organization-accounts';
import { COVERAGE_METRICS as METRIC } from '../contracts/coverage-metrics';
import type { HubParameter } from '../contracts/hub-parameter';
import { UNKNOWN_ACCOUNT_DETAIL_TYPE } from '../contracts/unknown-account-event';
import { WATCH_COVERAGE } from '../contracts/watch-coverage.environment';
import { refreshMembers, type RefreshPorts } from '../domain/gaps/refresh-members';
import {
  type CoveragePorts,
  type CoverageReport,
  watchCoverage,
  type WatchedOrganization,
} from '../domain/gaps/watch-coverage';

const environment = readEnvironment(WATCH_COVERAGE, process.env);
const hub = environment.HUB_PATH;
const { logger, metrics, failures } = telemetryOf({
  construct: hub,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

const ssm = new SSMClient(CLIENT_SETTINGS);
const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const organizations = new OrganizationsClient(CLIENT_SETTINGS);
const store = new DynamoCoverage(new DynamoDBClient(CLIENT_SETTINGS), environment.COVERAGE_TABLE);
const notifications = new SnsNotifications(
  new SNSClient(CLIENT_SETTINGS),
  environment.NOTIFICATION_TOPIC_ARN,
);
const runFailures = new RunFailures({
  failures,
  clock: SYSTEM_CLOCK,
  what: 'A run over what the hub covers',
  next: 'The next run starts from the beginning. Until one succeeds, places that go dark are not named.',
});

/**
 * One run, or what a function asks for that got a record of an unknown account. A failure is
 * thrown: Lambda tries again, and the alarm goes off.
 */
export async function handler(
  event: Partial<Pick<ScheduledEvent, 'time'> & { 'detail-type': string }> | undefined,
  context: RunContext,
): Promise<void> {
  const work = event?.['detail-type'] === UNKNOWN_ACCOUNT_DETAIL_TYPE ? refresh : run;
  try {
    await runFailures.reporting({ event, context }, work);
  } finally {
    metrics.publishStoredMetrics();
  }
}

async function run(): Promise<void> {
  const configuration = await readHubConfiguration(ssm, environment.CONFIGURATION_PARAMETER);
  const now = SYSTEM_CLOCK.now();
  const report = await watchCoverage(watchedBy(configuration), portsOf(configuration, now), now);
  await tell(report, configuration);
  await store.remember(report);
  count(report);
}

async function refresh(): Promise<void> {
  const configuration = await readHubConfiguration(ssm, environment.CONFIGURATION_PARAMETER);
  const ports = portsOf(configuration, SYSTEM_CLOCK.now());
  const joined = await refreshMembers(watchedBy(configuration), ports);
  logger.info('read the list of accounts again', { joined });
}

function watchedBy({ accounts, regions, expected }: HubParameter): WatchedOrganization {
  return {
    selection: accounts,
    hubAccountId: environment.ACCOUNT_ID,
    hubRegion: process.env.AWS_REGION ?? 'unknown',
    regions,
    expected,
  };
}

function portsOf({ accounts }: HubParameter, now: Date): CoveragePorts & RefreshPorts {
  return {
    store,
    ...(accounts.kind === 'organization' && {
      readAccounts: async () => readAccounts(organizations, now),
    }),
    lookAt: async (members) => sendLooks(sqs, environment.LOOK_QUEUE_URL, members),
  };
}

async function tell(report: CoverageReport, { warnings }: HubParameter): Promise<void> {
  const notification = coverageNotification(report, { hub, warnings });
  if (notification) await notifications.publish(notification);
}

function count(report: CoverageReport): void {
  const { members, standing, wentDark, neverCovered, left, listFailure } = report;
  logger.info('coverage', {
    members,
    gaps: standing.length,
    wentDark: wentDark.length,
    neverCovered: neverCovered.length,
    left: left.length,
    listFailure,
  });
  metrics.addMetric(METRIC.coverageRuns, MetricUnit.Count, 1);
  metrics.addMetric(METRIC.members, MetricUnit.Count, members);
  metrics.addMetric(METRIC.gaps, MetricUnit.Count, standing.length);
  if (wentDark.length > 0) metrics.addMetric(METRIC.wentDark, MetricUnit.Count, wentDark.length);
  if (listFailure !== undefined) {
    metrics.addMetric(METRIC.accountListFailures, MetricUnit.Count, 1);
  }
}
