import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { cutText } from '../../shared/domain/byte-budget';
import {
  APPROVAL_MESSAGE_VERSION,
  type AskMessage,
  type DecisionMessage,
  MOST_OUTCOME_CHARACTERS,
  type OutcomeMessage,
} from '../contracts/approval-messages';
import {
  APPROVAL_QUEUE_MESSAGE_VERSION,
  type ClickPointer,
  type MessagesPointer,
} from '../contracts/approval-queue-messages';
import type { AskResult } from '../domain/ask-result';

/** For askers: has people asked. */
export async function sendQuestion(
  client: SQSClient,
  queueUrl: string,
  message: AskMessage,
): Promise<void> {
  await send(client, queueUrl, message);
}

/** For askers: says what has become of a decision. */
export async function sendOutcome(
  client: SQSClient,
  queueUrl: string,
  request: Pick<OutcomeMessage, 'requestId' | 'asker'>,
  result: AskResult,
): Promise<void> {
  await send(client, queueUrl, {
    version: APPROVAL_MESSAGE_VERSION,
    type: 'outcome',
    ...request,
    ...result,
    text: cutText(result.text, MOST_OUTCOME_CHARACTERS),
  } satisfies OutcomeMessage);
}

export async function sendDecision(
  client: SQSClient,
  queueUrl: string,
  statement: string,
  mac: string,
): Promise<void> {
  await send(client, queueUrl, {
    version: APPROVAL_MESSAGE_VERSION,
    type: 'decision',
    statement,
    mac,
  } satisfies DecisionMessage);
}

export async function pointToClick(
  client: SQSClient,
  queueUrl: string,
  clickId: string,
): Promise<void> {
  await send(client, queueUrl, {
    version: APPROVAL_QUEUE_MESSAGE_VERSION,
    type: 'click',
    clickId,
  } satisfies ClickPointer);
}

export async function pointToMessages(
  client: SQSClient,
  queueUrl: string,
  id: string,
): Promise<void> {
  await send(client, queueUrl, {
    version: APPROVAL_QUEUE_MESSAGE_VERSION,
    type: 'messages',
    requestId: id,
  } satisfies MessagesPointer);
}

async function send(client: SQSClient, queueUrl: string, message: object): Promise<void> {
  await client.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: queueText(message) }),
  );
}

/**
 * SQS refuses two characters that JSON leaves as they are, and that may stand in what an attacker
 * wrote.
 */
export function queueText(message: object): string {
  return JSON.stringify(message).replace(
    /[\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}
