import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { ApprovalAsker } from '../../../approval/constructs/approval-asker';
import { AskedWorkflow } from '../../../approval/constructs/asked-workflow';
import type { SlackApprovalWorkflow } from '../../../approval/constructs/slack-approval-workflow';
import { grantSend } from '../../../approval/constructs/workflow-rights';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { CARRY_OUT_KEY_DECISION } from '../../contracts/carry-out-key-decision.environment';
import type { KeyWorkflowParameter } from '../../contracts/key-sentry-parameter';
import type { IamKeySentryProps } from '../iam-key-sentry-props';

/** The sentry's side of the workflow that it asks. */
export class KeyApprovals {
  /** None, where no action is taken, or no one is asked. */
  public static forActions(
    sentry: Construct,
    { actions, hub }: Pick<IamKeySentryProps, 'actions' | 'hub'>,
  ): KeyApprovals | undefined {
    const workflow = actions?._workflow;
    if (!workflow) return undefined;
    if (hub) workflow._mayGetPlaces();
    return new KeyApprovals(sentry, workflow);
  }

  /** Where decisions come to. */
  public readonly decisions: GuardedQueue;
  /** Decisions that were given up on, after hours of tries. */
  public readonly unhandled: GuardedQueue;
  private readonly asker: ApprovalAsker;

  constructor(sentry: Construct, workflow: SlackApprovalWorkflow) {
    const { asker, decisions, unhandled } = new AskedWorkflow(
      sentry,
      workflow,
      CARRY_OUT_KEY_DECISION,
    );
    this.asker = asker;
    this.decisions = decisions;
    this.unhandled = unhandled;
  }

  public get parameter(): KeyWorkflowParameter {
    return {
      asker: this.asker.name,
      queueUrl: this.asker.requestQueue.queueUrl,
      decisionKeyArn: this.asker.decisionKey.keyArn,
    };
  }

  /** To ask, and no more: for the function that looks at the keys. */
  public grantAsk(grantee: iam.IGrantable): void {
    grantSend(grantee, this.asker.requestQueue);
  }

  /** To verify decisions, and report their outcomes. */
  public grantCarryOut(grantee: iam.IGrantable): void {
    this.asker.grantAsk(grantee);
  }
}
