import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { ACCOUNT_ID, REGION } from '../emulator-access';

/** What Lambda hands to a function for a batch of messages. */
export function sqsEventOf(queueArn: string, messages: Message[]): SQSEvent {
  return { Records: messages.map((message) => recordOf(queueArn, message)) };
}

function recordOf(queueArn: string, { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, ...message }: Message): SQSRecord {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: withAccount(Body),
    attributes: {
      ...Attributes,
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? '',
      SentTimestamp: Attributes.SentTimestamp ?? '',
      SenderId: Attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? '',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, messageAttributeOf(value)]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: REGION,
  };
}

function messageAttributeOf({ DataType = 'String', StringValue, BinaryValue }: MessageAttributeValue) {
  return {
    dataType: DataType,
    stringValue: StringValue,
    binaryValue: BinaryValue && Buffer.from(BinaryValue).toString('base64'),
    stringListValues: [],
    binaryListValues: [],
  };
}

const Envelope = z.looseObject({ 'version': z.literal('0'), 'id': z.string(), 'detail-type': z.string(), 'source': z.string(), 'detail': z.unknown() });

/** EventBridge's envelope has the account; what the emulator puts into a queue lacks it, and nothing else. */
function withAccount(body: string): string {
  const envelope = Envelope.safeParse(parsedOrUndefined(body));
  return envelope.success && !('account' in envelope.data) ? JSON.stringify({ ...envelope.data, account: ACCOUNT_ID }) : body;
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const BatchResponse = z.object({
  batchItemFailures: z.nullish(z.array(z.object({ itemIdentifier: z.string().check(z.minLength(1)) }))),
});

/**
 * The ids of the messages that the function could not handle. An answer that Lambda would not understand, or that
 * names a message which was not in the batch, counts as failure of the whole batch: then this throws.
 */
export function failedMessageIds(answer: unknown, messages: Message[]): Set<string> {
  if (answer === null || answer === undefined) return new Set();
  const parsed = BatchResponse.safeParse(answer);
  if (!parsed.success) throw new Error(`The function answered ${JSON.stringify(answer)}, which is no batch response: ${z.prettifyError(parsed.error)}`);
  const failures: SQSBatchResponse['batchItemFailures'] = parsed.data.batchItemFailures ?? [];
  const unknown = failures.find(({ itemIdentifier }) => !messages.some(({ MessageId }) => MessageId === itemIdentifier));
  if (unknown) throw new Error(`The function answered that ${unknown.itemIdentifier} failed, which was not in the batch`);
  return new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
}
