import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { QUICK_CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { METRICS_NAMESPACE } from '../../shared/contracts/metrics';
import { CachedSecret } from '../adapters/cached-secret';
import { DynamoClicks, type StoredClick } from '../adapters/dynamo-clicks';
import { pointToClick } from '../adapters/sent-queue-messages';
import { storedClickOf, workflowClick } from '../adapters/signed-clicks';
import { REASON_BLOCK } from '../adapters/slack/denial-modal';
import {
  type Click,
  type Interaction,
  parseInteraction,
  UnreadableInteractionError,
} from '../adapters/slack/interaction-payload';
import { ReasonModals } from '../adapters/slack/reason-modals';
import { hasPlausibleHeaders, verifySignature } from '../adapters/slack/request-signature';
import { SlackWebApi } from '../adapters/slack/slack-web-api';
import { APPROVAL_METRICS as METRIC } from '../contracts/approval-metrics';
import { RECEIVE_INTERACTION } from '../contracts/receive-interaction.environment';
import { DENIAL_PROMPTS } from '../domain/approval-configuration';
import { reasonText } from '../domain/denial-reason';

const environment = readEnvironment(RECEIVE_INTERACTION, process.env);
const workflow = environment.WORKFLOW_NAME;
const logger = new Logger({ serviceName: workflow });
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: workflow });

/** Once is enough: a click that is in no queue is due in a minute all the same. */
const sqs = new SQSClient({
  ...QUICK_CLIENT_SETTINGS,
  maxAttempts: 1,
  useQueueUrlAsEndpoint: false,
});
const signingSecret = new CachedSecret(
  new SecretsManagerClient(QUICK_CLIENT_SETTINGS),
  environment.SIGNING_SECRET_ARN,
  SYSTEM_CLOCK,
);
const clicks = new DynamoClicks(
  new DynamoDBClient(QUICK_CLIENT_SETTINGS),
  environment.APPROVAL_TABLE,
  Number(environment.AUDIT_SECONDS),
);

/** Slack sends a few KB. */
const MOST_BODY_BYTES = 200_000;

/**
 * Slack waits for three seconds, a cold start included, and the click has to be kept after this one
 * was waited for in vain.
 */
const MODAL_WITHIN_MILLISECONDS = 1_500;

interface Answer {
  readonly statusCode: 200 | 401 | 500;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const denialPrompt = DENIAL_PROMPTS.find((prompt) => prompt === environment.DENIAL_PROMPT);
/** SLACK_API_URL is set where a stand-in takes Slack's place. */
const modals =
  denialPrompt && environment.BOT_TOKEN_SECRET_ARN
    ? new ReasonModals(
        new SlackWebApi(
          new CachedSecret(
            new SecretsManagerClient(QUICK_CLIENT_SETTINGS),
            environment.BOT_TOKEN_SECRET_ARN,
            SYSTEM_CLOCK,
          ),
          process.env.SLACK_API_URL,
          MODAL_WITHIN_MILLISECONDS,
        ),
        denialPrompt,
      )
    : undefined;

/** Keeps the click, and answers. Who it is and what becomes of it takes longer than Slack waits. */
export async function handler(event: APIGatewayProxyEventV2): Promise<Answer> {
  try {
    return await answerTo(event);
  } catch (error) {
    logger.error('the click could not be kept', { error });
    return { statusCode: 500 };
  } finally {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
}

async function answerTo(event: APIGatewayProxyEventV2): Promise<Answer> {
  const receivedAt = SYSTEM_CLOCK.now();
  const body = bodyOf(event);
  if (!body || !(await isSigned(event.headers, body, receivedAt))) {
    metrics.addMetric(METRIC.badSignatures, MetricUnit.Count, 1);
    return { statusCode: 401 };
  }
  const interaction = interactionIn(body);
  if (!interaction) return { statusCode: 401 };
  if (interaction.kind !== 'click') return { statusCode: 200 };
  if (lacksReason(interaction)) return REASON_LACKING;
  await take(storedClickOf(event.headers, body, receivedAt), interaction);
  // To a modal, an answer without a body says that it is closed.
  return { statusCode: 200 };
}

/** The bytes that were sent, where they can be Slack's at all. */
function bodyOf({
  requestContext,
  headers,
  body,
  isBase64Encoded,
}: APIGatewayProxyEventV2): Buffer | undefined {
  const type =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (
    requestContext.http.method !== 'POST' ||
    !/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type) ||
    !body
  ) {
    return undefined;
  }
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return bytes.byteLength <= MOST_BODY_BYTES ? bytes : undefined;
}

/**
 * With a secret that no longer fits, it is read again: someone may have made a new one just now.
 */
async function isSigned(
  headers: APIGatewayProxyEventV2['headers'],
  body: Buffer,
  now: Date,
): Promise<boolean> {
  if (!hasPlausibleHeaders(headers, now)) return false;
  if (verifySignature({ headers, body, now, secrets: await signingSecret.accepted() })) return true;
  await signingSecret.refresh();
  return verifySignature({ headers, body, now, secrets: await signingSecret.accepted() });
}

/** Undefined for what Slack has signed, and no one can read. */
function interactionIn(body: Buffer): Interaction | undefined {
  try {
    return parseInteraction(body);
  } catch (error) {
    if (!(error instanceof UnreadableInteractionError)) throw error;
    logger.error('what Slack sent cannot be read', { reason: error.message });
    return undefined;
  }
}

async function take(click: StoredClick, interaction: Click): Promise<void> {
  const { id, receivedAt } = click;
  const known = workflowClick(interaction, id, receivedAt);
  if (!known) {
    logger.warn('a click on a button that no workflow made, passed over', {
      user: interaction.userId,
      channel: interaction.channelId,
    });
    metrics.addMetric(METRIC.foreignClicks, MetricUnit.Count, 1);
    return;
  }
  const isDenial = 'button' in known && known.button.action.kind === 'deny';
  if (isDenial && (await isAskedWhy(interaction, receivedAt))) return;
  await clicks.store(click);
  await pointToClick(sqs, environment.CLICK_QUEUE_URL, id).catch((error: unknown) =>
    logger.error('the click is kept, but not in its queue', { clickId: id, error }),
  );
}

/** Slack takes blanks for something that was written. */
function lacksReason({ reason }: Click): boolean {
  return denialPrompt === 'required' && reason !== undefined && reasonText(reason) === '';
}

/** @see https://docs.slack.dev/surfaces/modals#displaying_errors */
const REASON_LACKING: Answer = {
  statusCode: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    response_action: 'errors',
    errors: { [REASON_BLOCK]: 'Write why you deny it.' },
  }),
};

/**
 * Whether a modal is open in which the one who denies says why, and which brings the denial. Where
 * none is, the click itself is the denial: to deny is the safe side, and must not be lost.
 */
async function isAskedWhy(click: Click, receivedAt: Date): Promise<boolean> {
  if (!modals || click.reason !== undefined) return false;
  try {
    await modals.open(click, receivedAt, MODAL_WITHIN_MILLISECONDS);
    return true;
  } catch (error) {
    logger.error('no modal is open for the reason, so the denial counts without one', { error });
    return false;
  }
}
