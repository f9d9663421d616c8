import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import {
  parseDecision,
  type ReceivedDecision,
} from '../../approval/adapters/approval-queue-messages';
import { DecisionTelemetry } from '../../approval/adapters/decision-telemetry';
import { KmsSigner } from '../../approval/adapters/kms-signer';
import { whyNotSigned } from '../../approval/adapters/signed-decision';
import { workInMessage } from '../../approval/adapters/work-in-message';
import type { DecisionStatement } from '../../approval/contracts/approval-messages';
import { answerDecision, type OwnRequest } from '../../approval/domain/answer-decision';
import { type AskResult, type CarriedOut, stillTried } from '../../approval/domain/ask-result';
import { readHubVariable } from '../../organization/adapters/hub-variable';
import { MemberSessions } from '../../organization/adapters/member-sessions';
import { whyNoMember } from '../../organization/domain/watched-place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { TRIES_BEFORE_PEOPLE_HEAR } from '../../shared/contracts/queue-tries';
import { Announcing, toOwners } from '../adapters/announcing';
import { DECISION_LEASE, DynamoKeyRecords, memberLayout } from '../adapters/dynamo-key-records';
import { readHubAccounts } from '../adapters/hub-accounts';
import { IAM_CLIENT_SETTINGS, IamAccessKeys } from '../adapters/iam-access-keys';
import { KeyAsking, keyApprovalDigest } from '../adapters/key-asking';
import { tellOfKeys } from '../adapters/key-notification';
import {
  type LoadedKeySentryConfiguration,
  readKeySentryConfiguration,
} from '../adapters/key-sentry-configuration';
import { MemberKeys } from '../adapters/member-keys';
import { OwnerEvents } from '../adapters/owner-events';
import { CARRY_OUT_KEY_DECISION } from '../contracts/carry-out-key-decision.environment';
import { ACCESS_KEY_METRICS as METRIC } from '../contracts/key-metrics';
import { carryOutKeyDecision, UnfinishedKeyDecisionError } from '../domain/carry-out-key-decision';
import { askedKeyIn } from '../domain/key-payload';
import type { KeyReport } from '../domain/key-report';
import type { KeySentryPorts } from '../domain/run-key-sentry';

const environment = readEnvironment(CARRY_OUT_KEY_DECISION, process.env);
const { SENTRY_NAME: sentry, ACCOUNT_ID: account } = environment;
const { logger, metrics, failures } = telemetryOf({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});
const decisions = new DecisionTelemetry({ logger, metrics, failures, names: METRIC });

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const kms = new KMSClient(CLIENT_SETTINGS);
const ssm = new SSMClient(CLIENT_SETTINGS);
const keys = new IamAccessKeys(new IAMClient(IAM_CLIENT_SETTINGS), SYSTEM_CLOCK);
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const ownRecords = new DynamoKeyRecords(dynamo, environment.KEY_RECORDS_TABLE, SYSTEM_CLOCK);
const hub = readHubVariable(environment.HUB);
const sessions =
  hub &&
  new MemberSessions({
    sts: new STSClient(CLIENT_SETTINGS),
    partition: hub.partition,
    hubName: hub.name,
    hubFunction: 'decide-keys',
    now: () => SYSTEM_CLOCK.now(),
  });
const notifications = new SnsNotifications(
  new SNSClient(CLIENT_SETTINGS),
  environment.NOTIFICATION_TOPIC_ARN,
);

const announcing = new Announcing({ logger, metrics, failures });
const ownerEvents = new OwnerEvents(new EventBridgeClient(CLIENT_SETTINGS), sentry);

/** Every step of a decision needs these. */
interface Decided {
  readonly received: ReceivedDecision;
  readonly asking: KeyAsking;
  readonly configuration: LoadedKeySentryConfiguration;
  readonly tries: number;
}

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.DECISION_QUEUE_URL,
  // One at a time: the queue hands over single messages, and the records have one lease.
  handle: async ({ body }, tries) => handleDecision(parseDecision(body), tries),
  workIn: ({ body }) => workInMessage(body),
};

/**
 * Each decision on its own: one that cannot be carried out yet is shown again later, the others are
 * done.
 */
export const handler = messageHandler(handling, metrics);

async function handleDecision(received: ReceivedDecision, tries: number): Promise<void> {
  const { statement } = received;
  const configuration = await readKeySentryConfiguration(ssm, environment.CONFIGURATION_PARAMETER);
  const { workflow } = configuration;
  if (!workflow) return refuse(statement, 'the sentry asks no one any more');
  const unsigned = await whyNotSigned(
    received,
    workflow.asker,
    new KmsSigner(kms, workflow.decisionKeyArn),
  );
  if (unsigned) return refuse(statement, unsigned);
  const asking = new KeyAsking(sqs, workflow);
  await answerDecision(statement, await ownRequest(statement), {
    refuse: (reason) => refuse(statement, reason),
    carryOut: async () => carryOut({ received, asking, configuration, tries }),
    conclude: async (result) => asking.conclude(statement.requestId, result),
  });
}

