import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FULL_WIDTH, graph } from './graph';
import { health } from './health';
import { headingOf } from './texts';
import type { SentryHub } from '../../../organization/constructs/sentry-hub';
import { COVERAGE_METRICS } from '../../../organization/contracts/coverage-metrics';
import { ownMetric } from '../../../shared/constructs/own-metric';

const HOUR = Duration.hours(1);
const HALF = FULL_WIDTH / 2;

export function hubWidgets(hub: SentryHub): cloudwatch.IWidget[] {
  const { path } = hub.node;
  const gauge = (name: string, label: string) =>
    ownMetric(hub, name, { statistic: cloudwatch.Stats.MAXIMUM, label });
  return [
    headingOf('SentryHub', path, 'organization.md'),
    graph({
      title: `Members of ${path}`,
      unit: 'accounts',
      period: HOUR,
      metrics: [gauge(COVERAGE_METRICS.members, 'members')],
      width: HALF,
    }),
    graph({
      title: `Places that ${path} does not cover`,
      unit: 'places',
      period: HOUR,
      metrics: [
        gauge(COVERAGE_METRICS.gaps, 'gaps that stand'),
        ownMetric(hub, COVERAGE_METRICS.wentDark, { label: 'went dark' }),
      ],
      width: HALF,
    }),
    ...health(hub, [
      ownMetric(hub, COVERAGE_METRICS.coverageRuns, { label: 'over what is covered' }),
      ownMetric(hub, COVERAGE_METRICS.accountListFailures, {
        label: 'that could not read the list of accounts',
      }),
    ]),
  ];
}
