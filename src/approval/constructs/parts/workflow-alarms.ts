import { Duration } from 'aws-cdk-lib';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { APPROVAL_METRICS } from '../../contracts/approval-metrics';

/** In five minutes. The internet knocks at every URL now and then. */
const BAD_SIGNATURES_BEFORE_ALARM = 100;

export interface WorkflowAlarmsProps {
  readonly api: apigwv2.HttpApi;
  readonly topic: sns.ITopic;
}

/** Alarms for what adds up while every function runs: refusals, floods and attacks. */
export class WorkflowAlarms {
  public readonly alarms: cloudwatch.Alarm[];

  constructor(workflow: Construct, { api, topic }: WorkflowAlarmsProps) {
    const tally = (id: string, metric: cloudwatch.Metric, threshold: number, description: string) =>
      new NotifyingAlarm(workflow, id, {
        metric,
        threshold,
        statistic: cloudwatch.Stats.SUM,
        period: Duration.minutes(5),
        topic,
        description,
      });
    this.alarms = [
      tally(
        'UndeliverableMessagesAlarm',
        ownMetric(workflow, APPROVAL_METRICS.undeliverableMessages),
        0,
        'Slack refuses messages: is the app a member of its channels, and its token good? The log of the delivering function says why.',
      ),
      tally(
        'FailedClicksAlarm',
        api.metricServerError(),
        0,
        'Clicks were answered with an error: they were not kept, and Slack does not send them again.',
      ),
      tally(
        'ForeignOutcomesAlarm',
        ownMetric(workflow, APPROVAL_METRICS.foreignOutcomes),
        0,
        'An outcome came for a request that its asker does not have: an asker was renamed, or someone else can send to the queue of requests.',
      ),
      tally(
        'RequestsCappedAlarm',
        ownMetric(workflow, APPROVAL_METRICS.requestsCapped),
        0,
        'No one was asked about a request, since one actor caused too many: someone floods the approvers, or a tool runs wild.',
      ),
      tally(
        'BadSignaturesAlarm',
        ownMetric(workflow, APPROVAL_METRICS.badSignatures),
        BAD_SIGNATURES_BEFORE_ALARM,
        'The interactions URL gets many calls that Slack did not sign: someone attacks it, or the signing secret is not that of the app.',
      ),
    ];
  }
}
