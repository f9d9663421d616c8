import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { WorkflowParts } from './workflow-parts';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { takeOneByOne } from '../../../shared/constructs/work-queue';
import { DELIVER_MESSAGES } from '../../contracts/deliver-messages.environment';
import { grantSecret } from '../workflow-rights';

/**
 * Slack takes about one message a second in a channel. Two, so that one that waits for Slack holds
 * up nothing; Lambda takes no less.
 */
const DELIVERIES_AT_ONCE = 2;

/** The function that delivers messages to Slack. */
export class Deliverer {
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    workflow: Construct,
    private readonly parts: WorkflowParts,
  ) {
    const { parameter, table, queues, secrets, topic } = parts;
    this.handler = new BundledFunction(workflow, 'DeliverMessages', {
      contract: DELIVER_MESSAGES,
      environment: () => ({
        WORKFLOW_NAME: workflow.node.path,
        CONFIGURATION_PARAMETER: parameter.parameter.parameterName,
        APPROVAL_TABLE: table.tableName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        MESSAGE_QUEUE_URL: queues.messages.queueUrl,
        BOT_TOKEN_SECRET_ARN: secrets.botToken.secretArn,
      }),
      description: `Delivers messages to Slack for ${workflow.node.path}`,
      memorySize: 512,
    });
    this.grantAll();
    this.alarms = [
      new NotifyingAlarm(workflow, 'DeliverErrorsAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        topic,
        description: 'The function that delivers messages to Slack fails as a whole.',
      }),
    ];
  }

  private grantAll(): void {
    const { parameter, table, queues, secrets, topic } = this.parts;
    takeOneByOne(this.handler, queues.messages, DELIVERIES_AT_ONCE);
    grantPublish(this.handler, topic);
    parameter.grantRead(this.handler);
    table.grantReadAndPut(this.handler.role!);
    grantSecret(this.handler, secrets.botToken);
    if (secrets.webhook) grantSecret(this.handler, secrets.webhook);
  }
}
