import {
  DeleteMessageBatchCommand,
  ListDeadLetterSourceQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeployedStack, LocalAws } from '../../sandbox/local-aws';

const MOST_AT_ONCE = 10;

type HandlesMessage = (message: Message, queueUrl: string) => Promise<void>;

/** The messages that no function could handle. */
export class DeadLetters {
  private readonly sqs: SQSClient;
  private readonly queueUrls: readonly string[];

  constructor(localAws: LocalAws, stack: DeployedStack) {
    this.sqs = new SQSClient(localAws.accessTo(stack.place));
    this.queueUrls = [...stack.resources]
      .filter(([id, { type }]) => type === 'AWS::SQS::Queue' && /Un(handled|delivered)/.test(id))
      .map(([, { physicalId }]) => physicalId);
  }

  /** How many there were in which queue, as texts; they are gone then. */
  async taken(): Promise<string[]> {
    return this.eachTaken(async () => {});
  }

  /** As `taken`, and each is where it came from, as if an operator had redriven it. */
  async redriven(): Promise<string[]> {
    return this.eachTaken(async (message, queueUrl) => this.sendBack(message, queueUrl));
  }

  end(): void {
    this.sqs.destroy();
  }

  private async eachTaken(handle: HandlesMessage): Promise<string[]> {
    const found: string[] = [];
    for (const queueUrl of this.queueUrls) {
      const count = await this.takenFrom(queueUrl, handle);
      if (count > 0) found.push(`${count} in ${queueUrl.split('/').at(-1)}`);
    }
    return found;
  }

  private async sendBack({ Body }: Message, QueueUrl: string): Promise<void> {
    const { queueUrls = [] } = await this.sqs.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl }),
    );
    for (const source of queueUrls) {
      await this.sqs.send(new SendMessageCommand({ QueueUrl: source, MessageBody: Body }));
    }
  }

  /** Purging a queue is something that is reported. */
  private async takenFrom(QueueUrl: string, handle: HandlesMessage): Promise<number> {
    const { Messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: MOST_AT_ONCE }),
    );
    if (Messages.length === 0) return 0;
    for (const message of Messages) await handle(message, QueueUrl);
    const Entries = Messages.map(({ ReceiptHandle }: Message, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return Messages.length + (await this.takenFrom(QueueUrl, handle));
  }
}
