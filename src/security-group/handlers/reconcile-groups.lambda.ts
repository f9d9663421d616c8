import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { EventBridgeEvent } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { isToBeLeftOut } from '../../shared/adapters/aws/failure-kind';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { type RunContext, RunFailures } from '../../shared/adapters/failure/run-failures';
import {
  largestThatFits,
  SnsNotifications,
} from '../../shared/adapters/notification/sns-notifications';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { SECURITY_GROUP_METRICS as METRIC } from '../../shared/contracts/metrics';
import { TRIES_BEFORE_LEFT_OUT } from '../../shared/contracts/queue-tries';
import { Announcements } from '../adapters/announcements';
import {
  CloudTrailEventHistory,
  HISTORY_CLIENT_SETTINGS,
  RECONCILE_PATIENCE_SECONDS,
} from '../adapters/cloudtrail-event-history';
import { DynamoLedger } from '../adapters/dynamo-ledger';
import { DynamoRunsAfterCalls } from '../adapters/dynamo-runs-after-calls';
import { DynamoSignsOfLife } from '../adapters/dynamo-signs-of-life';
import { DynamoToldEnds } from '../adapters/dynamo-told-ends';
import { Ec2SecurityGroups } from '../adapters/ec2-security-groups';
import { Ec2Vpcs } from '../adapters/ec2-vpcs';
import { hubWork } from '../adapters/hub-work';
import { sendDifferences, sendDifferencesLater } from '../adapters/queue-messages';
import { reconcileNotification } from '../adapters/reconcile-notification';
import { reportUnsentEvent } from '../adapters/report-announcer';
import { loadWithVpcRanges } from '../adapters/sentry-configuration';
import { MAX_RULES_IN_MESSAGE } from '../contracts/change-message';
import { RECONCILE_GROUPS } from '../contracts/reconcile-groups.environment';
import { reconcileGroups, type ReconcilePorts } from '../domain/reconciling/reconcile-groups';
import type { ReconcileReport } from '../domain/reconciling/reconcile-report';
import { awaitRun } from '../domain/reconciling/run-after-large-call';
import { isFirstOfDay } from '../domain/signs-of-life';

