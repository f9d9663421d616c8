import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SQSRecord } from 'aws-lambda';
import {
  parseDecision,
  type ReceivedDecision,
} from '../../approval/adapters/approval-queue-messages';
import { KmsSigner } from '../../approval/adapters/kms-signer';
import { whyNotProved } from '../../approval/adapters/proved-decision';
import { workInMessage } from '../../approval/adapters/work-in-message';
import {
  type AskResult,
  type CarriedOut,
  isConcluded,
  isOvertaken,
} from '../../approval/domain/ask-result';
import type { Place } from '../../organization/domain/place';
import { UnwatchedPlaceError } from '../../organization/domain/watched-place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { queueUrlOf } from '../../shared/adapters/queue/queue-url';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import {
  SECURITY_GROUP_METRICS as METRIC,
  METRICS_NAMESPACE,
} from '../../shared/contracts/metrics';
import { TRIES_BEFORE_PEOPLE_HEAR } from '../../shared/contracts/queue-tries';
import { Announcements } from '../adapters/announcements';
import { ChangeAsking, WorkflowQueues } from '../adapters/change-asking';
import {
  CloudTrailEventHistory,
  ACTING_PATIENCE_SECONDS,
  HISTORY_CLIENT_SETTINGS,
} from '../adapters/cloudtrail-event-history';
import { DynamoEventLog } from '../adapters/dynamo-event-log';
import { DynamoLedger } from '../adapters/dynamo-ledger';
import { Ec2SecurityGroups } from '../adapters/ec2-security-groups';
import { Ec2Vpcs } from '../adapters/ec2-vpcs';
import { hubWork } from '../adapters/hub-work';
import { type LastingPorts, portsAt } from '../adapters/ports-of-try';
import { loadWithVpcRanges } from '../adapters/sentry-configuration';
import { SentryPlaces } from '../adapters/sentry-places';
import { CARRY_OUT_DECISION } from '../contracts/carry-out-decision.environment';
import type { StoredAsk } from '../domain/asking/change-asker';
import { carryOutDecision } from '../domain/deciding/carry-out-decision';
import { UnfinishedError } from '../domain/responding/unfinished-error';

const environment = readEnvironment(CARRY_OUT_DECISION, process.env);
const sentry = environment.SENTRY_NAME;
const queueUrls = environment.DECISION_QUEUE_URLS.split(',');
const logger = new Logger({ serviceName: sentry });
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: sentry });

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const kms = new KMSClient(CLIENT_SETTINGS);
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const ssm = new SSMClient(CLIENT_SETTINGS);
const ec2 = new EC2Client(CLIENT_SETTINGS);
const vpcs = new Ec2Vpcs(ec2);
const configuration = new CachedConfiguration(
  () => loadWithVpcRanges(ssm, environment, vpcs),
  SYSTEM_CLOCK,
);
const workflows = new WorkflowQueues(
  sqs,
  async () => (await configuration.asOf(new Date(0))).workflows,
);
const asker = new ChangeAsking(dynamo, environment.LEDGER_TABLE, SYSTEM_CLOCK);
const announcements = new Announcements(
  new SnsNotifications(new SNSClient(CLIENT_SETTINGS), environment.NOTIFICATION_TOPIC_ARN),
  new EventBridgeClient(CLIENT_SETTINGS),
  workflows,
);
const failures = FailureReporter.ofFunction({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  logger,
  describeAccount: (accountId) => hub?.known.describe(accountId),
});
const ownPorts: LastingPorts = {
  groups: new Ec2SecurityGroups(ec2, environment.ACCOUNT_ID),
  ledger: new DynamoLedger(dynamo, environment.LEDGER_TABLE),
  events: new DynamoEventLog(dynamo, environment.LEDGER_TABLE),
  history: new CloudTrailEventHistory(
    new CloudTrailClient(HISTORY_CLIENT_SETTINGS),
    ACTING_PATIENCE_SECONDS,
  ),
  asker,
  clock: SYSTEM_CLOCK,
  own: {
    roleArn: environment.OWN_ROLE_ARN,
    sessionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '',
  },
};
const own = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };
const hub = hubWork({
  variable: environment.HUB,
  own,
  hubFunction: 'decide',
  patienceSeconds: ACTING_PATIENCE_SECONDS,
  ssm,
  dynamo,
});
const places = new SentryPlaces({
  own,
  ownPorts,
  dynamo,
  ledgerTable: environment.LEDGER_TABLE,
  hub,
});
const parts = { sentry, announcements, failures, configuration };

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: ({ eventSourceARN }) => queueUrlOf(eventSourceARN, queueUrls),
  handle: handleRecord,
  workIn: ({ body }) => workInMessage(body),
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
};

