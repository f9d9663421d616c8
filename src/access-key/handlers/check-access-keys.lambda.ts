import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { ScheduledEvent } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { type RunContext, RunFailures } from '../../shared/adapters/failure/run-failures';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { METRICS_NAMESPACE } from '../../shared/contracts/metrics';
import { reasonOf } from '../../shared/domain/failure/failure';
import { DynamoKeyRecords, RUN_LEASE } from '../adapters/dynamo-key-records';
import { FindingEvents } from '../adapters/finding-events';
import { hasCopyIn } from '../adapters/home-copy';
import { IAM_CLIENT_SETTINGS, IamAccessKeys } from '../adapters/iam-access-keys';
import { KeyAsking } from '../adapters/key-asking';
import { tellOfKeys } from '../adapters/key-notification';
import {
  type LoadedKeySentryConfiguration,
  readKeySentryConfiguration,
} from '../adapters/key-sentry-configuration';
import {
  CHECK_ACCESS_KEYS,
  NO_KEY_RECORDS_TABLE,
} from '../contracts/check-access-keys.environment';
import { ACCESS_KEY_METRICS as METRIC } from '../contracts/key-metrics';
import { countByClass, type KeyReport, oldestAge } from '../domain/key-report';
import type { KeyAsker, KeyRecords } from '../domain/ports';
import { runKeySentry } from '../domain/run-key-sentry';

const environment = readEnvironment(CHECK_ACCESS_KEYS, process.env);
const { SENTRY_NAME: sentry, ACCOUNT_ID: account } = environment;
const logger = new Logger({ serviceName: sentry });
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: sentry });

const ssm = new SSMClient(CLIENT_SETTINGS);
const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const notifications = new SnsNotifications(
  new SNSClient(CLIENT_SETTINGS),
  environment.NOTIFICATION_TOPIC_ARN,
);
const failures = FailureReporter.ofFunction({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  logger,
});
const runFailures = new RunFailures({
  failures,
  clock: SYSTEM_CLOCK,
  what: 'A run over the access keys of all users',
  next: 'The next run starts from the beginning. Until one succeeds, no key is listed or retired.',
});
const events = new FindingEvents(new EventBridgeClient(CLIENT_SETTINGS), sentry, account);
const iam = new IAMClient(IAM_CLIENT_SETTINGS);
const keys = new IamAccessKeys(iam, SYSTEM_CLOCK);
const table =
  environment.KEY_RECORDS_TABLE === NO_KEY_RECORDS_TABLE
    ? undefined
    : new DynamoKeyRecords(
        new DynamoDBClient(CLIENT_SETTINGS),
        environment.KEY_RECORDS_TABLE,
        SYSTEM_CLOCK,
      );
const refuse = async () => {
  throw new Error('The sentry has actions and no table for its records: deploy its stack again.');
};
/** Without actions there is no table, and no one may ask for one. */
const NO_RECORDS: KeyRecords = { all: refuse, read: refuse, write: refuse };
const ports = {
  source: keys,
  changer: keys,
  records: table ?? NO_RECORDS,
  account,
  region: environment.HOME_REGION,
  tell: tellOfKeys(notifications, { sentry, account }, SYSTEM_CLOCK),
  // The report was told by then: a failure here must not have it told again by Lambda's retries.
  announce: async (report: KeyReport) =>
    events.announce(report).catch((error: unknown) => {
      logger.error('EventBridge did not take the findings', { error });
      metrics.addMetric(METRIC.announcementsFailed, MetricUnit.Count, 1);
      failures.add(`findings ${report.survey.at.toISOString()}`, {
        work: { what: 'The events about the findings of a run', account },
        state: 'given-up',
        reason: reasonOf(error),
        next: 'The report was sent. Listeners get the findings in the next run, if they still hold.',
      });
    }),
};

/** A line of the log holds 256 KB. */
const MOST_UNKNOWN_IN_LOG = 20;

/** One run. A failure is thrown: Lambda tries again, and the alarm goes off. */
export async function handler(
  event: Partial<ScheduledEvent> | undefined,
  context: RunContext,
): Promise<void> {
  try {
    const isHome = process.env.AWS_REGION === environment.HOME_REGION;
    await runFailures.reporting({ event, context }, isHome ? run : skip);
  } finally {
    metrics.publishStoredMetrics();
  }
}

async function skip(): Promise<void> {
  const { HOME_REGION: homeRegion } = environment;
  logger.warn(
    'nothing done: IAM is global, and the sentry of this account works in its home Region only',
    { homeRegion },
  );
  metrics.addMetric(METRIC.runsSkipped, MetricUnit.Count, 1);
  if (await hasCopyIn(homeRegion, iam)) return;
  logger.error('no IamKeySentry is deployed to the home Region: no one looks at the access keys', {
    homeRegion,
  });
  metrics.addMetric(METRIC.runsSkippedEverywhere, MetricUnit.Count, 1);
}

async function run(): Promise<void> {
  const configuration = await readKeySentryConfiguration(ssm, environment.CONFIGURATION_PARAMETER);
  const look = async () =>
    runKeySentry(configuration, { ...ports, asker: askerOf(configuration) }, SYSTEM_CLOCK.now());
  const report = await (table ? table.exclusively(RUN_LEASE, look) : look());
  const { userCount, unknowns } = report.survey;
  const steps = report.keys.flatMap(({ step }) =>
    step ? [{ keyId: step.keyId, ...step.report }] : [],
  );
  logger.info('account looked at', {
    userCount,
    keysByClass: countByClass(report),
    unknown: unknowns.length,
    firstUnknown: unknowns.slice(0, MOST_UNKNOWN_IN_LOG),
    steps: steps.filter(({ kind }) => kind === 'done' || kind === 'failed'),
  });
  count(report);
}

function askerOf({ workflow }: LoadedKeySentryConfiguration): KeyAsker {
  return workflow
    ? new KeyAsking(sqs, workflow)
    : {
        ask: async () => {
          throw new Error('The sentry asks, and has no workflow: deploy its stack again.');
        },
      };
}

function count(report: KeyReport): void {
  const byClass = countByClass(report);
  const steps = report.keys.flatMap(({ step }) => step?.report ?? []);
  const done = steps.filter(({ kind }) => kind === 'done');
  const counts = {
    [METRIC.keysTooOld]: byClass['too-old'],
    [METRIC.keysSoonTooOld]: byClass['soon-too-old'],
    [METRIC.keysUnused]: byClass.unused,
    [METRIC.keysNeverUsed]: byClass['never-used'],
    [METRIC.oldestKeyAge]: oldestAge(report),
    [METRIC.unknownLookUps]: report.survey.unknowns.length,
    [METRIC.runsCompleted]: 1,
    [METRIC.keysDeactivated]: done.filter(({ step }) => step === 'deactivate').length,
    [METRIC.keysDeleted]: done.filter(({ step }) => step === 'delete').length,
    [METRIC.stepsFailed]: steps.filter(({ kind }) => kind === 'failed').length,
  };
  Object.entries(counts).forEach(([name, value]) =>
    metrics.addMetric(name, MetricUnit.Count, value),
  );
}