const environment = readEnvironment(RECONCILE_GROUPS, process.env);
const sentry = environment.SENTRY_NAME;
const { logger, metrics, failures } = telemetryOf({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const ssm = new SSMClient(CLIENT_SETTINGS);
const ec2 = new EC2Client(CLIENT_SETTINGS);
const vpcs = new Ec2Vpcs(ec2);
const announcements = new Announcements(
  new SnsNotifications(new SNSClient(CLIENT_SETTINGS), environment.NOTIFICATION_TOPIC_ARN),
  new EventBridgeClient(CLIENT_SETTINGS),
);
const history = new CloudTrailEventHistory(
  new CloudTrailClient(HISTORY_CLIENT_SETTINGS),
  RECONCILE_PATIENCE_SECONDS,
);
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const runsAfterCalls = new DynamoRunsAfterCalls(dynamo, environment.LEDGER_TABLE);
const signs = new DynamoSignsOfLife(dynamo, environment.LEDGER_TABLE);
const groups = new Ec2SecurityGroups(ec2, environment.ACCOUNT_ID);
const runFailures = new RunFailures({
  failures,
  clock: SYSTEM_CLOCK,
  what: 'A run of reconcile, over all monitored groups',
  next: 'The next run starts from the beginning. Until one succeeds, changes whose events were lost are not found.',
});
const own = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };
const hub = hubWork({
  variable: environment.HUB,
  own,
  hubFunction: 'reconcile',
  patienceSeconds: RECONCILE_PATIENCE_SECONDS,
  ssm,
  dynamo,
});
const ports: Omit<ReconcilePorts, 'tell'> = {
  groups,
  rulesOfAll: groups.rulesOfAll.bind(groups),
  ledger: new DynamoLedger(dynamo, environment.LEDGER_TABLE),
  toldEnds: new DynamoToldEnds(dynamo, environment.LEDGER_TABLE),
  history,
  lastHeartbeat: async () =>
    history.lastHeartbeat({
      roleArn: environment.HEARTBEAT_ROLE_ARN,
      sessionName: environment.HEARTBEAT_FUNCTION_NAME,
    }),
  clock: SYSTEM_CLOCK,
  sentry,
  pointTo: async (groupIds) =>
    sendDifferences(sqs, { queueUrl: environment.CHANGE_QUEUE_URL }, groupIds),
};

/**
 * One run, by the clock or after a call that is too large. A failure is thrown: Lambda tries again,
 * and the alarm goes off.
 */
export async function handler(
  event: Partial<EventBridgeEvent<string, unknown>> | undefined,
  context: RunContext,
): Promise<void> {
  const isAfterCall = event?.['detail-type'] === 'AWS API Call via CloudTrail';
  const due = isAfterCall ? await awaitedRun(event, context) : event;
  if (isAfterCall && !due) {
    return logger.info('another invocation is about to look at all groups');
  }
  try {
    const report = await runFailures.reporting({ event: due, context }, async (isLastTry) =>
      reconcile({
        ...ports,
        tell: async (told) => tell(told, isLastTry),
        ...(isAfterCall && { pointToLater }),
      }),
    );
    count(report);
    const now = SYSTEM_CLOCK.now();
    if (isFirstOfDay(await signs.keep('reconcile', now), now)) {
      metrics.addMetric(METRIC.groupsMonitored, MetricUnit.Count, report.groupCount);
    }
  } finally {
    metrics.publishStoredMetrics();
  }
}

/** In a hub, policies may be for some accounts alone. */
async function reconcile(given: ReconcilePorts): Promise<ReconcileReport> {
  const configuration = await loadWithVpcRanges(ssm, environment, vpcs);
  const known = await hub?.known.at(own);
  if (!known) return reconcileGroups(configuration, given);
  return reconcileGroups(known.narrowed(configuration), {
    ...given,
    place: known.described,
    everywhere: configuration,
  });
}

/** Its time is when the run is due, which is not when the call was made. */
async function awaitedRun(
  event: unknown,
  context: RunContext,
): Promise<{ readonly time: string } | undefined> {
  const run = await runFailures.reporting({ event, context }, async () =>
    awaitRun(context.awsRequestId, runsAfterCalls, SYSTEM_CLOCK),
  );
  return run && { time: (run.firstAt ?? run.at).toISOString() };
}

async function pointToLater(groupIds: readonly string[], milliseconds: number): Promise<void> {
  await sendDifferencesLater(
    sqs,
    { queueUrl: environment.CHANGE_QUEUE_URL },
    groupIds,
    milliseconds,
  );
}

/** In the last try, an event for machines is left out rather than the run. */
async function tell(report: ReconcileReport, isLastTry: boolean): Promise<void> {
  const announcement = largestThatFits(MAX_RULES_IN_MESSAGE, (items) =>
    reconcileNotification(report, sentry, items),
  );
  const tries = isLastTry ? TRIES_BEFORE_LEFT_OUT : 1;
  const leftOut = await announcements.tell(announcement, (error) => isToBeLeftOut(error, tries));
  leftOut.forEach(({ error }) => reportUnsentEvent(announcement, error, failures));
}

function count(report: ReconcileReport): void {
  const { groupCount, adoptions, released, returned, due } = report;
  const { isBraked, doubts, notConfirmed } = report;
  logger.info('reconciled', {
    groupCount,
    adopted: adoptions.length,
    released: released.map(({ group }) => group.groupId),
    returned: returned.map(({ groupId }) => groupId),
    due,
    isBraked,
    doubts: {
      lists: doubts.lists.map(({ id, reason }) => ({ id, reason })),
      groups: doubts.groups.map(({ group, reason }) => ({ id: group.id, reason })),
      selections: doubts.selections,
      peers: doubts.peers.map(({ peer, reason, rules }) => ({ peer, reason, rules: rules.length })),
    },
    notConfirmed,
  });
  if (due.length > 0) metrics.addMetric(METRIC.groupsDue, MetricUnit.Count, due.length);
  if (isBraked) metrics.addMetric(METRIC.brakedRuns, MetricUnit.Count, 1);
}
