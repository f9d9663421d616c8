import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ChangeResponse } from './change-response';
import type { SecurityGroupBaseline } from './security-group-baseline';
import { AskedWorkflow } from '../../approval/constructs/asked-workflow';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import type { BundledFunction } from '../../shared/constructs/bundled-function';
import { takeOneByOne } from '../../shared/constructs/work-queue';
import { CARRY_OUT_DECISION } from '../contracts/carry-out-decision.environment';
import type { WorkflowParameter } from '../contracts/sentry-parameters';
import { APPROVED_UNTIL_TAG } from '../domain/deciding/approved-until-tag';
import type { Policy } from '../domain/policies/policy';

/** A policy, before its workflow is known by name. */
interface AskingPolicy {
  readonly baseline: SecurityGroupBaseline;
  readonly response: ChangeResponse;
}

/** The workflows that policies name, each once. */
export function workflowsOf(policies: readonly AskingPolicy[]): SlackApprovalWorkflow[] {
  return [...new Set(policies.flatMap(({ response }) => response._workflow ?? []))];
}

/** A policy as the functions know it. */
export function policyOf({ baseline, response }: AskingPolicy): Policy {
  const workflow = response._workflow;
  return {
    baseline: baseline._specification,
    response: response._response,
    ...(workflow && {
      asking: { workflow: workflow.node.path, whenUnanswered: response._whenUnanswered },
    }),
  };
}

const MAX_CONCURRENCY = 10;

/** The sentry's side of the workflows that it asks. */
export class SentryApprovals extends Construct {
  /** None, where no policy asks. */
  public static forWorkflows(
    sentry: Construct,
    workflows: readonly SlackApprovalWorkflow[],
  ): SentryApprovals | undefined {
    return workflows.length > 0 ? new SentryApprovals(sentry, 'Approvals', workflows) : undefined;
  }

  private readonly asked: readonly AskedWorkflow[];

  constructor(scope: Construct, id: string, workflows: readonly SlackApprovalWorkflow[]) {
    super(scope, id);
    this.asked = workflows.map(
      (workflow) => new AskedWorkflow(scope, workflow, CARRY_OUT_DECISION),
    );
  }

  public get queues(): sqs.Queue[] {
    return this.asked.flatMap(({ decisions, unhandled }) => [decisions, unhandled]);
  }

  /** What nobody could carry out after hours of tries, for each workflow. */
  public get unhandled(): sqs.Queue[] {
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
      asker: asker.name,
      queueUrl: asker.requestQueue.queueUrl,
      decisionKeyArn: asker.decisionKey.keyArn,
    }));
  }

  /** Lets the function that responds ask. */
  public grantAsk(responder: iam.IGrantable): void {
    this.asked.forEach(({ asker }) =>
      iam.Grant.addToPrincipal({
        grantee: responder,
        actions: ['sqs:SendMessage'],
        resourceArns: [asker.requestQueue.queueArn],
      }),
    );
  }

  /**
   * Has the function carry decisions out, once it has verified them, and tell what came of them.
   */
  public carriedOutBy(carrier: BundledFunction<string>): void {
    this.asked.forEach(({ asker, decisions }) => {
      takeOneByOne(carrier, decisions, MAX_CONCURRENCY);
      asker.grantAsk(carrier);
    });
    // So that nobody has to know the sentry to see that a rule is there for a time.
    carrier.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['ec2:CreateTags'],
        resources: [
          Stack.of(this).formatArn({
            service: 'ec2',
            resource: 'security-group-rule',
            resourceName: '*',
          }),
        ],
        conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [APPROVED_UNTIL_TAG] } },
      }),
    );
  }
}