/**
 * Each decision on its own: one that cannot be carried out yet is shown again later, the others are
 * done.
 */
export const handler = messageHandler(handling, metrics);

async function handleRecord(record: SQSRecord, tries: number): Promise<void> {
  const received = parseDecision(record.body);
  const { statement } = received;
  const kept = await asker.read(statement.requestId);
  const refusal = kept ? await whyRefused(received, kept) : 'this sentry has not asked for it';
  if (refusal || !kept) {
    logger.error('a decision that is none', { requestId: statement.requestId, reason: refusal });
    metrics.addMetric(METRIC.decisionsRefused, MetricUnit.Count, 1);
    failures.add(`refused ${record.messageId}`, {
      work: workInMessage(record.body),
      state: 'given-up',
      reason: refusal ?? '',
      next: 'Nothing was done: it is no decision of people. Find out who sent it.',
    });
    return;
  }
  const { phase, attempt } = statement;
  if (isOvertaken(statement, kept.result)) return;
  if (statement.reason === 'asked-already') {
    // It ends with the request that it has joined, and must not end before.
    return workflows.conclude(kept.asked, { phase, attempt, ...JOINED });
  }
  // One that comes again is told again, and counted once.
  if (isConcluded(statement, kept.result)) return workflows.conclude(kept.asked, kept.result);
  await conclude(kept, { phase, attempt, ...(await carryOut(received, kept, tries)) });
}

const JOINED: CarriedOut = {
  outcome: 'carried-out',
  text: 'The same is asked under another id: what people decide there holds for both.',
};

async function whyRefused(
  received: ReceivedDecision,
  { asked, digest }: StoredAsk,
): Promise<string | undefined> {
  const { workflows: known } = await configuration.asOf(new Date(0));
  const workflow = known.find(({ name }) => name === asked.workflow);
  if (!workflow) return `the sentry has no workflow ${asked.workflow} any more`;
  return whyNotProved(
    received,
    { asker: workflow.asker, digest },
    new KmsSigner(kms, workflow.decisionKeyArn),
  );
}

/** Where the change was made that people were asked about. Not all records told, without a hub. */
function placeOf({ asked: { call } }: StoredAsk): Place {
  if (call.accountId === 'unknown' || call.region === 'unknown') return own;
  return { accountId: call.accountId, region: call.region };
}

async function carryOut(
  { statement }: ReceivedDecision,
  kept: StoredAsk,
  tries: number,
): Promise<CarriedOut> {
  const { requestId, decision: kind, phase, attempt, decidedAt, decidedBy: by, until } = statement;
  const { isClickWaiting, isRouteLost, isLate, isExtension, reason, denialReason } = statement;
  const decision = {
    requestId,
    kind,
    phase,
    attempt,
    at: new Date(decidedAt),
    by,
    ...(until && { until: new Date(until) }),
    isClickWaiting,
    isRouteLost,
    isLate,
    isExtension,
    reason,
    denialReason,
  };
  try {
    const { ports, narrowed } = await places.at(placeOf(kept), requestId);
    return await carryOutDecision(decision, kept, {
      configuration: narrowed(await configuration.asOf(new Date(0))),
      ports: portsAt(tries, { ...parts, ports }),
    });
  } catch (error) {
    if (error instanceof UnwatchedPlaceError) {
      return { outcome: 'conflicting', text: `Nothing was done: ${error.message}` };
    }
    if (error instanceof UnfinishedError && tries === TRIES_BEFORE_PEOPLE_HEAR) {
      await workflows.conclude(kept.asked, {
        phase,
        attempt,
        outcome: 'failed',
        text: `Not yet, and it is still tried: ${error.message}`,
      });
    }
    throw error;
  }
}

async function conclude(kept: StoredAsk, result: AskResult): Promise<void> {
  const isFailed = result.outcome === 'failed';
  logger.info('decided', {
    requestId: kept.asked.requestId,
    group: kept.asked.group.id,
    ...result,
  });
  metrics.addMetric(
    isFailed ? METRIC.decisionsFailed : METRIC.decisionsCarriedOut,
    MetricUnit.Count,
    1,
  );
  await asker.concluded(kept.asked.requestId, result);
  await workflows.conclude(kept.asked, result);
}
