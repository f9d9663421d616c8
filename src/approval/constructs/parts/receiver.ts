import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { WorkflowParts } from './workflow-parts';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { RECEIVE_INTERACTION } from '../../contracts/receive-interaction.environment';
import { InteractionApi } from '../interaction-api';
import { grantSecret, grantSend } from '../workflow-rights';

export interface ReceiverProps {
  /** How long clicks are kept. */
  readonly auditSeconds: number;
  readonly domainMapping: apigwv2.DomainMappingOptions | undefined;
}

/** The function that takes clicks, and the API in front of it. It can store them, and no more. */
export class Receiver {
  public readonly handler: lambda.Function;
  public readonly interactions: InteractionApi;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    workflow: Construct,
    { table, queues, secrets, topic }: WorkflowParts,
    { auditSeconds, domainMapping }: ReceiverProps,
  ) {
    this.handler = new BundledFunction(workflow, 'ReceiveInteraction', {
      contract: RECEIVE_INTERACTION,
      environment: () => ({
        WORKFLOW_NAME: workflow.node.path,
        APPROVAL_TABLE: table.tableName,
        CLICK_QUEUE_URL: queues.clicks.queueUrl,
        SIGNING_SECRET_ARN: secrets.signingSecret.secretArn,
        AUDIT_SECONDS: String(auditSeconds),
      }),
      description: `Takes clicks in Slack for ${workflow.node.path}`,
      // Slack waits for three seconds, a cold start included: the processor grows with the memory.
      memorySize: 1024,
    });
    table.grantAddClicks(this.handler.role!);
    grantSend(this.handler, queues.clicks);
    grantSecret(this.handler, secrets.signingSecret);
    this.interactions = new InteractionApi(workflow, 'Interactions', {
      handler: this.handler,
      domainMapping,
    });
    this.alarms = [
      new NotifyingAlarm(workflow, 'ReceiveErrorsAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        topic,
        description: 'The function that takes clicks fails: people click, and nothing happens.',
      }),
    ];
  }
}
