import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import {
  deadLetterQueue,
  undeliveredEvents,
  workQueue,
} from '../../../shared/constructs/work-queue';
import { TRIES_BEFORE_ALARM } from '../../../shared/contracts/queue-tries';
import { ADVANCE_REQUESTS } from '../../contracts/advance-requests.environment';
import { APPROVAL_METRICS } from '../../contracts/approval-metrics';
import { DELIVER_MESSAGES } from '../../contracts/deliver-messages.environment';

export interface WorkflowQueuesProps {
  readonly operators: readonly iam.IPrincipal[];
  readonly topic: sns.ITopic;
  /** Whether there are rules whose messages could be lost. */
  readonly tamperRules: boolean;
}

/** The ways between the functions, each with a dead-letter queue behind it. */
export class WorkflowQueues {
  /** Requests and outcomes of askers. */
  public readonly requests: GuardedQueue;
  public readonly clicks: GuardedQueue;
  public readonly messages: GuardedQueue;
  /** Word of tampering that EventBridge could not hand over, where there are rules for it. */
  public readonly undelivered: GuardedQueue | undefined;
  public readonly alarms: cloudwatch.Alarm[];

  private readonly unhandledRequests: GuardedQueue;
  private readonly unhandledClicks: GuardedQueue;
  private readonly unhandledMessages: GuardedQueue;

  constructor(workflow: Construct, { operators, topic, tamperRules }: WorkflowQueuesProps) {
    const deadLetters = (id: string) => deadLetterQueue(workflow, id, operators);
    this.unhandledRequests = deadLetters('UnhandledRequests');
    this.unhandledClicks = deadLetters('UnhandledClicks');
    this.unhandledMessages = deadLetters('UnhandledMessages');
    this.undelivered = tamperRules ? undeliveredEvents(workflow, operators) : undefined;
    this.requests = workQueue(workflow, 'RequestQueue', {
      contract: ADVANCE_REQUESTS,
      unhandled: this.unhandledRequests,
      operators,
    });
    this.clicks = workQueue(workflow, 'ClickQueue', {
      contract: ADVANCE_REQUESTS,
      unhandled: this.unhandledClicks,
      operators,
    });
    this.messages = workQueue(workflow, 'MessageQueue', {
      contract: DELIVER_MESSAGES,
      unhandled: this.unhandledMessages,
      operators,
    });
    this.alarms = [...this.deadLetterAlarms(workflow, topic), ...this.delayAlarms(workflow, topic)];
  }

  public get all(): GuardedQueue[] {
    return [
      this.requests,
      this.clicks,
      this.messages,
      this.unhandledRequests,
      this.unhandledClicks,
      this.unhandledMessages,
      ...(this.undelivered ? [this.undelivered] : []),
    ];
  }

  private deadLetterAlarms(workflow: Construct, topic: sns.ITopic): cloudwatch.Alarm[] {
    const alarm = (id: string, queue: GuardedQueue, description: string) =>
      new NotifyingAlarm(workflow, id, {
        metric: queue.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description,
      });
    return [
      alarm(
        'UnhandledRequestsAlarm',
        this.unhandledRequests,
        'The workflow gave up on requests or outcomes after hours of tries: no one was asked, or an outcome is not shown.',
      ),
      alarm(
        'UnhandledClicksAlarm',
        this.unhandledClicks,
        'The workflow gave up on clicks after hours of tries: they do not count yet.',
      ),
      alarm(
        'UnhandledMessagesAlarm',
        this.unhandledMessages,
        'The workflow gave up on word of messages after hours of tries: they come to Slack late.',
      ),
      ...(this.undelivered
        ? [
            alarm(
              'UndeliveredEventsAlarm',
              this.undelivered,
              'EventBridge could not hand word of tampering to the topic.',
            ),
          ]
        : []),
    ];
  }

  private delayAlarms(workflow: Construct, topic: sns.ITopic): cloudwatch.Alarm[] {
    return [
      new NotifyingAlarm(workflow, 'FailingMessagesAlarm', {
        metric: ownMetric(workflow, APPROVAL_METRICS.failedTries),
        threshold: TRIES_BEFORE_ALARM,
        topic,
        description:
          'A request, a click or a message has failed for over five minutes: a call of the workflow is refused, or Slack is down.',
      }),
      // Once a message was received three times, SQS leaves it out of this metric: it shows
      // requests that no function takes.
      new NotifyingAlarm(workflow, 'WaitingRequestsAlarm', {
        metric: this.requests.metricApproximateAgeOfOldestMessage(),
        threshold: Duration.minutes(15).toSeconds(),
        topic,
        description:
          'A request has waited for over 15 minutes: the function does not take requests from its queue.',
      }),
    ];
  }
}
