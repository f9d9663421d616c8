import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { graph } from './graph';
import { health } from './health';
import { headingOf } from './texts';
import type { SecurityGroupSentry } from '../../../security-group/constructs/security-group-sentry';

const HOUR = Duration.hours(1);

export function groupSentryWidgets(sentry: SecurityGroupSentry): cloudwatch.IWidget[] {
  const { path } = sentry.node;
  return [
    headingOf('SecurityGroupSentry', path, 'security-group-sentry.md'),
    graph({
      title: `Violations by outcome (${path})`,
      unit: 'rules',
      period: HOUR,
      metrics: byOutcome(sentry),
    }),
    graph({
      title: `How long reverted rules of ${path} stood`,
      unit: 'seconds',
      period: HOUR,
      metrics: [
        sentry.metricSecondsOpen({ label: 'longest' }),
        sentry.metricSecondsOpen({ statistic: 'p50', label: 'half of them, at most' }),
        sentry.metricDetectionLag({ label: 'until the event came, longest' }),
        sentry.metricReactionTime({ label: 'from the event to the revert, longest' }),
      ],
    }),
    graph({
      title: `Groups of ${path}`,
      unit: 'groups',
      period: HOUR,
      metrics: [
        sentry.metricGroupsMonitored({ label: 'monitored' }),
        sentry.metricGroupsDue({ label: 'differ, and no event says why' }),
      ],
    }),
    ...health(sentry, [
      sentry.reconcileFunction.metricInvocations({ label: 'reconcile' }),
      sentry.metricHeartbeats({ label: 'heartbeats that came back' }),
    ]),
  ];
}

function byOutcome(sentry: SecurityGroupSentry): cloudwatch.IMetric[] {
  const violations = sentry.metricViolations({ label: 'violate a policy', period: HOUR });
  const reverted = sentry.metricRulesReverted({ label: 'reverted', period: HOUR });
  const failed = sentry.metricRevertsFailed({ label: 'could not be reverted', period: HOUR });
  return [
    violations,
    reverted,
    failed,
    left({ violations, reverted, failed }),
    sentry.metricRepeats({ label: 'reverted before, for the same actor' }),
    sentry.metricDisputes({ label: 'in dispute' }),
    sentry.metricUnreadableEvents({ label: 'events that could not be read in full' }),
  ];
}

/**
 * Where no rule violated a policy, there is no number. Where some did, that none was reverted is
 * zero.
 */
function left(usingMetrics: Record<string, cloudwatch.IMetric>): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: 'violations - FILL(reverted, 0) - FILL(failed, 0)',
    label: 'left, as the policy or the mode says',
    usingMetrics,
    period: HOUR,
  });
}