/** What the records of the key know of the request; undefined where they know of none. */
async function ownRequest(statement: DecisionStatement): Promise<OwnRequest | undefined> {
  const { requestId, payload, digest } = statement;
  const { keyId, memberId } = askedKeyIn(payload);
  const approval = (await recordsOf(memberId).read(keyId))?.approval;
  if (!approval) return undefined;
  // Where people were asked again, what they were asked before is not known any more. Nothing is
  // done then, but to say so.
  if (approval.requestId !== requestId) return { digest };
  return { digest: keyApprovalDigest(payload, approval), result: approval.result };
}

function refuse(statement: DecisionStatement, reason: string): void {
  const { requestId, decision, asker, payload } = statement;
  const { keyId, memberId = account } = askedKeyIn(payload);
  const what = `The decision "${decision}" for ${asker}`;
  decisions.refused({ what, requestId, keyId, account: memberId }, reason);
}

async function carryOut(decided: Decided): Promise<AskResult> {
  const { statement } = decided.received;
  const { phase, attempt, requestId } = statement;
  try {
    const result = { phase, attempt, ...(await tryOnce(statement, decided)) };
    const { payload: keyId, decision } = statement;
    decisions.concluded({ requestId, keyId, decision }, result);
    return result;
  } catch (error) {
    if (error instanceof UnfinishedKeyDecisionError && decided.tries >= TRIES_BEFORE_PEOPLE_HEAR) {
      await decided.asking.conclude(requestId, {
        phase,
        attempt,
        ...stillTried(error.message),
      });
    }
    throw error;
  }
}

async function tryOnce(
  statement: DecisionStatement,
  { configuration, asking }: Decided,
): Promise<CarriedOut> {
  const { requestId, payload, decision: kind, phase, attempt, decidedAt } = statement;
  const { keyId, memberId } = askedKeyIn(payload);
  const { isClickWaiting, denialReason } = statement;
  // What people decide about a key has no end: they are not asked for a time.
  if (kind === 'ended') {
    return { outcome: 'conflicting', text: 'Nothing was done: no one was asked for a time.' };
  }
  const unwatched = await whyUnwatched(memberId);
  if (unwatched) return { outcome: 'conflicting', text: `Nothing was done: ${unwatched}` };
  const records = recordsOf(memberId);
  const ports = {
    ...(await accessTo(memberId, requestId, configuration)),
    records,
    asker: asking,
    account: memberId ?? account,
    region: process.env.AWS_REGION ?? 'unknown',
    tell: tellOfKeys(notifications, { sentry, account: memberId ?? account }, SYSTEM_CLOCK),
    tellOwners: async (report: KeyReport) => {
      const place = memberId ?? account;
      await announcing.attempt(toOwners(report.survey.at, place), async () =>
        ownerEvents.tellOf(report, place),
      );
      return [];
    },
    // Findings are those of runs over the whole account.
    announce: async (report: KeyReport) => count(report),
  };
  const decision = {
    requestId,
    keyId,
    kind,
    phase,
    attempt,
    at: new Date(decidedAt),
    isClickWaiting,
    denialReason,
  };
  return records.exclusively(DECISION_LEASE, async () =>
    carryOutKeyDecision(decision, configuration, ports, SYSTEM_CLOCK.now()),
  );
}

/** The account may have left the hub while people were asked. */
async function whyUnwatched(memberId: string | undefined): Promise<string | undefined> {
  if (memberId === undefined) return undefined;
  if (!hub) throw new Error(NO_HUB);
  return whyNoMember(memberId, await readHubAccounts({ ssm, dynamo }, hub));
}

function recordsOf(memberId: string | undefined): DynamoKeyRecords {
  if (memberId === undefined) return ownRecords;
  const { MEMBER_KEYS_TABLE: table } = environment;
  if (!table) throw new Error(NO_HUB);
  return new DynamoKeyRecords(dynamo, table, SYSTEM_CLOCK, memberLayout(memberId));
}

/** The key is in the account that the stored request names. */
async function accessTo(
  memberId: string | undefined,
  reason: string,
  { actions }: LoadedKeySentryConfiguration,
): Promise<Pick<KeySentryPorts, 'source' | 'changer' | 'barredBy'>> {
  if (memberId === undefined) return { source: keys, changer: keys };
  if (!hub || !sessions) throw new Error(NO_HUB);
  const member = new MemberKeys(
    { sessions, hub, clock: SYSTEM_CLOCK },
    { accountId: memberId, reason },
  );
  const barredBy = actions?.mode === 'enforce' ? await member.barredBy() : undefined;
  return { source: await member.source(), changer: member, barredBy };
}

const NO_HUB = 'The key is of a member, and the sentry has no hub any more: give it the hub again.';

function count({ keys: reported }: KeyReport): void {
  const steps = reported.flatMap(({ step }) => step?.report ?? []);
  const done = steps.filter(({ kind }) => kind === 'done');
  const counts = {
    [METRIC.keysDeactivated]: done.filter(({ step }) => step === 'deactivate').length,
    [METRIC.keysDeleted]: done.filter(({ step }) => step === 'delete').length,
    [METRIC.stepsFailed]: steps.filter(({ kind }) => kind === 'failed').length,
  };
  Object.entries(counts)
    .filter(([, value]) => value > 0)
    .forEach(([name, value]) => metrics.addMetric(name, MetricUnit.Count, value));
}
