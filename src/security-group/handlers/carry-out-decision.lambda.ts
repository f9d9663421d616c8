import { MetricUnit } from '@aws-lambda-powertools/metrics';
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
import { DecisionTelemetry } from '../../approval/adapters/decision-telemetry';
import { KmsSigner } from '../../approval/adapters/kms-signer';
import { whyNotSigned } from '../../approval/adapters/signed-decision';
import { workInMessage } from '../../approval/adapters/work-in-message';
import { answerDecision } from '../../approval/domain/answer-decision';
import { type AskResult, stillTried } from '../../approval/domain/ask-result';
import type { Place } from '../../organization/domain/place';
import { UnwatchedPlaceError } from '../../organization/domain/watched-place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { queueUrlOf } from '../../shared/adapters/queue/queue-url';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { SECURITY_GROUP_METRICS as METRIC } from '../../shared/contracts/metrics';
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
import type { AskedChange } from '../domain/asking/asked-change';
import type { StoredAsk } from '../domain/asking/change-asker';
import { carryOutOnce, type Conclusion, joinedResult } from '../domain/deciding/carry-out-once';
import type { ChangeDecision } from '../domain/deciding/change-decision';
import { UnfinishedError } from '../domain/responding/unfinished-error';

const environment = readEnvironment(CARRY_OUT_DECISION, process.env);
const sentry = environment.SENTRY_NAME;
const queueUrls = environment.DECISION_QUEUE_URLS.split(',');
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
const { logger, metrics, failures } = telemetryOf({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  describeAccount: (accountId) => hub?.known.describe(accountId),
});
const decisions = new DecisionTelemetry({ logger, metrics, failures, names: METRIC });
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

async function handleRecord({ body }: SQSRecord, tries: number): Promise<void> {
  const received = parseDecision(body);
  const { statement } = received;
  const { requestId } = statement;
  const refuse = (reason: string) =>
    decisions.refused({ ...workInMessage(body), requestId }, reason);
  const kept = await asker.read(requestId);
  const signed = await signedBy(received, kept?.asked.workflow);
  if ('refusal' in signed) return refuse(signed.refusal);
  await answerDecision(statement, kept && { digest: kept.digest, result: kept.result }, {
    refuse,
    carryOut: async () => kept && carryOut(received, kept, tries),
    conclude: async (result) =>
      workflows.conclude({ workflow: signed.workflow, requestId }, result),
  });
}

/**
 * Which workflow has signed it for this sentry.
 *
 * @param asked the workflow that was asked; undefined where nothing is known of the request.
 */
async function signedBy(
  received: ReceivedDecision,
  asked: string | undefined,
): Promise<{ readonly workflow: string } | { readonly refusal: string }> {
  const { workflows: known } = await configuration.asOf(new Date(0));
  const possible = known.filter(({ name }) => asked === undefined || name === asked);
  let refusal = `the sentry has no workflow ${asked ?? ''} any more`;
  for (const { name, asker: ownName, decisionKeyArn } of possible) {
    const unsigned = await whyNotSigned(received, ownName, new KmsSigner(kms, decisionKeyArn));
    if (!unsigned) return { workflow: name };
    refusal = unsigned;
  }
  return { refusal };
}

/** Where the change was made that people were asked about. Not all records told, without a hub. */
function placeOf({ call }: AskedChange): Place {
  if (call.accountId === 'unknown' || call.region === 'unknown') return own;
  return { accountId: call.accountId, region: call.region };
}

async function carryOut(
  received: ReceivedDecision,
  { asked }: StoredAsk,
  tries: number,
): Promise<AskResult | undefined> {
  const decision = decisionIn(received);
  const joined = joinedResult(decision);
  if (joined) return joined;
  const conclusion = await tryOnce(decision, asked, tries);
  if (conclusion?.isNew) {
    const decided = { requestId: asked.requestId, group: asked.group.id };
    decisions.concluded(decided, conclusion.result);
  }
  return conclusion?.result;
}

async function tryOnce(
  decision: ChangeDecision,
  asked: AskedChange,
  tries: number,
): Promise<Conclusion | undefined> {
  const { requestId } = asked;
  const { phase, attempt } = decision;
  try {
    const { ports, narrowed } = await places.at(placeOf(asked), requestId);
    return await carryOutOnce(decision, asked, {
      configuration: narrowed(await configuration.asOf(new Date(0))),
      ports: portsAt(tries, { ...parts, ports }),
    });
  } catch (error) {
    if (error instanceof UnwatchedPlaceError) {
      const text = `Nothing was done: ${error.message}`;
      const result: AskResult = { phase, attempt, outcome: 'conflicting', text };
      await asker.concluded(requestId, result);
      return { result, isNew: true };
    }
    // Who waits for another try has nothing to tell of its own: that is no UnfinishedError.
    if (error instanceof UnfinishedError && tries >= TRIES_BEFORE_PEOPLE_HEAR) {
      await workflows.conclude(asked, { phase, attempt, ...stillTried(error.message) });
    }
    throw error;
  }
}

function decisionIn({ statement }: ReceivedDecision): ChangeDecision {
  const { requestId, decision: kind, phase, attempt, decidedAt, decidedBy: by, until } = statement;
  const { isClickWaiting, isRouteLost, isLate, isExtension, reason, denialReason } = statement;
  return {
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
}
