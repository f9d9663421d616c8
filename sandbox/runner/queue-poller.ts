import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FunctionObserver, MAX_PROCESSES, type RunnableFunction } from './deployed-function';
import { isOnceTooOften, MOST_INVOCATIONS_IN_CHAIN, sendToDeadLetters } from './recursive-loops';
import { failedMessageIds, sqsEventOf } from './sqs-event';
import { lineageIn } from './trace';
import type { EventSourceMapping } from '../deployer/deploy-stack';
import { emulatorAccess, placeOfArn } from '../emulator/emulator-access';

const LONG_POLL_SECONDS = 20;
/** Of one call, while a batching window goes on. */
const SECONDS_IN_WINDOW = 1;
/** Of SQS, for one call. */
const MAX_MESSAGES = 10;
/**
 * Where the sandbox differs from AWS: there, what a failed invocation held stays away for the
 * queue's visibility timeout, which is minutes.
 */
const RETURNED_AFTER_SECONDS = 0;

/**
 * Stands for Lambda's own pollers: hands a queue's messages to a function, as the event source
 * mapping says.
 */
export class QueuePoller {
  private readonly sqs: SQSClient;
  private readonly stopped = new AbortController();
  private readonly loops: Promise<void>[];
  private readonly inHand = new Set<Promise<void>>();

  constructor(
    private readonly mapping: EventSourceMapping,
    private readonly target: RunnableFunction,
    emulatorEndpoint: string,
    private readonly observer: Pick<FunctionObserver, 'onStoppedLoop'> = {},
  ) {
    this.sqs = new SQSClient(emulatorAccess(emulatorEndpoint, placeOfArn(mapping.queueArn)));
    const concurrency = Math.min(MAX_PROCESSES, mapping.maximumConcurrency);
    this.loops = Array.from({ length: concurrency }, async () => this.poll());
  }

  get queueArn(): string {
    return this.mapping.queueArn;
  }

  private get queueName(): string {
    return this.mapping.queueArn.split(':').at(-1) ?? '';
  }

  get isIdle(): boolean {
    return this.inHand.size === 0;
  }

  /** Until all that it was handed is handled. */
  async handled(): Promise<void> {
    await Promise.all(this.inHand);
  }

  /** Lets invocations come to their end, and takes no more messages. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.loops);
    this.sqs.destroy();
  }

  private async poll(): Promise<void> {
    const queueUrl = await this.queueUrl();
    while (!this.stopped.signal.aborted) {
      const batch = await this.receiveBatch(queueUrl);
      if (batch.length > 0) await this.keepInHand(this.handle(queueUrl, batch));
    }
  }

  private async keepInHand(handling: Promise<void>): Promise<void> {
    this.inHand.add(handling);
    try {
      await handling;
    } finally {
      this.inHand.delete(handling);
    }
  }

  private async queueUrl(): Promise<string> {
    const { QueueUrl = '' } = await this.sqs.send(
      new GetQueueUrlCommand({ QueueName: this.queueName }),
    );
    return QueueUrl;
  }

  /** With a batching window: goes on until the batch is full or the window over. */
  private async receiveBatch(queueUrl: string): Promise<Message[]> {
    const batch = await this.receive(queueUrl, this.mapping.batchSize, LONG_POLL_SECONDS);
    const end = Date.now() + this.mapping.batchingWindowSeconds * 1000;
    while (
      batch.length > 0 &&
      batch.length < this.mapping.batchSize &&
      Date.now() < end &&
      !this.stopped.signal.aborted
    ) {
      batch.push(
        ...(await this.receive(queueUrl, this.mapping.batchSize - batch.length, SECONDS_IN_WINDOW)),
      );
    }
    return batch;
  }

  private async receive(queueUrl: string, wanted: number, seconds: number): Promise<Message[]> {
    try {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(MAX_MESSAGES, wanted),
          WaitTimeSeconds: seconds,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: this.stopped.signal },
      );
      return Messages;
    } catch (error) {
      if (this.stopped.signal.aborted) return [];
      throw error;
    }
  }

  /**
   * What the function names as failed comes back when the queue's visibility timeout is over, or
   * when the function said; what an invocation held that failed as a whole, at once. Both go where
   * the queue's redrive policy says.
   */
  private async handle(queueUrl: string, received: Message[]): Promise<void> {
    const batch = await this.withoutLoops(queueUrl, received);
    if (batch.length === 0) return;
    const failed = await this.failuresOf(batch);
    if (failed === undefined) return this.returnToQueue(queueUrl, batch);
    const done = batch.filter(({ MessageId = '' }) => !failed.has(MessageId));
    await this.remove(queueUrl, done);
  }

  /** Those for which Lambda would invoke the function; the others are told of. */
  private async withoutLoops(queueUrl: string, batch: Message[]): Promise<Message[]> {
    const { functionName } = this.target;
    const loops = batch.filter((message) => isOnceTooOften(message, functionName));
    for (const message of loops) {
      await sendToDeadLetters(this.sqs, queueUrl, message);
      this.observer.onStoppedLoop?.({
        functionName,
        queueName: this.queueName,
        message: message.Body ?? '',
      });
      process.stderr.write(
        `Function runner: ${functionName} was invoked ${MOST_INVOCATIONS_IN_CHAIN} times in a chain by what it sends itself, and Lambda stops that. Not handled, from ${this.queueName}: ${message.Body}\n`,
      );
    }
    await this.remove(queueUrl, loops);
    return batch.filter((message) => !loops.includes(message));
  }

  private async remove(queueUrl: string, messages: Message[]): Promise<void> {
    for (const call of callsFor(messages)) {
      const Entries = call.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
      }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  }

  /**
   * Undefined where the invocation failed as a whole: it threw, came to no end, or its process
   * ended. The function's observer was told why.
   */
  private async failuresOf(batch: Message[]): Promise<Set<string> | undefined> {
    try {
      return await this.target.invoke(
        sqsEventOf(this.mapping.queueArn, batch),
        (answer) =>
          this.mapping.reportsBatchItemFailures
            ? failedMessageIds(answer, batch)
            : new Set<string>(),
        { chains: batch.map(({ Attributes }) => lineageIn(Attributes?.AWSTraceHeader)) },
      );
    } catch {
      return undefined;
    }
  }

  private async returnToQueue(queueUrl: string, batch: Message[]): Promise<void> {
    for (const call of callsFor(batch)) {
      const Entries = call.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: RETURNED_AFTER_SECONDS,
      }));
      await this.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  }
}

/** The messages, as many together as one call of SQS takes. */
function callsFor(messages: Message[]): Message[][] {
  const calls = Array.from(
    { length: Math.ceil(messages.length / MAX_MESSAGES) },
    (_, index) => index * MAX_MESSAGES,
  );
  return calls.map((from) => messages.slice(from, from + MAX_MESSAGES));
}
