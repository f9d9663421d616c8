import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import {
  ACCOUNT_ID,
  emulatorAccess,
  placeKey,
  placeOfArn,
  REGION,
} from './emulator/emulator-access';
import { queuesDrained } from './emulator/queue-drained';

/** emulator.py knows the name. */
const QUEUE_NAME = 'sandbox-inbox';
const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${QUEUE_NAME}`;
const LONG_POLL_SECONDS = 20;

const Notification = z.object({
  TopicArn: z.string(),
  Subject: z.optional(z.string()),
  Message: z.string(),
  MessageAttributes: z.optional(z.record(z.string(), z.object({ Value: z.string() }))),
});

/** What emulator.py makes of a message that has a text for each protocol. */
const Variants = z.object({
  sandboxVariants: z.looseObject({ default: z.string(), email: z.optional(z.string()) }),
});

/** One message, as the subscribers of a topic got it. */
export interface Delivery {
  /** When it was here, in milliseconds since 1970. */
  readonly at: number;
  readonly topicArn: string;
  readonly subject?: string;
  /** The text for every protocol without a text of its own. */
  readonly message: string;
  /** What an e-mail would have said. */
  readonly emailText: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What EventBridge sends to a topic has no subject: its first line stands for it. */
export function titleOf({ subject, emailText }: Pick<Delivery, 'subject' | 'emailText'>): string {
  return subject ?? emailText.trim().split('\n')[0] ?? '';
}

interface Waiter {
  readonly predicate: (delivery: Delivery) => boolean;
  readonly resolve: (delivery: Delivery) => void;
  readonly reject: (error: unknown) => void;
}

/** Subscribes to topics and keeps all that they deliver. */
export class Inbox {
  static async open(
    emulatorEndpoint: string,
    onDelivery?: (delivery: Delivery) => void,
  ): Promise<Inbox> {
    const sqs = new SQSClient(emulatorAccess(emulatorEndpoint));
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE_NAME }));
    return new Inbox(emulatorEndpoint, sqs, QueueUrl, onDelivery);
  }

  readonly deliveries: Delivery[] = [];
  private readonly waiters = new Set<Waiter>();
  private readonly closed = new AbortController();
  private readonly polling: Promise<void>;
  private readonly topics = new Map<string, SNSClient>();
  private failure: { readonly cause: unknown } | undefined;

  private constructor(
    private readonly emulatorEndpoint: string,
    private readonly sqs: SQSClient,
    private readonly queueUrl: string,
    private readonly onDelivery: ((delivery: Delivery) => void) | undefined,
  ) {
    this.polling = this.poll().catch((cause: unknown) => this.fail(cause));
  }

  async subscribeTo(topicArns: string[]): Promise<void> {
    await Promise.all(
      topicArns.map(async (TopicArn) =>
        this.topicsBeside(TopicArn).send(
          new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QUEUE_ARN }),
        ),
      ),
    );
  }

  /**
   * The first delivery, of those that are here and those to come, that is what the caller waits
   * for.
   */
  async waitFor(predicate: (delivery: Delivery) => boolean, timeoutMs: number): Promise<Delivery> {
    const here = this.deliveries.find(predicate);
    if (here) return here;
    if (this.failure) throw this.failure.cause;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        predicate,
        resolve: (delivery) => {
          clearTimeout(timer);
          resolve(delivery);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        const others = this.deliveries
          .map(({ subject, message }) => `- ${subject ?? 'no subject'}: ${message}`)
          .join('\n');
        reject(
          new Error(
            `No such message came within ${timeoutMs} ms. What came:\n${others || '- nothing'}`,
          ),
        );
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  /** What comes while something is done, and what comes of it. */
  async during<Result>(
    act: () => Promise<Result>,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly result: Result }> {
    const before = this.deliveries.length;
    const result = await act();
    return { deliveries: this.deliveries.slice(before), result };
  }

  /** Until all that was published is here. */
  async drained(): Promise<void> {
    await queuesDrained(this.emulatorEndpoint, [QUEUE_NAME]);
  }

  /** Throws where the inbox could not be read before. */
  async close(): Promise<void> {
    this.closed.abort();
    await this.polling;
    this.sqs.destroy();
    for (const sns of this.topics.values()) sns.destroy();
    if (this.failure) throw this.failure.cause;
  }

  private topicsBeside(topicArn: string): SNSClient {
    const place = placeOfArn(topicArn);
    const sns =
      this.topics.get(placeKey(place)) ??
      new SNSClient(emulatorAccess(this.emulatorEndpoint, place));
    this.topics.set(placeKey(place), sns);
    return sns;
  }

  /** All that wait are told at once. What fails once the inbox is closed is of no use to anyone. */
  private fail(cause: unknown): void {
    if (this.closed.signal.aborted) return;
    this.failure = { cause };
    for (const waiter of this.waiters) waiter.reject(cause);
    this.waiters.clear();
  }

  private async poll(): Promise<void> {
    while (!this.closed.signal.aborted) {
      const messages = await this.receive();
      if (messages.length === 0) continue;
      for (const message of messages) this.take(deliveryOf(message));
      await this.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.queueUrl,
          Entries: messages.map(({ ReceiptHandle }, index) => ({
            Id: String(index),
            ReceiptHandle,
          })),
        }),
      );
    }
  }

  private async receive(): Promise<Message[]> {
    try {
      const command = new ReceiveMessageCommand({
        QueueUrl: this.queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: LONG_POLL_SECONDS,
      });
      return (await this.sqs.send(command, { abortSignal: this.closed.signal })).Messages ?? [];
    } catch (error) {
      if (this.closed.signal.aborted) return [];
      throw error;
    }
  }

  private take(delivery: Delivery): void {
    this.deliveries.push(delivery);
    this.onDelivery?.(delivery);
    for (const waiter of [...this.waiters]) {
      if (!waiter.predicate(delivery)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(delivery);
    }
  }
}

function deliveryOf({ Body = '' }: Message): Delivery {
  const notification = Notification.parse(JSON.parse(Body));
  return {
    at: Date.now(),
    topicArn: notification.TopicArn,
    subject: notification.Subject,
    ...textsOf(notification.Message),
    attributes: Object.fromEntries(
      Object.entries(notification.MessageAttributes ?? {}).map(([name, { Value }]) => [
        name,
        Value,
      ]),
    ),
  };
}

function textsOf(text: string): { message: string; emailText: string } {
  if (!text.startsWith('{"sandboxVariants"')) return { message: text, emailText: text };
  const { sandboxVariants: variants } = Variants.parse(JSON.parse(text));
  return { message: variants.default, emailText: variants.email ?? variants.default };
}
