import * as events from 'aws-cdk-lib/aws-events';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { TopicTarget } from '../../../shared/constructs/topic-target';
import { CALL_DETAIL_TYPE, TAMPER_SOURCES } from '../../contracts/forwarded-events';

export interface MemberTamperingProps {
  readonly bus: events.IEventBus;
  readonly topic: sns.ITopic;
  /** Holds the events that EventBridge could not hand over. */
  readonly undelivered: GuardedQueue;
}

/** Tells of tampering in members, with no function in between that could be switched off. */
export class MemberTampering {
  constructor(hub: Construct, { bus, topic, undelivered }: MemberTamperingProps) {
    new events.Rule(hub, 'MemberTamperingRule', {
      eventBus: bus,
      description: `Tells when someone tampers with members of ${hub.node.path}`,
      eventPattern: {
        source: [...TAMPER_SOURCES],
        detailType: [CALL_DETAIL_TYPE],
      },
      targets: [
        new TopicTarget(hub, {
          topic,
          message: events.RuleTargetInput.fromText(tamperText(hub.node.path)),
          deadLetterQueue: undelivered,
        }),
      ],
    });
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
