import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ActionParts } from './action-asker';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { takeOneByOne } from '../../../shared/constructs/work-queue';
import { ACTION_METRICS } from '../../contracts/action-metrics';
import { CARRY_OUT_ACTION } from '../../contracts/carry-out-action.environment';
import { grantCall } from '../action-function';

/** So many requests are carried out side by side, and no more. */
const MAX_CONCURRENCY = 5;

export interface ActionCarrierProps extends ActionParts {
  /** The user's own. */
  readonly actionFunction: lambda.IFunction;
  readonly topic: sns.ITopic;
}

/** The function that proves decisions, and calls the action function with them. */
export class ActionCarrier {
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    private readonly scope: Construct,
    private readonly props: ActionCarrierProps,
  ) {
    const { asked, table, actionFunction, topic } = props;
    const { asker, decisions, workflow } = asked;
    this.handler = new BundledFunction(scope, 'CarryOutDecision', {
      contract: CARRY_OUT_ACTION,
      environment: () => ({
        ASKER: asker.name,
        ACTION_TABLE: table.tableName,
        REQUEST_QUEUE_URL: asker.requestQueue.queueUrl,
        DECISION_QUEUE_URL: decisions.queueUrl,
        DECISION_KEY_ARN: asker.decisionKey.keyArn,
        ACTION_FUNCTION_ARN: actionFunction.functionArn,
        KEPT_SECONDS: String(workflow._requestKeptSeconds),
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
      }),
      description: `Calls the action function of ${scope.node.path} with what people decided`,
      memorySize: 512,
    });
    takeOneByOne(this.handler, decisions, MAX_CONCURRENCY);
    asker.grantAsk(this.handler);
    table.grantCarryOut(this.handler.role!);
    grantCall(this.handler, actionFunction);
    grantPublish(this.handler, topic);
    this.alarms = this.makeAlarms();
  }

  private makeAlarms(): cloudwatch.Alarm[] {
    const { asked, topic } = this.props;
    const alarm = (id: string, metric: cloudwatch.Metric, description: string) =>
      new NotifyingAlarm(this.scope, id, { metric, threshold: 0, topic, description });
    return [
      alarm(
        'UnhandledDecisionsAlarm',
        asked.unhandled.metricApproximateNumberOfMessagesVisible(),
        'The action gave up on decisions of people after hours of tries.',
      ),
      alarm(
        'FailedDecisionsAlarm',
        ownMetric(this.scope, ACTION_METRICS.decisionsFailed),
        'A decision of people could not be carried out: the action function fails.',
      ),
      alarm(
        'RefusedDecisionsAlarm',
        ownMetric(this.scope, ACTION_METRICS.decisionsRefused),
        'A message passed for a decision of people, and no workflow has signed it for what was asked: someone may be forging decisions.',
      ),
      alarm(
        'DecisionErrorsAlarm',
        this.handler.metricErrors(),
        'The function that calls the action function fails as a whole: decisions wait.',
      ),
    ];
  }
}
