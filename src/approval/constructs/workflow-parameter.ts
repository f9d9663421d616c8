import { Lazy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { SlackApprovalWorkflowSettings } from './slack-approval-workflow-settings';
import { MOST_PARAMETER_CHARACTERS } from '../../shared/contracts/parameter-limits';
import {
  APPROVAL_PARAMETER_VERSION,
  type ApprovalParameter,
  type Asker,
} from '../contracts/approval-parameter';

/**
 * The longest that a URL can be that is not known yet. The queue's name has up to 80 characters,
 * Region and account some 70 with the rest.
 */
const LONGEST_QUEUE_URL = 150;

/**
 * Settings that a function's environment has no room for, in a parameter of SSM: who may decide,
 * who may ask, and the rest.
 */
export class WorkflowParameter extends Construct {
  public readonly parameter: ssm.IStringParameter;
  private readonly askers: Asker[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly settings: SlackApprovalWorkflowSettings,
  ) {
    super(scope, id);
    this.checkLength();
    this.parameter = new ssm.StringParameter(this, 'Configuration', {
      stringValue: Stack.of(this).toJsonString({
        version: APPROVAL_PARAMETER_VERSION,
        ...settings,
        // They are added later.
        askers: Lazy.any({ produce: () => this.askers }),
      }),
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
      description: 'Written by the deployment, read by the workflow',
    });
  }

  /** Throws where the name is taken, or the parameter holds no more. */
  public addAsker(asker: Asker): void {
    if (this.askers.some(({ name }) => name === asker.name)) {
      throw new Error(
        `${this.workflowPath}: "${asker.name}" is an asker already, and decisions would go to one of the two: give each asker a name of its own.`,
      );
    }
    this.askers.push(asker);
    this.checkLength();
  }

  public grantRead(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: [this.parameter.parameterArn],
    });
  }

  private checkLength(): void {
    const askers = this.askers.map(({ name, queueUrl }) => ({
      name,
      queueUrl: Token.isUnresolved(queueUrl) ? 'x'.repeat(LONGEST_QUEUE_URL) : queueUrl,
    }));
    const { length } = JSON.stringify({
      version: APPROVAL_PARAMETER_VERSION,
      ...this.settings,
      askers,
    } satisfies ApprovalParameter);
    if (length <= MOST_PARAMETER_CHARACTERS) return;
    throw new Error(
      `${this.workflowPath}: ${this.settings.routes ? 'approvers, routes and askers' : 'approvers and askers'} take ${length} characters, SSM holds ${MOST_PARAMETER_CHARACTERS}: ` +
        'name a user group instead of so many users, or write a second workflow for some of the askers.',
    );
  }

  private get workflowPath(): string {
    return this.node.scope!.node.path;
  }
}
