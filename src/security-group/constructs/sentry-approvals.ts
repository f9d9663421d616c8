import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { routeTagsOf } from './question-tags';
import type { SecurityGroupSentryProps } from './security-group-sentry-props';
import { AskedWorkflow } from '../../approval/constructs/asked-workflow';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import { grantSend } from '../../approval/constructs/workflow-rights';
import type { BundledFunction } from '../../shared/constructs/bundled-function';
import type { GuardedQueue } from '../../shared/constructs/guarded-queue';
import { takeOneByOne } from '../../shared/constructs/work-queue';
import { CARRY_OUT_DECISION } from '../contracts/carry-out-decision.environment';
import type { WorkflowParameter } from '../contracts/sentry-parameters';

const MAX_CONCURRENCY = 10;

/** The sentry's side of the workflows that it asks. */
export class SentryApprovals extends Construct {
  /** None, where no policy asks. */
  public static forPolicies(
    sentry: Construct,
    { policies, hub }: Pick<SecurityGroupSentryProps, 'policies' | 'hub'>,
  ): SentryApprovals | undefined {
    const workflows = [...new Set(policies.flatMap(({ response }) => response._workflow ?? []))];
    if (hub) workflows.forEach((workflow) => workflow._mayGetPlaces());
    return workflows.length > 0 ? new SentryApprovals(sentry, 'Approvals', workflows) : undefined;
  }

  private readonly asked: readonly AskedWorkflow[];

  constructor(scope: Construct, id: string, workflows: readonly SlackApprovalWorkflow[]) {
    super(scope, id);
    this.asked = workflows.map(
      (workflow) => new AskedWorkflow(scope, workflow, CARRY_OUT_DECISION),
    );
  }

  public get queues(): GuardedQueue[] {
    return this.asked.flatMap(({ decisions, unhandled }) => [decisions, unhandled]);
  }

  /**
   * Queues, one for each workflow, of decisions that could not be carried out in hours of tries.
   */
  public get unhandled(): GuardedQueue[] {
    return this.asked.map(({ unhandled }) => unhandled);
  }

  /** Of the queues that decisions come to, joined by commas. */
  public get queueUrls(): string {
    return this.asked.map(({ decisions }) => decisions.queueUrl).join(',');
  }

  public get parameters(): WorkflowParameter[] {
    return this.asked.map(({ workflow, asker }) => ({
      name: workflow.node.path,
      expireSeconds: workflow._expireSeconds,
      ...routeTagsOf(workflow),
      asker: asker.name,
      queueUrl: asker.requestQueue.queueUrl,
      decisionKeyArn: asker.decisionKey.keyArn,
    }));
  }

  /** Lets the function that responds ask. */
  public grantAsk(responder: iam.IGrantable): void {
    this.asked.forEach(({ asker }) => grantSend(responder, asker.requestQueue));
  }

  /** Lets the function take decisions, verify them, and report what came of them. */
  public carriedOutBy(handler: BundledFunction<string>): void {
    this.asked.forEach(({ asker, decisions }) => {
      takeOneByOne(handler, decisions, MAX_CONCURRENCY);
      asker.grantAsk(handler);
    });
  }
}
