import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FULL_WIDTH, graph } from './graph';
import { functionsIn, health } from './health';
import { headingOf } from './texts';
import type { SlackApprovalWorkflow } from '../../../approval/constructs/slack-approval-workflow';
import { APPROVAL_METRICS } from '../../../approval/contracts/approval-metrics';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { OPEN_REQUESTS } from '../../domain/log-questions';
import { logGroupsOf } from '../log-groups';

const HOUR = Duration.hours(1);
const TABLE_HEIGHT = 4;

export function workflowWidgets(workflow: SlackApprovalWorkflow): cloudwatch.IWidget[] {
  const { path } = workflow.node;
  return [
    headingOf('SlackApprovalWorkflow', path, 'slack-approval-workflow.md'),
    graph({
      title: `Requests to people by ${path}`,
      unit: 'requests',
      period: HOUR,
      metrics: [
        workflow.metricRequestsAsked({ label: 'asked' }),
        workflow.metricDecisions({ label: 'approved, denied or expired' }),
        workflow.metricRequestsNotAsked({ label: 'not put to people' }),
        workflow.metricCarryingFailed({ label: 'decided, and not carried out' }),
      ],
    }),
    graph({
      title: `How long people of ${path} take to decide`,
      unit: 'seconds',
      period: HOUR,
      metrics: [
        workflow.metricSecondsToDecision({ label: 'longest' }),
        workflow.metricSecondsToDecision({ statistic: 'p50', label: 'half of them, at most' }),
      ],
    }),
    graph({
      title: `What did not count or arrive in ${path}`,
      unit: 'clicks or messages',
      period: HOUR,
      metrics: [
        workflow.metricRefusedClicks({ label: 'clicks that did not count' }),
        workflow.metricBadSignatures({ label: 'calls that Slack did not sign' }),
        workflow.metricUndeliverableMessages({ label: 'messages that Slack refused' }),
        workflow.metricReasonsUnasked({ label: 'denials without a modal' }),
      ],
    }),
    openRequests(workflow),
    ...health(workflow, [
      ownMetric(workflow, APPROVAL_METRICS.advanceRuns, { label: 'over what is due' }),
    ]),
  ];
}

/** No metric knows what is open; the log of the steps does. */
function openRequests(workflow: SlackApprovalWorkflow): cloudwatch.IWidget {
  return new cloudwatch.LogQueryWidget({
    title: `Requests of ${workflow.node.path} that were made in this time, and are open`,
    logGroupNames: logGroupsOf(functionsIn(workflow), OPEN_REQUESTS),
    queryString: OPEN_REQUESTS.query,
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    width: FULL_WIDTH,
    height: TABLE_HEIGHT,
  });
}
