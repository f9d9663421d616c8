import { Duration, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import {
  deadLetterQueue,
  undeliveredEvents,
  workQueue,
} from '../../../shared/constructs/work-queue';
import { CALL_DETAIL_TYPE, CHANGE_SOURCE } from '../../contracts/forwarded-events';
import { INTAKE_SECONDS, MESSAGE_GROUP_PATH } from '../../contracts/intake';

export interface IntakeProps {
  readonly bus: events.IEventBus;
  readonly topic: sns.ITopic;
  readonly operators: readonly iam.IPrincipal[];
}

/** What the members' events wait in until the sentry takes them. */
export class Intake {
  public readonly queue: GuardedQueue;
  /** Holds what EventBridge could not hand over. */
  public readonly undelivered: GuardedQueue;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(hub: Construct, { bus, topic, operators }: IntakeProps) {
    this.undelivered = undeliveredEvents(hub, operators);
    const unhandled = deadLetterQueue(hub, 'UnhandledEvents', operators);
    this.queue = workQueue(hub, 'Intake', {
      contract: { timeoutSeconds: INTAKE_SECONDS },
      unhandled,
      operators,
    });
    new events.Rule(hub, 'IntakeRule', {
      eventBus: bus,
      description: `Security group changes in the members of ${hub.node.path}`,
      eventPattern: { source: [CHANGE_SOURCE], detailType: [CALL_DETAIL_TYPE] },
      targets: [
        new targets.SqsQueue(this.queue, {
          deadLetterQueue: this.undelivered,
          messageGroupId: MESSAGE_GROUP_PATH,
        }),
      ],
    });
    this.alarms = this.makeAlarms(hub, unhandled, topic);
  }

  private makeAlarms(
    hub: Construct,
    unhandled: GuardedQueue,
    topic: sns.ITopic,
  ): cloudwatch.Alarm[] {
    return [
      new NotifyingAlarm(hub, 'UndeliveredEventsAlarm', {
        metric: this.undelivered.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description: `EventBridge could not hand events of members to the queue of ${Stack.of(hub).stackName}, or word of tampering to the topic: the changes in them were not judged.`,
      }),
      new NotifyingAlarm(hub, 'UnhandledEventsAlarm', {
        metric: unhandled.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description:
          'The sentry gave up on events of members after hours of tries: the changes in them may stand.',
      }),
      new NotifyingAlarm(hub, 'WaitingEventsAlarm', {
        metric: this.queue.metricApproximateAgeOfOldestMessage(),
        threshold: Duration.minutes(15).toSeconds(),
        topic,
        description:
          'An event of a member has waited for over 15 minutes: no function takes events from the queue of the hub.',
      }),
    ];
  }
}
