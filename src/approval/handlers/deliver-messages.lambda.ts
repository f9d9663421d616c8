import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SQSRecord } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { reasonOf } from '../../shared/domain/failure/failure';
import { secondsUntilNextTry } from '../adapters/approval-back-off';
import { loadApprovalConfiguration } from '../adapters/approval-configuration';
import { parseMessagesPointer } from '../adapters/approval-queue-messages';
import { CachedSecret } from '../adapters/cached-secret';
import { directMessageIn } from '../adapters/direct-message-orders';
import { DynamoApprovals } from '../adapters/dynamo-approvals';
import { DynamoDirectMessages } from '../adapters/dynamo-direct-messages';
import { rendered, SlackRenderer } from '../adapters/slack/approval-renderer';
import { directMessageBlocks } from '../adapters/slack/direct-message-blocks';
import { SlackPeople } from '../adapters/slack/slack-people';
import { SlackWebApi } from '../adapters/slack/slack-web-api';
import { SlackMessenger } from '../adapters/slack-messenger';
import { workInMessage } from '../adapters/work-in-message';
import { APPROVAL_METRICS as METRIC } from '../contracts/approval-metrics';
import type { ApprovalParameter, Monitoring } from '../contracts/approval-parameter';
import { DELIVER_MESSAGES } from '../contracts/deliver-messages.environment';
import { deliverMessages, type MessagePorts } from '../domain/deliver-messages';
import type { DirectMessage } from '../domain/direct-message';
import { MessengerRefusedError } from '../domain/messenger';
import { type DirectMessagePorts, sendDirectMessage } from '../domain/send-direct-message';

const environment = readEnvironment(DELIVER_MESSAGES, process.env);
const { logger, metrics, failures } = telemetryOf({
  construct: environment.WORKFLOW_NAME,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

/** Set where a stand-in takes Slack's place. */
const slackApiUrl = process.env.SLACK_API_URL;

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const ssm = new SSMClient(CLIENT_SETTINGS);
const secrets = new SecretsManagerClient(CLIENT_SETTINGS);
const api = new SlackWebApi(cachedSecret(environment.BOT_TOKEN_SECRET_ARN), slackApiUrl);
const webhooks = new Map<string, CachedSecret>();
const configuration = new CachedConfiguration(
  () => loadApprovalConfiguration(ssm, environment.CONFIGURATION_PARAMETER),
  SYSTEM_CLOCK,
);

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.MESSAGE_QUEUE_URL,
  handle: deliver,
  workIn: ({ body }) => workInMessage(body),
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
  secondsUntilNextTry,
};

const directMessagePorts: DirectMessagePorts = {
  store: new DynamoDirectMessages(dynamo, environment.APPROVAL_TABLE),
  people: new SlackPeople(api, SYSTEM_CLOCK),
  messenger: messengerFor({ kind: 'none' }),
  clock: SYSTEM_CLOCK,
  render: (text) => rendered(directMessageBlocks(text)),
  notSent: countNotSent,
};

/**
 * Each message of the batch on its own: one that fails is shown again later, the others are done.
 */
export const handler = messageHandler(handling, metrics);

async function deliver(record: SQSRecord): Promise<void> {
  const message = directMessageIn(record.body);
  if (message) return sendDirectMessage(message, directMessagePorts);
  const known = await configuration.asOf(new Date(Number(record.attributes.SentTimestamp)));
  await deliverMessages(parseMessagesPointer(record.body).requestId, known, portsFor(known));
}

function portsFor(known: ApprovalParameter): MessagePorts {
  const { monitoring, auditSeconds } = known;
  return {
    store: new DynamoApprovals(dynamo, environment.APPROVAL_TABLE, auditSeconds),
    messenger: messengerFor(monitoring),
    renderer: new SlackRenderer(known),
    clock: SYSTEM_CLOCK,
    failed: countFailure,
  };
}

function messengerFor(monitoring: Monitoring): SlackMessenger {
  return new SlackMessenger(api, {
    monitoring,
    webhookUrl,
    webhookOrigin: slackApiUrl && new URL(slackApiUrl).origin,
  });
}

/** Of one who clicks from outside: there is nothing to mend, and anyone could raise alarms. */
const NOT_IN_CHANNEL = 'user_not_in_channel';

/** Anyone may have written the address: that no one has it is told, and raises no alarm. */
function countNotSent(
  { sender, email, at }: DirectMessage,
  reason: string,
  error?: MessengerRefusedError,
): void {
  logger.error('a direct message is not sent', { sender, email, reason, error });
  metrics.addMetric(METRIC.directMessagesNotSent, MetricUnit.Count, 1);
  if (error) metrics.addMetric(METRIC.undeliverableMessages, MetricUnit.Count, 1);
  failures.add(`direct message ${sender} ${email} ${at.toISOString()}`, {
    work: { what: `A direct message of ${sender} to ${email}` },
    state: 'given-up',
    reason,
    next: 'The report and the event for the owner were sent. Their next direct message comes with the next report that has keys of theirs.',
  });
}

/** The slot keeps its own count of failures, and its time for the next try. */
function countFailure(requestId: string, message: string, error: unknown): void {
  const isRefused = error instanceof MessengerRefusedError;
  if (isRefused && error.code === NOT_IN_CHANNEL) {
    return logger.info('someone who is not in the channel cannot be told', { requestId, message });
  }
  logger.error(
    isRefused ? 'Slack refuses a message: an operator has to look' : 'a message is for later',
    { requestId, message, error },
  );
  metrics.addMetric(
    isRefused ? METRIC.undeliverableMessages : METRIC.deliveriesPostponed,
    MetricUnit.Count,
    1,
  );
  if (isRefused) reportRefused(requestId, message, error);
}

function reportRefused(requestId: string, message: string, error: MessengerRefusedError): void {
  const isToPerson = message === 'consultation';
  failures.add(`refused ${requestId} ${message} ${error.code}`, {
    work: { what: `A message in Slack (${message})`, requestId },
    state: isToPerson ? 'given-up' : 'tried-again',
    reason: reasonOf(error),
    next: isToPerson
      ? 'The request goes on, and the thread of its question says so. Mend the cause (runbook: UndeliverableMessagesAlarm).'
      : 'It is tried again every five minutes at the latest. Mend the cause (runbook: UndeliverableMessagesAlarm).',
  });
}

async function webhookUrl(secretArn: string): Promise<string> {
  const kept = webhooks.get(secretArn) ?? cachedSecret(secretArn);
  webhooks.set(secretArn, kept);
  return kept.current();
}

function cachedSecret(secretArn: string): CachedSecret {
  return new CachedSecret(secrets, secretArn, SYSTEM_CLOCK);
}
