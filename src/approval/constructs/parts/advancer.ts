import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { DecisionKey } from './decision-key';
import type { WorkflowParts } from './workflow-parts';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { putEventsStatement } from '../../../shared/constructs/put-events-statement';
import { takeOneByOne } from '../../../shared/constructs/work-queue';
import { ADVANCE_REQUESTS } from '../../contracts/advance-requests.environment';
import { APPROVAL_EVENT_SOURCE } from '../../contracts/approval-messages';
import { grantSecret, grantSend } from '../workflow-rights';

/** A flood of requests must not eat up the account's concurrency. */
const MAX_CONCURRENCY = 10;

/** The function that judges clicks, and does what is due. It alone can decide. */
export class Advancer {
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    workflow: Construct,
    private readonly parts: WorkflowParts,
    private readonly decisionKey: DecisionKey,
  ) {
    const { parameter, table, queues, secrets, topic } = parts;
    this.handler = new BundledFunction(workflow, 'AdvanceRequests', {
      contract: ADVANCE_REQUESTS,
      environment: () => ({
        WORKFLOW_NAME: workflow.node.path,
        CONFIGURATION_PARAMETER: parameter.parameter.parameterName,
        APPROVAL_TABLE: table.tableName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        REQUEST_QUEUE_URL: queues.requests.queueUrl,
        CLICK_QUEUE_URL: queues.clicks.queueUrl,
        MESSAGE_QUEUE_URL: queues.messages.queueUrl,
        SIGNING_SECRET_ARN: secrets.signingSecret.secretArn,
        BOT_TOKEN_SECRET_ARN: secrets.botToken.secretArn,
        DECISION_KEY_ARN: decisionKey.key.keyArn,
      }),
      description: `Judges clicks, and does what is due of requests, for ${workflow.node.path}`,
      memorySize: 512,
    });
    this.grantAll();
    this.alarms = [
      new NotifyingAlarm(workflow, 'AdvanceErrorsAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        topic,
        description:
          'The function that judges clicks and does what is due fails: requests stand still.',
      }),
    ];
  }

  /** Lets it send decisions to the queue of one who asks. */
  public grantDecisions(queue: sqs.IQueue): void {
    grantSend(this.handler, queue);
  }

  private grantAll(): void {
    const { parameter, table, queues, secrets, topic } = this.parts;
    takeOneByOne(this.handler, queues.requests, MAX_CONCURRENCY);
    takeOneByOne(this.handler, queues.clicks, MAX_CONCURRENCY);
    grantPublish(this.handler, topic);
    parameter.grantRead(this.handler);
    table.grantReadAndChange(this.handler.role!);
    table.grantFindDue(this.handler);
    grantSend(this.handler, queues.messages);
    grantSecret(this.handler, secrets.signingSecret);
    grantSecret(this.handler, secrets.botToken);
    this.handler.addToRolePolicy(putEventsStatement(this.handler, APPROVAL_EVENT_SOURCE));
    this.decisionKey.letOnlyDecide(this.handler.role!);
  }
}
