import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { MAX_TRIES, TRIES_BEFORE_PEOPLE_HEAR } from '../../shared/contracts/queue-tries';
import { reasonOf } from '../../shared/domain/failure/failure';
import { actionCall, callAction } from '../adapters/action-call';
import { approvalDigest } from '../adapters/approval-digest';
import { parseDecision, type ReceivedDecision } from '../adapters/approval-queue-messages';
import { DecisionTelemetry } from '../adapters/decision-telemetry';
import { DynamoActions } from '../adapters/dynamo-actions';
import { KmsSigner } from '../adapters/kms-signer';
import { sendOutcome } from '../adapters/sent-queue-messages';
import { whyNotSigned } from '../adapters/signed-decision';
import { workInMessage } from '../adapters/work-in-message';
import { ACTION_METRICS } from '../contracts/action-metrics';
import type { DecisionStatement } from '../contracts/approval-messages';
import { CARRY_OUT_ACTION, MOST_ACTION_SECONDS } from '../contracts/carry-out-action.environment';
import { answerDecision } from '../domain/answer-decision';
import { type AskResult, givenUp, stillTried } from '../domain/ask-result';
import type { StoredAction } from '../domain/asked-action';
import { ActionTakenError, carryOutAction } from '../domain/carry-out-action';

const environment = readEnvironment(CARRY_OUT_ACTION, process.env);
const { ASKER: asker } = environment;
const { logger, metrics, failures } = telemetryOf({
  construct: asker,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});
const decisions = new DecisionTelemetry({ logger, metrics, failures, names: ACTION_METRICS });

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const signer = new KmsSigner(new KMSClient(CLIENT_SETTINGS), environment.DECISION_KEY_ARN);
const actions = new DynamoActions(
  new DynamoDBClient(CLIENT_SETTINGS),
  environment.ACTION_TABLE,
  Number(environment.KEPT_SECONDS),
);
/** One call is one try: the client must not make two of it. */
const lambda = new LambdaClient({
  ...CLIENT_SETTINGS,
  maxAttempts: 1,
  requestHandler: {
    ...CLIENT_SETTINGS.requestHandler,
    requestTimeout: (MOST_ACTION_SECONDS + 10) * 1_000,
  },
});
const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.DECISION_QUEUE_URL,
  handle: async ({ body }, tries) => handleDecision(parseDecision(body), tries),
  workIn: ({ body }) => workInMessage(body),
};

/** Has the action function make true what people decided, and reports what came of it. */
export const handler = messageHandler(handling, metrics);

async function handleDecision(received: ReceivedDecision, tries: number): Promise<void> {
  const { statement } = received;
  const unsigned = await whyNotSigned(received, asker, signer);
  if (unsigned) return refuse(statement, unsigned);
  const { requestId } = statement;
  const stored = await actions.read(requestId);
  const own = stored && {
    digest: approvalDigest(stored.question, stored.payload, stored.labels),
    result: stored.result,
  };
  await answerDecision(statement, own, {
    refuse: (reason) => refuse(statement, reason),
    carryOut: async () => stored && carryOut(statement, stored, tries),
    conclude: async (result) => conclude(requestId, result),
  });
}

function refuse({ requestId, decision, asker: whose }: DecisionStatement, reason: string): void {
  decisions.refused({ what: `The decision "${decision}" for ${whose}`, requestId }, reason);
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
    // What was told before is told again, and counted once.
    if (result && result !== stored.result) {
      const { requestId, decision } = statement;
      decisions.concluded({ requestId, subject: stored.subject, decision }, result);
    }
    return result;
  } catch (error) {
    if (!(error instanceof ActionTakenError)) await reportFailedTry(statement, error, tries);
    throw error;
  }
}

/** People hear after a few tries, and can have it tried again; it is tried on without them. */
async function reportFailedTry(
  { requestId, phase, attempt }: DecisionStatement,
  error: unknown,
  tries: number,
): Promise<void> {
  if (tries < TRIES_BEFORE_PEOPLE_HEAR) return;
  decisions.failedTry();
  const failed = tries < MAX_TRIES ? stillTried : givenUp;
  await conclude(requestId, { phase, attempt, ...failed(reasonOf(error)) });
}

async function conclude(requestId: string, result: AskResult): Promise<void> {
  await sendOutcome(sqs, environment.REQUEST_QUEUE_URL, { requestId, asker }, result);
}
