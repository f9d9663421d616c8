import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { graph, GRAPH_HEIGHT, THIRD } from './graph';
import { alarmStates, whatFailed } from './health';
import { headingOf } from './texts';
import type { ApprovedAction } from '../../../approval/constructs/approved-action';

const HOUR = Duration.hours(1);

/** It has no runs by the clock: it works when someone asks, and when people decide. */
export function actionWidgets(action: ApprovedAction): cloudwatch.IWidget[] {
  const { path } = action.node;
  return [
    headingOf('ApprovedAction', path, 'own-asker.md'),
    graph({
      title: `Questions of ${path}`,
      unit: 'calls',
      period: HOUR,
      metrics: [
        action.askFunction.metricInvocations({ label: 'of the function that asks' }),
        action.askFunction.metricErrors({ label: 'of them, no one was asked' }),
      ],
    }),
    graph({
      title: `What became of decisions about ${path}`,
      unit: 'decisions',
      period: HOUR,
      metrics: [
        action.metricDecisionsCarriedOut({ label: 'carried out, or not to be done any more' }),
        action.metricDecisionsFailed({ label: 'failed' }),
        action.metricDecisionsRefused({ label: 'refused, as no decision of people' }),
      ],
    }),
    ...alarmStates(action, { width: THIRD, height: GRAPH_HEIGHT }),
    ...whatFailed(action),
  ];
}
