import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context, ScheduledEvent, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { isToBeLeftOut } from '../../shared/adapters/aws/failure-kind';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { handleMessages, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { queueUrlOf } from '../../shared/adapters/queue/queue-url';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { TRIES_BEFORE_LEFT_OUT } from '../../shared/contracts/queue-tries';
import { type NamedWork, reasonOf } from '../../shared/domain/failure/failure';
import { advanceDue, type DueThing } from '../adapters/advance-due';
import { secondsUntilNextTry } from '../adapters/approval-back-off';
import { loadApprovalConfiguration } from '../adapters/approval-configuration';
import { idsWithinAsker } from '../adapters/approval-digest';
import {
  decisionStatement,
  parseClickPointer,
  parseWorkflowMessage,
  type UnreadableAsk,
} from '../adapters/approval-queue-messages';
import { CachedSecret } from '../adapters/cached-secret';
import { DueFailures, UndoneError } from '../adapters/due-failures';
import { DynamoApprovals } from '../adapters/dynamo-approvals';
import { DynamoClicks } from '../adapters/dynamo-clicks';
import { KmsSigner } from '../adapters/kms-signer';
import { RequestSeals } from '../adapters/request-seal';
import { pointToMessages, sendDecision } from '../adapters/sent-queue-messages';
import { clickIn, isSlacks } from '../adapters/signed-clicks';
import { SlackPeople } from '../adapters/slack/slack-people';
import { SlackWebApi } from '../adapters/slack/slack-web-api';
import { StepEvents } from '../adapters/step-events';
import { stepFailure } from '../adapters/step-failure';
import { secondsToDecision, stepMetrics } from '../adapters/step-metrics';
import { workInMessage } from '../adapters/work-in-message';
import { ADVANCE_REQUESTS } from '../contracts/advance-requests.environment';
import { APPROVAL_METRICS as METRIC } from '../contracts/approval-metrics';
import type { ApprovalParameter } from '../contracts/approval-parameter';
import { advance } from '../domain/advance-request';
import type { ApprovalRequest, AuditEntry } from '../domain/approval-request';
import { takeClick } from '../domain/take-click';
import { takeAsk, takeOutcome, takeUnreadableAsk } from '../domain/take-from-asker';
import { takeOpinion } from '../domain/take-opinion';
import { type WorkflowPorts } from '../domain/workflow-ports';

const environment = readEnvironment(ADVANCE_REQUESTS, process.env);
const workflow = environment.WORKFLOW_NAME;
const { logger, metrics, failures } = telemetryOf({
  construct: workflow,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const ssm = new SSMClient(CLIENT_SETTINGS);
const secrets = new SecretsManagerClient(CLIENT_SETTINGS);
const signer = new KmsSigner(new KMSClient(CLIENT_SETTINGS), environment.DECISION_KEY_ARN);
const seals = new RequestSeals(signer);
const stepEvents = new StepEvents(new EventBridgeClient(CLIENT_SETTINGS), workflow);
const signingSecret = cachedSecret(environment.SIGNING_SECRET_ARN);
/** SLACK_API_URL is set where a stand-in takes Slack's place. */
const people = new SlackPeople(
  new SlackWebApi(cachedSecret(environment.BOT_TOKEN_SECRET_ARN), process.env.SLACK_API_URL),
  SYSTEM_CLOCK,
);
const configuration = new CachedConfiguration(
  () => loadApprovalConfiguration(ssm, environment.CONFIGURATION_PARAMETER),
  SYSTEM_CLOCK,
);

const dueFailures = new DueFailures(failures, SYSTEM_CLOCK);

/** The content of the table, and the means to work on it by the configuration of the moment. */
interface Work {
  readonly known: ApprovalParameter;
  readonly approvals: DynamoApprovals;
  readonly clicks: DynamoClicks;
  readonly ports: WorkflowPorts;
}

/** From the queues of askers and of clicks, what came; each minute, what is due. */
export async function handler(
  event: SQSEvent | ScheduledEvent,
  context: Context,
): Promise<SQSBatchResponse | undefined> {
  try {
    if (!('Records' in event)) {
      await dueFailures.reporting(context, advanceAllDue);
      return undefined;
    }
    return await handleMessages(event, handling, context);
  } finally {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
}

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: sourceQueueUrl,
  handle: handleRecord,
  workIn: ({ body }) => workInMessage(body),
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
  secondsUntilNextTry,
};

async function advanceAllDue(): Promise<void> {
  const work = await workAsOf(SYSTEM_CLOCK.now());
  const { known, approvals, ports } = work;
  const failed = await advanceDue(
    {
      due: async (now, limit) => approvals.due(now, limit),
      request: async (id) => advance(id, known, ports),
      click: async (id) => judge(id, work),
      failed: (thing, error) => {
        logger.error('due, and not done', { ...thing, error });
        dueFailures.failed(`${thing.kind} ${thing.id}`, dueWork(thing), error);
      },
    },
    SYSTEM_CLOCK,
  );
  metrics.addMetric(METRIC.advanceRuns, MetricUnit.Count, 1);
  if (failed.length > 0) throw new UndoneError(failed.length);
}

function dueWork({ kind, id }: DueThing): NamedWork {
  return kind === 'request'
    ? { what: 'A request with something due', requestId: id }
    : { what: `The click ${id} in Slack, which waits to be judged` };
}

/**
 * Anyone who may write into one queue may not write into the other: the address that anyone can
 * call must not ask, or report.
 */
async function handleRecord(record: SQSRecord, tries: number): Promise<void> {
  const work = await workAsOf(new Date(Number(record.attributes.SentTimestamp)));
  if (sourceQueueUrl(record) === environment.CLICK_QUEUE_URL) {
    await judge(parseClickPointer(record.body).clickId, work);
  } else {
    await handleMessage(record.body, tries, work);
  }
}

function sourceQueueUrl({ eventSourceARN }: SQSRecord): string {
  return queueUrlOf(eventSourceARN, [environment.CLICK_QUEUE_URL, environment.REQUEST_QUEUE_URL]);
}

/** Throws for a message that cannot be taken: in the dead-letter queue someone finds it. */
async function handleMessage(body: string, tries: number, work: Work): Promise<void> {
  const { known, ports } = work;
  const message = parseWorkflowMessage(body);
  if (message.kind === 'unreadable-ask') return refuseAsk(message, tries, work);
  if (message.kind === 'ask') {
    queueOf(message.ask.asker, known);
    return takeAsk(message.ask, known, ports);
  }
  const { requestId, asker, attempt, outcome } = message;
  const isTaken = await takeOutcome(
    { requestId, asker, attempt, outcome: { ...outcome, at: SYSTEM_CLOCK.now() } },
    known,
    ports,
  );
  if (isTaken) return;
  logger.error("an outcome of a request that is not its asker's, passed over", {
    requestId,
    asker,
  });
  metrics.addMetric(METRIC.foreignOutcomes, MetricUnit.Count, 1);
  failures.add(`foreign ${asker} ${requestId}`, {
    work: workInMessage(body),
    state: 'given-up',
    reason: `The asker ${asker} has no such request.`,
    next: 'It is passed over. Was an asker renamed? If not, find out who can send to the queue of requests.',
  });
}

/** The asker hears that no one was asked. */
async function refuseAsk(
  { ask, reason, isNewer }: UnreadableAsk,
  tries: number,
  { known, ports }: Work,
): Promise<void> {
  queueOf(ask.asker, known);
  const { requestId, asker } = ask;
  if (isNewer && tries < TRIES_BEFORE_LEFT_OUT) {
    throw new Error(`This version of the library cannot read the question: ${reason}`);
  }
  logger.error('a question that cannot be read, and that no one is asked', { requestId, asker });
  failures.add(`unreadable ${asker} ${requestId}`, {
    work: { what: `A question of ${asker}`, requestId },
    state: 'given-up',
    reason,
    next: 'No one is asked, and the asker is told so.',
  });
  return takeUnreadableAsk(ask, known, ports);
}

async function judge(clickId: string, { known, clicks, ports }: Work): Promise<void> {
  const stored = await clicks.read(clickId);
  if (!stored || stored.isJudged) return;
  if (
    !isSlacks(stored, await signingSecret.accepted()) &&
    !isSlacks(stored, await cachedSecret(environment.SIGNING_SECRET_ARN).accepted())
  ) {
    logger.error('a stored click that Slack did not sign: who has written it?', { clickId });
    metrics.addMetric(METRIC.badSignatures, MetricUnit.Count, 1);
    failures.add(`unsigned ${clickId}`, {
      work: { what: `The stored click ${clickId}` },
      state: 'given-up',
      reason: 'Slack has not signed it.',
      next: 'It does not count. Find out who has written into the table of requests.',
    });
    return clicks.judged(clickId);
  }
  const click = clickIn(stored);
  const isTaken =
    click !== undefined &&
    ('opinion' in click
      ? await takeOpinion(click, known, ports)
      : await takeClick(click, known, ports));
  if (!isTaken) {
    logger.error('a click about no request, passed over', {
      clickId,
      user: click?.userId,
      requestId: click && ('opinion' in click ? click.opinion : click.button).requestId,
    });
  }
  return clicks.judged(clickId);
}

async function workAsOf(time: Date): Promise<Work> {
  const known = await configuration.asOf(time);
  const approvals = new DynamoApprovals(
    dynamo,
    environment.APPROVAL_TABLE,
    known.auditSeconds,
    seals,
  );
  return {
    known,
    approvals,
    clicks: new DynamoClicks(dynamo, environment.APPROVAL_TABLE, known.auditSeconds),
    ports: {
      store: approvals,
      people,
      clock: SYSTEM_CLOCK,
      idsWithin: idsWithinAsker,
      tellAsker: async (request) => tellAsker(request, known),
      pointToMessages: async (requestId) =>
        pointToMessages(sqs, environment.MESSAGE_QUEUE_URL, requestId),
      lookUpFailed,
      announce,
    },
  };
}

function lookUpFailed(requestId: string, error: unknown): void {
  logger.error('who someone is could not be looked up', { requestId, error });
  metrics.addMetric(METRIC.personLookUpsFailed, MetricUnit.Count, 1);
}

async function tellAsker(request: ApprovalRequest, known: ApprovalParameter): Promise<void> {
  const statement = decisionStatement(request);
  await sendDecision(sqs, queueOf(request.asker, known), statement, await signer.sign(statement));
}

function queueOf(asker: string, { askers }: ApprovalParameter): string {
  const known = askers.find(({ name }) => name === asker);
  if (known) return known.queueUrl;
  throw new Error(
    `No one of the name ${JSON.stringify(asker)} may ask. Add the asker to the workflow, and deploy.`,
  );
}

async function announce(request: ApprovalRequest, entry: AuditEntry): Promise<void> {
  const { id: requestId, asker, route } = request;
  logger.info('step', { workflow, requestId, asker, route: route?.name, entry });
  const failure = stepFailure(request, entry);
  if (failure) failures.add(`${entry.what} ${request.id}`, failure);
  await stepEvents.announce(request, entry).catch((error: unknown) => {
    if (!isToBeLeftOut(error, triesAt(entry))) throw error;
    failures.add(`step ${request.id} ${entry.what} ${entry.at.toISOString()}`, {
      work: { what: `The event about the step "${entry.what}"`, requestId: request.id },
      state: 'given-up',
      reason: reasonOf(error),
      next: 'The request goes on. Listeners for its steps have missed this one.',
    });
  });
  stepMetrics(request, entry).forEach((metric) => metrics.addMetric(metric, MetricUnit.Count, 1));
  const seconds = secondsToDecision(request, entry);
  if (seconds !== undefined) {
    metrics.addMetric(METRIC.secondsToDecision, MetricUnit.Seconds, seconds);
  }
}

/** No one counts the tries of an event; each minute makes one. */
const LEFT_OUT_AFTER_MILLISECONDS = 20 * 60_000;

function triesAt({ at }: AuditEntry): number {
  const age = SYSTEM_CLOCK.now().getTime() - at.getTime();
  return age >= LEFT_OUT_AFTER_MILLISECONDS ? TRIES_BEFORE_LEFT_OUT : 1;
}

function cachedSecret(secretArn: string): CachedSecret {
  return new CachedSecret(secrets, secretArn, SYSTEM_CLOCK);
}
