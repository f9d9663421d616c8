import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { graph } from './graph';
import { health } from './health';
import { headingOf } from './texts';
import type { IamKeySentry } from '../../../access-key/constructs/iam-key-sentry';
import { ACCESS_KEY_METRICS } from '../../../access-key/contracts/key-metrics';
import { ownMetric } from '../../../shared/constructs/own-metric';

const DAY = Duration.days(1);

export function keySentryWidgets(sentry: IamKeySentry): cloudwatch.IWidget[] {
  const { path } = sentry.node;
  return [
    headingOf('IamKeySentry', path, 'iam-key-sentry.md'),
    graph({
      title: `Access keys of ${path}, by class`,
      unit: 'keys',
      period: DAY,
      metrics: [
        sentry.metricKeysTooOld({ label: 'too old' }),
        sentry.metricKeysSoonTooOld({ label: 'soon too old' }),
        sentry.metricKeysUnused({ label: 'unused' }),
        sentry.metricKeysNeverUsed({ label: 'never used' }),
      ],
    }),
    graph({
      title: `Age of the oldest key that ${path} lists`,
      unit: 'days',
      period: DAY,
      metrics: [sentry.metricOldestKeyAge({ label: 'oldest' })],
    }),
    graph({
      title: `What ${path} did, and could not do`,
      unit: 'keys',
      period: DAY,
      metrics: [
        sentry.metricKeysDeactivated({ label: 'deactivated' }),
        sentry.metricKeysDeleted({ label: 'deleted' }),
        sentry.metricStepsFailed({ label: 'steps that failed' }),
        sentry.metricUnknownLookUps({ label: 'look-ups that failed' }),
      ],
    }),
    ...health(sentry, [
      ownMetric(sentry, ACCESS_KEY_METRICS.runsCompleted, { label: 'runs that came to their end' }),
      sentry.metricRunsSkipped({ label: 'skipped, outside the home Region' }),
    ]),
  ];
}
