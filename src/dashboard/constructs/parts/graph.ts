import type { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { isInstanceOf } from '../../../shared/constructs/instance-of';

/** A dashboard has 24 columns. */
export const FULL_WIDTH = 24;

export const THIRD = FULL_WIDTH / 3;

export const GRAPH_HEIGHT = 6;

export interface GraphProps {
  readonly title: string;
  /** What the numbers count, written at the axis. */
  readonly unit: string;
  readonly period: Duration;
  readonly metrics: readonly cloudwatch.IMetric[];
  /** In columns; a third of the dashboard, unless the row has fewer. */
  readonly width?: number;
}

/**
 * A graph of one unit from zero. Where nothing was written it has a gap: a line of zeros would say
 * that someone looked.
 */
export function graph({ title, unit, period, metrics, width }: GraphProps): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({
    title,
    left: metrics.map((metric) => atPeriod(metric, period)),
    leftYAxis: { min: 0, label: unit, showUnits: false },
    period,
    width: width ?? THIRD,
    height: GRAPH_HEIGHT,
  });
}

/** Metrics of the library have five minutes, and expressions are made for their graph. */
function atPeriod(metric: cloudwatch.IMetric, period: Duration): cloudwatch.IMetric {
  return isInstanceOf(metric, cloudwatch.Metric) ? metric.with({ period }) : metric;
}
