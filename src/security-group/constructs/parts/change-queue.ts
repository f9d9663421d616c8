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
import { RESPOND_TO_CHANGES } from '../../contracts/respond-to-changes.environment';
import type { MonitoredGroups } from '../../domain/groups/monitored-groups';
import type { Policy } from '../../domain/policies/policy';
import type { RuleTag } from '../../domain/rules/rule';
import { groupChangePattern } from '../group-change-pattern';

export interface ChangeQueueProps {
  readonly monitoredGroups: MonitoredGroups;
  readonly policies: readonly Policy[];
  /** Tags by which people are asked, or that stand out in questions. */
  readonly questionTags: readonly RuleTag[];
  readonly operators: readonly iam.IPrincipal[];
  readonly topic: sns.ITopic;
}

/** The way of an event to the function that judges it, and where an event goes that is lost. */
export class ChangeQueue {
  public readonly queue: GuardedQueue;
  /** Holds the events that EventBridge could not hand over. */
  public readonly undelivered: GuardedQueue;
  public readonly rule: events.Rule;
  public readonly alarms: cloudwatch.Alarm[];
  private readonly unhandled: GuardedQueue;

  constructor(
    sentry: Construct,
    { monitoredGroups, policies, questionTags, operators, topic }: ChangeQueueProps,
  ) {
    this.undelivered = undeliveredEvents(sentry, operators);
    this.unhandled = deadLetterQueue(sentry, 'UnhandledEvents', operators);
    this.queue = workQueue(sentry, 'Changes', {
      contract: RESPOND_TO_CHANGES,
      unhandled: this.unhandled,
      operators,
    });
    this.rule = new events.Rule(sentry, 'ChangeRule', {
      description: `Changes of the security groups that ${sentry.node.path} watches`,
      eventPattern: groupChangePattern(monitoredGroups, policies, questionTags),
      targets: [new targets.SqsQueue(this.queue, { deadLetterQueue: this.undelivered })],
    });
    this.alarms = this.makeAlarms(sentry, topic);
  }

  public get queues(): GuardedQueue[] {
    return [this.queue, this.unhandled, this.undelivered];
  }

  private makeAlarms(sentry: Construct, topic: sns.ITopic): cloudwatch.Alarm[] {
    return [
      new NotifyingAlarm(sentry, 'UndeliveredEventsAlarm', {
        metric: this.undelivered.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description:
          'EventBridge could not hand events to the queue of the sentry, or word of tampering to the topic: the changes in them were not judged.',
      }),
      new NotifyingAlarm(sentry, 'UnhandledEventsAlarm', {
        metric: this.unhandled.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description:
          'The sentry gave up on events after hours of tries: the changes in them may stand.',
      }),
    ];
  }
}
