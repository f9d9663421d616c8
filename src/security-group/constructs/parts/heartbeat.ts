import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { SentryParts } from './sentry-parts';
import { SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { SECURITY_GROUP_METRICS } from '../../../shared/contracts/metrics';
import { type HeartbeatMessage, QUEUE_MESSAGE_VERSION } from '../../contracts/queue-message';

const HEARTBEAT_EVERY = Duration.hours(1);
const HEARTBEATS_MISSED = 2;

/** When the sentry makes a dry run, and the alarm for dry runs whose events do not come back. */
export class Heartbeat {
  public readonly rule: events.Rule;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(sentry: Construct, { changes, topic }: SentryParts) {
    const message: HeartbeatMessage = { version: QUEUE_MESSAGE_VERSION, type: 'heartbeat' };
    this.rule = new events.Rule(sentry, 'HeartbeatRule', {
      description: `When ${sentry.node.path} tries whether events of its own calls come back`,
      schedule: events.Schedule.rate(HEARTBEAT_EVERY),
      targets: [
        new targets.SqsQueue(changes.queue, {
          deadLetterQueue: changes.undelivered,
          message: events.RuleTargetInput.fromObject(message),
        }),
      ],
    });
    this.alarms = [
      new SilenceAlarm(sentry, 'DetectorDeadAlarm', {
        signsOfLife: (period) => ownMetric(sentry, SECURITY_GROUP_METRICS.heartbeats, { period }),
        period: HEARTBEAT_EVERY,
        periods: HEARTBEATS_MISSED,
        topic,
        description:
          "The detector is dead: the events of the sentry's own dry runs do not come back, so changes are not seen.",
      }),
    ];
  }
}
