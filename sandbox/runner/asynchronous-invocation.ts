import { randomUUID } from 'node:crypto';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueUrlCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { InvocationReport, RunnableFunction } from './deployed-function';
import type { AsynchronousSettings } from '../deployer/schedules';
import { emulatorAccess, placeOfArn } from '../emulator/emulator-access';
import type { SandboxClock } from '../support/sandbox-clock';

/**
 * How the last try of the function went, and what its handler answered; or that the message is in
 * the queue.
 */
export interface FireReport extends Omit<InvocationReport, 'functionName' | 'requestId'> {
  /** Both absent where the target is a queue. */
  readonly functionName?: string;
  readonly requestId?: string;
  readonly result?: unknown;
}

interface Surroundings {
  readonly clock: SandboxClock;
  readonly emulator: string;
}

interface FailedEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly event: unknown;
  readonly tries: number;
  readonly error: string;
}

/** Of a dead letter's attribute. */
const MAX_ERROR_MESSAGE = 1024;

/**
 * Tries as often as Lambda would, without its waits, and tells of a failure where the template
 * says.
 */
export async function invokeAsynchronously(
  target: RunnableFunction,
  event: unknown,
  settings: AsynchronousSettings,
  surroundings: Surroundings,
): Promise<FireReport> {
  const requestId = randomUUID();
  for (let tries = 1; ; tries += 1) {
    const outcome = await target.attempt(event, (answer) => answer, { requestId });
    if (!('failure' in outcome)) return { ...outcome.report, result: outcome.result };
    if (tries <= settings.maximumRetryAttempts) continue;
    const failed = {
      requestId,
      functionArn: target.arn,
      event,
      tries,
      error: outcome.report.error ?? '',
    };
    await tellFailure(failed, settings, surroundings);
    return outcome.report;
  }
}

async function tellFailure(
  failed: FailedEvent,
  settings: AsynchronousSettings,
  { clock, emulator }: Surroundings,
): Promise<void> {
  const { onFailureArn, deadLetterArn } = settings;
  if (onFailureArn) {
    await sendTo(onFailureArn, emulator, JSON.stringify(failureRecordOf(failed, clock.now())));
  }
  if (!deadLetterArn) return;
  await sendTo(deadLetterArn, emulator, JSON.stringify(failed.event), {
    RequestID: { DataType: 'String', StringValue: failed.requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: failed.error.slice(0, MAX_ERROR_MESSAGE) },
  });
}

/** What Lambda sends to a destination. */
function failureRecordOf(
  { requestId, functionArn, event, tries, error }: FailedEvent,
  now: number,
): object {
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: tries,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorMessage: error },
  };
}

async function sendTo(
  arn: string,
  emulator: string,
  body: string,
  attributes?: Record<string, MessageAttributeValue>,
): Promise<void> {
  const [, , service, , , name] = arn.split(':');
  const access = emulatorAccess(emulator, placeOfArn(arn));
  if (service === 'sns') {
    await new SNSClient(access).send(
      new PublishCommand({ TopicArn: arn, Message: body, MessageAttributes: attributes }),
    );
    return;
  }
  if (service !== 'sqs') {
    throw new Error(
      `The invocation failed, and ${arn} cannot be told: the function runner tells queues and topics only.`,
    );
  }
  const sqs = new SQSClient(access);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  await sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes: attributes }),
  );
}
