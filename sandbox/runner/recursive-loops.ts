import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { lineageIn, nextInChain } from './trace';

/** Lambda stops the next one. */
export const MOST_INVOCATIONS_IN_CHAIN = 16;

const RedrivePolicy = z.object({ deadLetterTargetArn: z.string() });

/** Whether Lambda would not invoke the function for the message: its own messages led to it. */
export function isOnceTooOften({ Attributes }: Message, functionName: string): boolean {
  const lineage = lineageIn(Attributes?.AWSTraceHeader);
  return nextInChain(lineage, functionName) > MOST_INVOCATIONS_IN_CHAIN;
}

/** Where the queue has a dead-letter queue; elsewhere, the message is no more. */
export async function sendToDeadLetters(
  sqs: SQSClient,
  queueUrl: string,
  { Body, MessageAttributes }: Message,
): Promise<void> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
  );
  if (!Attributes?.RedrivePolicy) return;
  const { deadLetterTargetArn } = RedrivePolicy.parse(JSON.parse(Attributes.RedrivePolicy));
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: deadLetterTargetArn.split(':').at(-1) }),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: Body, MessageAttributes }));
}
