import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { APPROVAL_METRICS } from '../../contracts/approval-metrics';

const EVERY = Duration.minutes(1);
const SILENT_MINUTES = 5;

export interface MinuteRunProps {
  /** The function that does what is due. */
  readonly advancer: lambda.Function;
  readonly topic: sns.ITopic;
}

/** When the workflow looks what is due, and the alarm for minutes without a run. */
export class MinuteRun {
  public readonly rule: events.Rule;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(workflow: Construct, { advancer, topic }: MinuteRunProps) {
    // What one run leaves, the next one does: late ones must not come in heaps.
    advancer.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: EVERY });
    this.rule = new events.Rule(workflow, 'MinuteRule', {
      description: `When ${workflow.node.path} looks what is due`,
      schedule: events.Schedule.rate(EVERY),
      targets: [new targets.LambdaFunction(advancer)],
    });
    this.alarms = [
      new SilenceAlarm(workflow, 'MissedRunsAlarm', {
        signsOfLife: (period) => ownMetric(workflow, APPROVAL_METRICS.advanceRuns, { period }),
        period: EVERY,
        periods: SILENT_MINUTES,
        topic,
        description: `The workflow has not looked for ${SILENT_MINUTES} minutes what is due: nothing expires, no approval ends, and nothing lost is found.`,
      }),
    ];
  }
}
