import { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { KeyActions } from './key-actions';
import type { KeyExemption } from './key-exemption';
import { acknowledgeKeyLook, keyLookStatements, retireStatement } from './key-sentry-rights';
import { AskedWorkflow } from '../../approval/constructs/asked-workflow';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import { grantSend } from '../../approval/constructs/workflow-rights';
import { BundledFunction } from '../../shared/constructs/bundled-function';
import { takeOneByOne } from '../../shared/constructs/work-queue';
import { CARRY_OUT_KEY_DECISION } from '../contracts/carry-out-key-decision.environment';
import type { KeyWorkflowParameter } from '../contracts/key-sentry-parameter';

/**
 * As few at a time as queues allow: only one has the lease, and the others are shown again later.
 */
const MAX_CONCURRENCY = 2;

/** What carrying decisions out has to know of its sentry. */
export interface DecisionSurroundings {
  readonly parameter: ssm.IParameter;
  readonly topic: sns.ITopic;
  readonly records: dynamodb.Table;
  readonly exemptions: readonly KeyExemption[];
}

/** The sentry's side of the workflow that it asks. */
export class KeyApprovals extends Construct {
  /** None, where no action is taken, or nobody is asked. */
  public static forActions(
    sentry: Construct,
    actions: KeyActions | undefined,
  ): KeyApprovals | undefined {
    return actions?._workflow && new KeyApprovals(sentry, 'Approvals', actions._workflow);
  }

  private readonly asked: AskedWorkflow;

  constructor(
    private readonly sentry: Construct,
    id: string,
    workflow: SlackApprovalWorkflow,
  ) {
    super(sentry, id);
    this.asked = new AskedWorkflow(sentry, workflow, CARRY_OUT_KEY_DECISION);
  }

  /** What nobody could carry out after hours of tries. */
  public get unhandled(): sqs.Queue {
    return this.asked.unhandled;
  }

  public get parameter(): KeyWorkflowParameter {
    const { asker } = this.asked;
    return {
      asker: asker.name,
      queueUrl: asker.requestQueue.queueUrl,
      decisionKeyArn: asker.decisionKey.keyArn,
    };
  }

  /** Lets the function that looks at the keys ask. */
  public grantAsk(checker: iam.IGrantable): void {
    grantSend(checker, this.asked.asker.requestQueue);
  }

  /** The function that deactivates what people approved. It cannot delete. */
  public carryOut({
    parameter,
    topic,
    records,
    exemptions,
  }: DecisionSurroundings): BundledFunction<string> {
    const { asker, decisions } = this.asked;
    const stack = Stack.of(this);
    const carrier = new BundledFunction(this.sentry, 'CarryOutDecision', {
      contract: CARRY_OUT_KEY_DECISION,
      environment: () => ({
        SENTRY_NAME: this.sentry.node.path,
        CONFIGURATION_PARAMETER: parameter.parameterName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        ACCOUNT_ID: stack.account,
        KEY_RECORDS_TABLE: records.tableName,
        DECISION_QUEUE_URL: decisions.queueUrl,
      }),
      description: `Carries out what people decided about access keys for ${this.sentry.node.path}`,
      memorySize: 1024,
    });
    takeOneByOne(carrier, decisions, MAX_CONCURRENCY);
    asker.grantAsk(carrier);
    topic.grantPublish(carrier);
    records.grant(carrier, 'dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:PutItem');
    iam.Grant.addToPrincipal({
      grantee: carrier,
      actions: ['ssm:GetParameters'],
      resourceArns: [parameter.parameterArn],
    });
    [...keyLookStatements(stack, exemptions), retireStatement(stack, ['UpdateAccessKey'])].forEach(
      (statement) => carrier.addToRolePolicy(statement),
    );
    acknowledgeKeyLook(carrier.role!);
    return carrier;
  }
}
