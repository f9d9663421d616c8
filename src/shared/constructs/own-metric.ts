import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRICS_NAMESPACE, SENTRY_DIMENSION } from '../contracts/metrics';

/** A metric as the sentry's function writes it; the sum, unless the options say otherwise. */
export function ownMetric(
  sentry: Construct,
  metricName: string,
  options?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { [SENTRY_DIMENSION]: sentry.node.path },
    statistic: cloudwatch.Stats.SUM,
    ...options,
  }).attachTo(sentry);
}
