import { Stack, Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { deadLetterQueue } from '../../../shared/constructs/work-queue';
import { CALL_DETAIL_TYPE, TAMPER_SOURCES } from '../../contracts/forwarded-events';

export interface MemberTamperingProps {
  readonly bus: events.IEventBus;
  readonly topic: sns.ITopic;
  readonly operators: readonly iam.IPrincipal[];
}

/** Tells of tampering in members, with no function in between that could be switched off. */
export class MemberTampering {
  public readonly alarms: cloudwatch.Alarm[];

  constructor(hub: Construct, { bus, topic, operators }: MemberTamperingProps) {
    const undelivered = deadLetterQueue(hub, 'UndeliveredEvents', operators);
    Validations.of(undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: that of an EventBridge target.',
    });
    new events.Rule(hub, 'MemberTamperingRule', {
      eventBus: bus,
      description: `Tells when someone tampers with members of ${hub.node.path}`,
      eventPattern: {
        source: [...TAMPER_SOURCES],
        detailType: [CALL_DETAIL_TYPE],
      },
      targets: [
        new targets.SnsTopic(topic, {
          message: events.RuleTargetInput.fromText(tamperText(hub.node.path)),
          deadLetterQueue: undelivered,
        }),
      ],
    });
    this.alarms = [
      new NotifyingAlarm(hub, 'UndeliveredEventsAlarm', {
        metric: undelivered.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description: `EventBridge could not hand word of tampering in members of ${Stack.of(hub).stackName} to the topic.`,
      }),
    ];
  }
}

/** It holds only values that AWS has checked, since nothing is escaped. */
function tamperText(hub: string): string {
  const field = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
  return (
    `[CRITICAL] ${hub}: in account ${events.EventField.account}, Region ${events.EventField.region}, someone called ${field('eventName')} ` +
    `on what the hub has there: ${field('requestParameters.name')}${field('requestParameters.rule')}${field('requestParameters.roleName')}${field('requestParameters.queueUrl')}. ` +
    `It was ${field('userIdentity.arn')} (${field('userIdentity.type')} ${field('userIdentity.invokedBy')}) from ${field('sourceIPAddress')} at ${field('eventTime')}. ` +
    'If this was no deployment of yours, events of this account may not reach the hub any more, or the hub may not be able to act there: find out who did it, and put it back as it was. ' +
    `CloudTrail event ${field('eventID')}.`
  );
}
