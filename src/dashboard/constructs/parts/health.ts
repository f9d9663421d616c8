import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { FULL_WIDTH, graph, GRAPH_HEIGHT, THIRD } from './graph';
import { isInstanceOf } from '../../../shared/constructs/instance-of';
import { chunksOf } from '../../../shared/domain/chunks';

const HALF = FULL_WIDTH / 2;

/** CloudWatch shows so many in one widget. */
const MOST_ALARMS = 100;

/** A construct that watches itself. */
export interface Watched extends Construct {
  readonly alarms: cloudwatch.Alarm[];
  readonly deadLetterQueues: sqs.IQueue[];
}

/** Whether a construct works: its alarms, its runs, and what failed. */
export function health(watched: Watched, runs: cloudwatch.IMetric[]): cloudwatch.IWidget[] {
  return [
    ...alarmStates(watched, { width: FULL_WIDTH - THIRD, height: GRAPH_HEIGHT }),
    lastRuns(watched, runs),
    ...whatFailed(watched),
  ];
}

/** The errors of its functions, and what waits for an operator. */
export function whatFailed(watched: Watched): cloudwatch.IWidget[] {
  return [functionErrors(watched), ...givenUp(watched)];
}

/** Nothing, where all alarms were left out. */
export function alarmStates(
  { node, alarms }: Pick<Watched, 'node' | 'alarms'>,
  size: { readonly width: number; readonly height: number },
): cloudwatch.IWidget[] {
  return chunksOf(alarms, MOST_ALARMS).map(
    (some) =>
      new cloudwatch.AlarmStatusWidget({
        title: `Alarms of ${node.path}`,
        alarms: some,
        ...size,
      }),
  );
}

function lastRuns({ node }: Construct, metrics: cloudwatch.IMetric[]): cloudwatch.IWidget {
  return graph({
    title: `Runs of ${node.path}: the last point is the last run`,
    unit: 'runs',
    period: Duration.hours(1),
    metrics,
  });
}

function functionErrors(construct: Construct): cloudwatch.IWidget {
  return graph({
    title: `Errors of the functions of ${construct.node.path}`,
    unit: 'invocations',
    period: Duration.minutes(5),
    metrics: functionsIn(construct).map((one) => one.metricErrors({ label: one.node.id })),
    width: HALF,
  });
}

function givenUp({ node, deadLetterQueues }: Watched): cloudwatch.IWidget[] {
  if (deadLetterQueues.length === 0) return [];
  return [
    graph({
      title: `Given up on in ${node.path}, and waiting for an operator`,
      unit: 'messages',
      period: Duration.minutes(5),
      metrics: deadLetterQueues.map((queue) =>
        queue.metricApproximateNumberOfMessagesVisible({ label: queue.node.id }),
      ),
      width: HALF,
    }),
  ];
}

export function functionsIn(construct: Construct): lambda.Function[] {
  return construct.node.findAll().filter((one) => isInstanceOf(one, lambda.Function));
}
