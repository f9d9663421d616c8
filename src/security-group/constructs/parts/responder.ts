import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { commonVariables, hubVariable, SentryFunction } from './sentry-function';
import type { SentryParts } from './sentry-parts';
import type { SentryHub } from '../../../organization/constructs/sentry-hub';
import type { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { takeOneByOne } from '../../../shared/constructs/work-queue';
import { SECURITY_GROUP_METRICS } from '../../../shared/contracts/metrics';
import { TRIES_BEFORE_ALARM } from '../../../shared/contracts/queue-tries';
import { RESPOND_TO_CHANGES } from '../../contracts/respond-to-changes.environment';
import type { SentryApprovals } from '../sentry-approvals';

/** A flood of events must not eat up the account's concurrency, nor EC2's request limit. */
const MAX_CONCURRENCY = 10;

/** Reverts of the same in five minutes that are more than someone who tries twice. */
const REPEATS_BEFORE_ALARM = 10;

/** The function that judges changes, and revokes and restores rules. */
export class Responder {
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];

  /** @param approvals the workflows that it asks, where a policy asks people. */
  constructor(sentry: Construct, parts: SentryParts, approvals: SentryApprovals | undefined) {
    const { ledger, changes, hub } = parts;
    const handler = new SentryFunction(sentry, 'RespondToChanges', {
      contract: RESPOND_TO_CHANGES,
      environment: (role) => ({
        ...commonVariables(sentry, parts),
        CHANGE_QUEUE_URL: changes.queue.queueUrl,
        OWN_ROLE_ARN: role.roleArn,
        ...hubVariable(parts),
      }),
      description: `Judges and reverts security group changes for ${sentry.node.path}`,
      memorySize: 512,
      parts,
    });
    takeOneByOne(handler, changes.queue, MAX_CONCURRENCY);
    handler.letAct();
    if (hub) letTakeFromMembers(handler, hub);
    if (approvals) {
      approvals.grantAsk(handler);
      ledger.grantReadAsked(handler);
    }
    this.handler = handler;
    this.alarms = this.makeAlarms(sentry, parts);
  }

  private makeAlarms(sentry: Construct, { changes, topic }: SentryParts): cloudwatch.Alarm[] {
    return [
      new NotifyingAlarm(sentry, 'FailingEventsAlarm', {
        metric: ownMetric(sentry, SECURITY_GROUP_METRICS.failedTries),
        threshold: TRIES_BEFORE_ALARM,
        topic,
        description:
          'An event has failed for over five minutes: a call of the sentry is refused, and the change may stand.',
      }),
      new NotifyingAlarm(sentry, 'FunctionErrorsAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        topic,
        description:
          'The function of the sentry fails as a whole: events wait, and are not judged.',
      }),
      // Once a message was received three times, SQS leaves it out of this metric: it shows events
      // that are not taken at all.
      new NotifyingAlarm(sentry, 'WaitingEventsAlarm', {
        metric: changes.queue.metricApproximateAgeOfOldestMessage(),
        threshold: Duration.minutes(15).toSeconds(),
        topic,
        description:
          'An event has waited for over 15 minutes: the function does not take events from its queue.',
      }),
      new NotifyingAlarm(sentry, 'FlappingAlarm', {
        metric: ownMetric(sentry, SECURITY_GROUP_METRICS.repeats),
        statistic: cloudwatch.Stats.SUM,
        period: Duration.minutes(5),
        threshold: REPEATS_BEFORE_ALARM,
        topic,
        description:
          'Someone makes the same change again and again, and the sentry reverts it each time.',
      }),
      new NotifyingAlarm(sentry, 'DisputedRuleAlarm', {
        metric: ownMetric(sentry, SECURITY_GROUP_METRICS.disputes),
        period: Duration.hours(1),
        threshold: 0,
        topic,
        description:
          'A rule is in dispute: the sentry reverts it again and again, and it is changed again each time.',
      }),
    ];
  }
}

/** Members' events have a queue of their own, so that none of them holds up those of the hub. */
function letTakeFromMembers(handler: BundledFunction<string, string>, hub: SentryHub): void {
  hub._letWork(handler, 'respond');
  hub._letNoteSightings(handler);
  takeOneByOne(handler, hub._intakeQueue, hub._maxConcurrency);
}
