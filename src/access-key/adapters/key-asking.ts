import type { SQSClient } from '@aws-sdk/client-sqs';
import { approvalDigest } from '../../approval/adapters/approval-digest';
import { sendOutcome, sendQuestion } from '../../approval/adapters/sent-queue-messages';
import { APPROVAL_MESSAGE_VERSION } from '../../approval/contracts/approval-messages';
import type { AskResult } from '../../approval/domain/ask-result';
import type { KeyWorkflowParameter } from '../contracts/key-sentry-parameter';
import type { KeyApproval } from '../domain/key-approval';
import { keyPayload } from '../domain/key-payload';
import type { KeyAsker } from '../domain/ports';

/** Has people asked about keys, by the workflow's queue, and says there what came of it. */
export class KeyAsking implements KeyAsker {
  constructor(
    private readonly client: SQSClient,
    private readonly workflow: KeyWorkflowParameter,
    /** Whose keys it asks about; undefined for those of the sentry's own account. */
    private readonly memberId?: string,
  ) {}

  async ask(keyId: string, { requestId, question, labels }: KeyApproval): Promise<void> {
    const { asker, queueUrl } = this.workflow;
    const payload = keyPayload({ keyId, memberId: this.memberId });
    await sendQuestion(this.client, queueUrl, {
      version: APPROVAL_MESSAGE_VERSION,
      type: 'ask',
      requestId,
      asker,
      subject: `access-key/${payload}`,
      // Each key of its own: how many are asked about at a time is the run's cap, and keys past it
      // wait for the next run.
      source: `access-key/${payload}`,
      question,
      payload,
      ...(labels && { labels }),
    });
  }

  async conclude(requestId: string, result: AskResult): Promise<void> {
    const { asker, queueUrl } = this.workflow;
    await sendOutcome(this.client, queueUrl, { requestId, asker }, result);
  }
}

/** Of what people were asked: their decision has to name it. */
export function keyApprovalDigest(payload: string, { question, labels }: KeyApproval): string {
  return approvalDigest(question, payload, labels);
}
