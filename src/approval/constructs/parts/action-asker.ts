import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { ASK_APPROVAL } from '../../contracts/ask-approval.environment';
import type { ActionTable } from '../action-table';
import type { AskedWorkflow } from '../asked-workflow';
import { grantSend } from '../workflow-rights';

/** The parts that the functions of an action share. */
export interface ActionParts {
  readonly asked: AskedWorkflow;
  readonly table: ActionTable;
}

/** The function that has people asked, and can do nothing of what they are asked about. */
export class ActionAsker {
  public readonly handler: lambda.Function;

  constructor(action: Construct, { asked: { asker, workflow }, table }: ActionParts) {
    this.handler = new BundledFunction(action, 'AskApproval', {
      contract: ASK_APPROVAL,
      environment: () => ({
        ASKER: asker.name,
        ACTION_TABLE: table.tableName,
        REQUEST_QUEUE_URL: asker.requestQueue.queueUrl,
        KEPT_SECONDS: String(workflow._requestKeptSeconds),
      }),
      description: `Has people asked for ${action.node.path}`,
      memorySize: 512,
    });
    table.grantAsk(this.handler.role!);
    grantSend(this.handler, asker.requestQueue);
  }
}
