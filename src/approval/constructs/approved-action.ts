import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { checkActionFunction, grantAskTo } from './action-function';
import { ActionTable } from './action-table';
import type { ApprovedActionProps } from './approved-action-props';
import { AskedWorkflow } from './asked-workflow';
import { ACTION_ENDPOINTS } from './endpoint-needs';
import { ActionAsker } from './parts/action-asker';
import { ActionCarrier } from './parts/action-carrier';
import { ActionWatch } from './parts/action-watch';
import { adviseOnAlarms } from '../../shared/constructs/alarm-advice';
import { applyCompanySettings } from '../../shared/constructs/apply-company-settings';
import { keptAlarms } from '../../shared/constructs/kept-alarms';
import { ALARMS_ALONE, ALARMS_AND_EVENTS } from '../../shared/constructs/key-statements';
import { givenTopic } from '../../shared/constructs/notification-topic';
import { ownMetric } from '../../shared/constructs/own-metric';
import { refuseMissing } from '../../shared/constructs/required-props';
import { visibleOutput } from '../../shared/constructs/visible-output';
import { ACTION_METRICS } from '../contracts/action-metrics';
import { CARRY_OUT_ACTION } from '../contracts/carry-out-action.environment';

/**
 * Something that is done once people in Slack approve it: by a function of your own, which needs
 * nothing of this library, in any language.
 *
 * Who invokes `askFunction` has people asked. The construct then proves their decision, calls
 * `actionFunction` with it, and shows them what came of it. That gets every decision, denials
 * included, at least once; calls that are to do the same have the same `idempotencyKey`.
 *
 * Write it in the stack of its workflow if you can: its table shares that stack's KMS key. In a
 * stack of its own it has one more, which AWS charges for.
 */
export class ApprovedAction extends Construct {
  /**
   * Has people asked. It is invoked with what they are shown and what `actionFunction` needs, and
   * answers with the `requestId`; where no one is asked, it fails, and says why. It cannot call
   * `actionFunction`. Its name is an output of the stack, `AskFunctionName`. See `grantAsk`.
   */
  public readonly askFunction: lambda.IFunction;

  /** Where alarms go: subscribe to it. It is the workflow's, unless another one was given. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Alarms about the action. They publish to the notification topic; add actions of your own at
   * will.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Where decisions go that could not be handled, and word of tampering that could not be told: the
   * `operators` of the workflow may redrive.
   */
  public readonly deadLetterQueues: sqs.IQueue[];

  /**
   * Throws if the workflow or `actionFunction` is in another account or Region, if that may take
   * longer than it is waited for, and for a topic or company settings that cannot work.
   */
  constructor(scope: Construct, id: string, props: ApprovedActionProps) {
    super(scope, id);
    refuseMissing(this.node.path, props, {
      workflow: 'the SlackApprovalWorkflow',
      actionFunction: 'the function that acts',
    });
    const { workflow, actionFunction, tamperRules = true } = props;
    checkActionFunction(this, actionFunction);
    workflow._mayGetLabels();
    const topic = props.notificationTopic ?? workflow.notificationTopic;
    applyCompanySettings(
      this,
      { ...props, notificationTopic: topic },
      { hearsEvents: tamperRules, endpoints: ACTION_ENDPOINTS },
    );
    // The workflow has seen to its topic, as far as it uses it itself.
    const isSeenTo = !props.notificationTopic && (workflow._tamperRules || !tamperRules);
    this.notificationTopic = isSeenTo
      ? topic
      : givenTopic(this, topic, tamperRules ? ALARMS_AND_EVENTS : ALARMS_ALONE);
    const parts = {
      asked: new AskedWorkflow(this, workflow, CARRY_OUT_ACTION),
      table: new ActionTable(this, 'Asked'),
    };
    const asker = new ActionAsker(this, parts);
    const carrier = new ActionCarrier(this, { ...parts, actionFunction, topic });
    const watch = tamperRules ? new ActionWatch(this, { workflow, topic }) : undefined;
    this.askFunction = asker.handler;
    visibleOutput(this, 'AskFunctionName', {
      value: asker.handler.functionName,
      description: `Invoke it to have people asked by ${this.node.path}`,
    });
    this.deadLetterQueues = [parts.asked.unhandled, ...(watch ? [watch.undelivered] : [])];
    const alarms = [...carrier.alarms, ...(watch?.alarms ?? [])];
    this.alarms = keptAlarms(this, alarms, props.excludedAlarms);
    adviseOnAlarms(this, { topic, alarms: this.alarms, tamperRules });
    const functions = [asker.handler, carrier.handler];
    watch?.over(parts, functions, this.alarms);
  }

  /**
   * Lets someone have people asked. What they write is what people read: `requester.email`,
   * `requester.isAutomatic` and `labels` are taken at their word.
   *
   * @param grantee such as the role of a pipeline, of the same account. Throws for one that
   * no policy of the app could give the right to: a service, or a role of another account.
   */
  public grantAsk(grantee: iam.IGrantable): iam.Grant {
    return grantAskTo(this, grantee, this.askFunction);
  }

  /** Decisions that `actionFunction` was told of, or that were not to be done any more. */
  public metricDecisionsCarriedOut(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACTION_METRICS.decisionsCarriedOut, options);
  }

  /** Tries that failed, from the third on, and decisions that `actionFunction` says failed. */
  public metricDecisionsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACTION_METRICS.decisionsFailed, options);
  }

  /** Messages that passed for decisions, and that no workflow has signed for what was asked. */
  public metricDecisionsRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACTION_METRICS.decisionsRefused, options);
  }
}
