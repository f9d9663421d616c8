import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';

/** What Lambda hands to a function for a batch of messages. */
export function sqsEventOf(queueArn: string, messages: Message[]): SQSEvent {
  return { Records: messages.map((message) => recordOf(queueArn, message)) };
}

function recordOf(
  queueArn: string,
  { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, ...message }: Message,
): SQSRecord {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ...Attributes,
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? '',
      SentTimestamp: Attributes.SentTimestamp ?? '',
      SenderId: Attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? '',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        messageAttributeOf(value),
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
}

function messageAttributeOf({
  DataType = 'String',
  StringValue,
  BinaryValue,
}: MessageAttributeValue) {
  return {
    dataType: DataType,
    stringValue: StringValue,
    binaryValue: BinaryValue && Buffer.from(BinaryValue).toString('base64'),
    stringListValues: [],
    binaryListValues: [],
  };
}

const BatchResponse = z.object({
  batchItemFailures: z.nullish(
    z.array(z.object({ itemIdentifier: z.string().check(z.minLength(1)) })),
  ),
});

/**
 * The ids of the messages that the function could not handle. An answer that Lambda would not
 * understand, or that names a message which was not in the batch, counts as failure of the whole
 * batch: then this throws.
 */
export function failedMessageIds(answer: unknown, messages: Message[]): Set<string> {
  if (answer === null || answer === undefined) return new Set();
  const parsed = BatchResponse.safeParse(answer);
  if (!parsed.success) {
    throw new Error(
      `The function answered ${JSON.stringify(answer)}, which is no batch response: ${z.prettifyError(parsed.error)}`,
    );
  }
  const failures: SQSBatchResponse['batchItemFailures'] = parsed.data.batchItemFailures ?? [];
  const unknown = failures.find(
    ({ itemIdentifier }) => !messages.some(({ MessageId }) => MessageId === itemIdentifier),
  );
  if (unknown) {
    throw new Error(
      `The function answered that ${unknown.itemIdentifier} failed, which was not in the batch`,
    );
  }
  return new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
}
