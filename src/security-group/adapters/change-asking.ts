import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { contentOf, DynamoAskedChanges } from './dynamo-asked-changes';
import type { ReachableWorkflow } from './sentry-configuration';
import { sendOutcome } from '../../approval/adapters/sent-queue-messages';
import {
  APPROVAL_MESSAGE_VERSION,
  type AskMessage,
} from '../../approval/contracts/approval-messages';
import type { AskResult } from '../../approval/domain/ask-result';
import { type AskedChange, sourceOf, subjectOf } from '../domain/asking/asked-change';
import type { ChangeAsker } from '../domain/asking/change-asker';
import type { PreparedAsk } from '../domain/reporting/announcement';

const ID_CHARACTERS = 40;

/** Keeps what is asked, and has it ready to be sent. */
export class ChangeAsking extends DynamoAskedChanges implements ChangeAsker {
  identify(text: string): string {
    return digestOf(text).slice(0, ID_CHARACTERS);
  }

  render(asked: AskedChange): PreparedAsk {
    const { requestId, workflow } = asked;
    const message: UnsignedAsk = {
      version: APPROVAL_MESSAGE_VERSION,
      type: 'ask',
      requestId,
      subject: digestOf(subjectOf(asked)),
      source: digestOf(sourceOf(asked)),
      ...contentOf(asked),
    };
    return { workflow, message: JSON.stringify(message) };
  }
}

/** Who asks is known where it is sent. */
type UnsignedAsk = Omit<AskMessage, 'asker'>;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Delivers questions, and what became of decisions, to the workflows. */
export class WorkflowQueues {
  constructor(
    private readonly client: SQSClient,
    private readonly workflows: () => Promise<readonly ReachableWorkflow[]>,
  ) {}

  async ask({ workflow: name, message }: PreparedAsk): Promise<void> {
    const { asker, queueUrl } = await this.workflow(name);
    const body = `${message.slice(0, -1)},"asker":${JSON.stringify(asker)}}`;
    await this.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  }

  async conclude(
    { workflow: name, requestId }: Pick<AskedChange, 'workflow' | 'requestId'>,
    result: AskResult,
  ): Promise<void> {
    const { asker, queueUrl } = await this.workflow(name);
    await sendOutcome(this.client, queueUrl, { requestId, asker }, result);
  }

  private async workflow(name: string): Promise<ReachableWorkflow> {
    const found = (await this.workflows()).find((workflow) => workflow.name === name);
    if (!found) {
      throw new Error(
        `The sentry's configuration has no workflow ${name}: was it taken out of the policies while people were being asked?`,
      );
    }
    return found;
  }
}
