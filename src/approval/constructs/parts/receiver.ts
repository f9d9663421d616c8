import { Duration } from 'aws-cdk-lib';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { WorkflowParts } from './workflow-parts';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { APPROVAL_METRICS } from '../../contracts/approval-metrics';
import { RECEIVE_INTERACTION } from '../../contracts/receive-interaction.environment';
import type { DenialPrompt } from '../../domain/approval-configuration';
import { InteractionApi } from '../interaction-api';
import { grantSecret, grantSend } from '../workflow-rights';

export interface ReceiverProps {
  /** How long clicks are kept. */
  readonly auditSeconds: number;
  /** Undefined where those who deny are not asked why. */
  readonly denialPrompt: DenialPrompt | undefined;
  readonly domainMapping: apigwv2.DomainMappingOptions | undefined;
}

/**
 * The function that takes clicks, and the API in front of it. It can store them, and no more; where
 * those who deny are asked why, it also opens the modal for it.
 */
export class Receiver {
  public readonly handler: lambda.Function;
  public readonly interactions: InteractionApi;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    workflow: Construct,
    { table, queues, secrets, topic }: WorkflowParts,
    { auditSeconds, denialPrompt, domainMapping }: ReceiverProps,
  ) {
    this.handler = new BundledFunction(workflow, 'ReceiveInteraction', {
      contract: RECEIVE_INTERACTION,
      environment: () => ({
        WORKFLOW_NAME: workflow.node.path,
        APPROVAL_TABLE: table.tableName,
        CLICK_QUEUE_URL: queues.clicks.queueUrl,
        SIGNING_SECRET_ARN: secrets.signingSecret.secretArn,
        AUDIT_SECONDS: String(auditSeconds),
        ...(denialPrompt && {
          DENIAL_PROMPT: denialPrompt,
          BOT_TOKEN_SECRET_ARN: secrets.botToken.secretArn,
        }),
      }),
      description: `Takes clicks in Slack for ${workflow.node.path}`,
      // Slack waits for three seconds, a cold start included: the processor grows with the memory.
      memorySize: 1024,
    });
    table.grantAddClicks(this.handler.role!);
    grantSend(this.handler, queues.clicks);
    grantSecret(this.handler, secrets.signingSecret);
    if (denialPrompt) grantSecret(this.handler, secrets.botToken);
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
      ...(denialPrompt ? [unaskedAlarm(workflow, topic)] : []),
    ];
  }
}

/** Those who deny are to say why, and some could not. */
function unaskedAlarm(workflow: Construct, topic: sns.ITopic): NotifyingAlarm {
  return new NotifyingAlarm(workflow, 'ReasonsUnaskedAlarm', {
    metric: ownMetric(workflow, APPROVAL_METRICS.reasonsUnasked),
    threshold: 0,
    statistic: cloudwatch.Stats.SUM,
    period: Duration.minutes(5),
    topic,
    description:
      'A denial counts without a reason, since Slack opened no modal to ask for it: the log of the function that takes clicks says why.',
  });
}
