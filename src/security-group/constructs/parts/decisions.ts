import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { commonVariables, hubVariable, SentryFunction } from './sentry-function';
import type { SentryParts } from './sentry-parts';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { SECURITY_GROUP_METRICS } from '../../../shared/contracts/metrics';
import { CARRY_OUT_DECISION } from '../../contracts/carry-out-decision.environment';
import type { SentryApprovals } from '../sentry-approvals';
import { tagApprovedStatement } from '../sentry-rights';

/** The function that verifies what people decided, and carries it out. */
export class Decisions {
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(sentry: Construct, parts: SentryParts, approvals: SentryApprovals) {
    const { ledger, topic, hub } = parts;
    const handler = new SentryFunction(sentry, 'CarryOutDecision', {
      contract: CARRY_OUT_DECISION,
      environment: (role) => ({
        ...commonVariables(sentry, parts),
        DECISION_QUEUE_URLS: approvals.queueUrls,
        OWN_ROLE_ARN: role.roleArn,
        ...hubVariable(parts),
      }),
      description: `Carries out what people decided about security group changes for ${sentry.node.path}`,
      memorySize: 512,
      parts,
    });
    approvals.carriedOutBy(handler);
    handler.letAct();
    handler.addToRolePolicy(tagApprovedStatement(sentry));
    ledger.grantReadAsked(handler);
    hub?._letWork(handler, 'decide');
    this.handler = handler;
    this.alarms = [
      ...unhandledDecisionsAlarms(sentry, approvals, topic),
      ...this.makeAlarms(sentry, topic),
    ];
  }

  private makeAlarms(sentry: Construct, topic: sns.ITopic): cloudwatch.Alarm[] {
    return [
      new NotifyingAlarm(sentry, 'FailedDecisionsAlarm', {
        metric: ownMetric(sentry, SECURITY_GROUP_METRICS.decisionsFailed),
        threshold: 0,
        topic,
        description: 'A decision of people could not be carried out.',
      }),
      new NotifyingAlarm(sentry, 'RefusedDecisionsAlarm', {
        metric: ownMetric(sentry, SECURITY_GROUP_METRICS.decisionsRefused),
        threshold: 0,
        topic,
        description:
          'A message passed for a decision of people, and no workflow has signed it for what was asked: someone may be forging decisions.',
      }),
      new NotifyingAlarm(sentry, 'DecisionErrorsAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        topic,
        description: 'The function that carries out decisions fails as a whole: decisions wait.',
      }),
    ];
  }
}

/** One for each workflow that is asked. */
function unhandledDecisionsAlarms(
  sentry: Construct,
  { unhandled }: SentryApprovals,
  topic: sns.ITopic,
): cloudwatch.Alarm[] {
  return unhandled.map(
    (queue, index) =>
      new NotifyingAlarm(sentry, `UnhandledDecisionsAlarm${index === 0 ? '' : index + 1}`, {
        metric: queue.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description: 'The sentry gave up on decisions of people after hours of tries.',
      }),
  );
}
