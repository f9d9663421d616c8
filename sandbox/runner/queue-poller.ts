import { DeleteMessageBatchCommand, GetQueueUrlCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { EventSourceMapping } from '../deployer/deploy-stack';
import { emulatorAccess } from '../emulator-access';
import { queueDrained } from '../queue-drained';
import { MAX_PROCESSES, type RunnableFunction } from './deployed-function';
import { failedMessageIds, sqsEventOf } from './sqs-event';

const LONG_POLL_SECONDS = 1;
/** Of SQS, for one call. */
const MAX_MESSAGES = 10;

/** Stands for Lambda's own pollers: hands a queue's messages to a function, as the event source mapping says. */
export class QueuePoller {
  private readonly sqs: SQSClient;
  private readonly stopped = new AbortController();
  private readonly loops: Promise<void>[];

  constructor(private readonly mapping: EventSourceMapping, private readonly target: RunnableFunction, emulatorEndpoint: string) {
    this.sqs = new SQSClient(emulatorAccess(emulatorEndpoint));
    const concurrency = Math.min(MAX_PROCESSES, mapping.maximumConcurrency);
    this.loops = Array.from({ length: concurrency }, async () => this.poll());
  }

  async drained(): Promise<void> {
    await queueDrained(this.sqs, await this.queueUrl());
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
      if (batch.length > 0) await this.handle(queueUrl, batch);
    }
  }

  private async queueUrl(): Promise<string> {
    const { QueueUrl = '' } = await this.sqs.send(new GetQueueUrlCommand({ QueueName: this.mapping.queueArn.split(':').at(-1) }));
    return QueueUrl;
  }

  /** With a batching window: goes on until the batch is full or the window over. */
  private async receiveBatch(queueUrl: string): Promise<Message[]> {
    const batch = await this.receive(queueUrl, this.mapping.batchSize);
    const end = Date.now() + this.mapping.batchingWindowSeconds * 1000;
    while (batch.length > 0 && batch.length < this.mapping.batchSize && Date.now() < end && !this.stopped.signal.aborted) {
      batch.push(...await this.receive(queueUrl, this.mapping.batchSize - batch.length));
    }
    return batch;
  }

  private async receive(queueUrl: string, wanted: number): Promise<Message[]> {
    try {
      const { Messages = [] } = await this.sqs.send(new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(MAX_MESSAGES, wanted),
        WaitTimeSeconds: LONG_POLL_SECONDS,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }), { abortSignal: this.stopped.signal });
      return Messages;
    } catch (error) {
      if (this.stopped.signal.aborted) return [];
      throw error;
    }
  }

  /** What is not deleted comes back when the queue's visibility timeout is over, and goes where its redrive policy says. */
  private async handle(queueUrl: string, batch: Message[]): Promise<void> {
    const failed = await this.failuresOf(batch);
    const done = batch.filter(({ MessageId = '' }) => !failed.has(MessageId));
    for (let from = 0; from < done.length; from += MAX_MESSAGES) {
      await this.sqs.send(new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: done.slice(from, from + MAX_MESSAGES).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }));
    }
  }

  private async failuresOf(batch: Message[]): Promise<Set<string>> {
    try {
      return await this.target.invoke(sqsEventOf(this.mapping.queueArn, batch), (answer) =>
        this.mapping.reportsBatchItemFailures ? failedMessageIds(answer, batch) : new Set<string>());
    } catch {
      // The function's observer was told why.
      return new Set(batch.map(({ MessageId = '' }) => MessageId));
    }
  }
}
