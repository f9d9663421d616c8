import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { METRICS_NAMESPACE } from '../../shared/contracts/metrics';
import { MAX_TRIES, TRIES_BEFORE_PEOPLE_HEAR } from '../../shared/contracts/queue-tries';
import { cutText } from '../../shared/domain/byte-budget';
import { reasonOf } from '../../shared/domain/failure/failure';
import { actionCall, callAction } from '../adapters/action-call';
import { approvalDigest } from '../adapters/approval-digest';
import {
  parseDecision,
  type ReceivedDecision,
  sendToWorkflow,
} from '../adapters/approval-queue-messages';
import { DynamoActions } from '../adapters/dynamo-actions';
import { KmsSigner } from '../adapters/kms-signer';
import { whyNotSigned } from '../adapters/proved-decision';
import { workInMessage } from '../adapters/work-in-message';
import { ACTION_METRICS as METRIC } from '../contracts/action-metrics';
import {
  APPROVAL_MESSAGE_VERSION,
  type DecisionStatement,
  MOST_OUTCOME_CHARACTERS,
} from '../contracts/approval-messages';
import { CARRY_OUT_ACTION, MOST_ACTION_SECONDS } from '../contracts/carry-out-action.environment';
import type { AskResult } from '../domain/ask-result';
import type { StoredAction } from '../domain/asked-action';
import { ActionTakenError, carryOutAction } from '../domain/carry-out-action';

const environment = readEnvironment(CARRY_OUT_ACTION, process.env);
const { ASKER: asker } = environment;
const logger = new Logger({ serviceName: asker });
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: asker });

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const signer = new KmsSigner(new KMSClient(CLIENT_SETTINGS), environment.DECISION_KEY_ARN);
const actions = new DynamoActions(new DynamoDBClient(CLIENT_SETTINGS), environment.ACTION_TABLE);
/** One call is one try: the client must not make two of it. */
const lambda = new LambdaClient({
  ...CLIENT_SETTINGS,
  maxAttempts: 1,
  requestHandler: {
    ...CLIENT_SETTINGS.requestHandler,
    requestTimeout: (MOST_ACTION_SECONDS + 10) * 1_000,
  },
});
const failures = FailureReporter.ofFunction({
  construct: asker,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  logger,
});

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.DECISION_QUEUE_URL,
  handle: async ({ body }, tries) => handleDecision(parseDecision(body), tries),
  workIn: ({ body }) => workInMessage(body),
  countFailedTry: () => undefined,
};

/** Has the handler of the action make true what people decided, and reports what came of it. */
export const handler = messageHandler(handling, metrics);

async function handleDecision(received: ReceivedDecision, tries: number): Promise<void> {
  const { statement } = received;
  const unsigned = await whyNotSigned(received, asker, signer);
  if (unsigned) return refuse(statement, unsigned);
  const stored = await actions.read(statement.requestId);
  if (!stored) {
    refuse(statement, 'nothing was asked under this id');
    return conclude(statement.requestId, { ...attemptOf(statement), ...UNKNOWN_REQUEST });
  }
  if (statement.digest !== approvalDigest(stored.question, stored.payload, stored.labels)) {
    return refuse(statement, 'people were shown something else than what was asked');
  }
  const result = await carryOut(statement, stored, tries);
  if (result) await conclude(statement.requestId, result);
}

const UNKNOWN_REQUEST = {
  outcome: 'conflicting',
  text: 'Nothing was done: it is not known that this was asked.',
} as const;

function attemptOf({ phase, attempt }: DecisionStatement): Pick<AskResult, 'phase' | 'attempt'> {
  return { phase, attempt };
}

function refuse({ requestId, decision, asker: whose }: DecisionStatement, reason: string): void {
  logger.error('a decision that is none', { requestId, reason });
  metrics.addMetric(METRIC.decisionsRefused, MetricUnit.Count, 1);
  failures.add(`refused ${requestId} ${reason}`, {
    work: { what: `The decision "${decision}" for ${whose}`, requestId },
    state: 'given-up',
    reason,
    next: 'Nothing was done: it is no decision of people about what was asked. Find out who sent it.',
  });
}

async function carryOut(
  statement: DecisionStatement,
  stored: StoredAction,
  tries: number,
): Promise<AskResult | undefined> {
  const { until, ...rest } = statement;
  try {
    const result = await carryOutAction(
      { ...rest, ...(until !== undefined && { until: new Date(until) }) },
      stored.result,
      { holder: randomUUID(), tries },
      {
        begin: async (current, now) => actions.begin(current, now),
        release: async (current) => actions.release(current),
        conclude: async (current, ended) => actions.conclude(current, ended),
        call: async (isBegun) =>
          callAction(
            lambda,
            environment.ACTION_FUNCTION_ARN,
            actionCall(statement, stored.payload, isBegun),
          ),
        now: () => SYSTEM_CLOCK.now(),
      },
    );
    if (result) tell(statement, stored, result);
    return result;
  } catch (error) {
    if (!(error instanceof ActionTakenError)) await reportFailedTry(statement, error, tries);
    throw error;
  }
}

/** People hear after a few tries, and can have it tried again; it is tried on without them. */
async function reportFailedTry(
  statement: DecisionStatement,
  error: unknown,
  tries: number,
): Promise<void> {
  if (tries < TRIES_BEFORE_PEOPLE_HEAR) return;
  metrics.addMetric(METRIC.decisionsFailed, MetricUnit.Count, 1);
  const state = tries < MAX_TRIES ? 'Not yet, and it is still tried' : 'Given up';
  await conclude(statement.requestId, {
    ...attemptOf(statement),
    outcome: 'failed',
    text: `${state}: ${reasonOf(error)}`,
  });
}

function tell(
  { requestId, decision }: DecisionStatement,
  { subject }: StoredAction,
  result: AskResult,
): void {
  logger.info('decided', { requestId, subject, decision, ...result });
  metrics.addMetric(
    result.outcome === 'failed' ? METRIC.decisionsFailed : METRIC.decisionsCarriedOut,
    MetricUnit.Count,
    1,
  );
}

async function conclude(requestId: string, result: AskResult): Promise<void> {
  await sendToWorkflow(sqs, environment.REQUEST_QUEUE_URL, {
    version: APPROVAL_MESSAGE_VERSION,
    type: 'outcome',
    requestId,
    asker,
    ...result,
    text: cutText(result.text, MOST_OUTCOME_CHARACTERS),
  });
}
