import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { askMessageFor, parseActionRequest } from '../adapters/action-request';
import { DynamoActions } from '../adapters/dynamo-actions';
import { sendQuestion } from '../adapters/sent-queue-messages';
import type { ActionAsked } from '../contracts/action-messages';
import { ASK_APPROVAL } from '../contracts/ask-approval.environment';
import { whyNotTheSame } from '../domain/asked-action';

const environment = readEnvironment(ASK_APPROVAL, process.env);
const { ASKER, REQUEST_QUEUE_URL } = environment;
const logger = new Logger({ serviceName: ASKER });
const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const actions = new DynamoActions(
  new DynamoDBClient(CLIENT_SETTINGS),
  environment.ACTION_TABLE,
  Number(environment.KEPT_SECONDS),
);

/**
 * First stores what is asked, then asks. Tried again with the same id, it asks what was stored. Who
 * invokes it is told where no one is asked.
 */
export async function handler(event: unknown, { awsRequestId }: Context): Promise<ActionAsked> {
  const asked = parseActionRequest(event, awsRequestId);
  askMessageFor(ASKER, asked);
  await actions.store(asked, SYSTEM_CLOCK.now());
  const { requestId } = asked;
  const stored = await actions.read(requestId);
  if (!stored) throw new Error(`The request ${requestId} was stored, and is gone.`);
  const refusal = whyNotTheSame(asked, stored);
  if (refusal) throw new Error(`No one is asked: ${refusal}`);
  await sendQuestion(sqs, REQUEST_QUEUE_URL, askMessageFor(ASKER, stored));
  logger.info('asked', { requestId, subject: stored.subject });
  return { requestId };
}
