import * as z from 'zod/mini';
import type { Template } from '../../sandbox/deployer/assembly';

const Ref = z.object({ Ref: z.string() });
const Statistic = z.enum(['Sum', 'Maximum']);

const Judged = z.object({
  ComparisonOperator: z.enum(['GreaterThanThreshold', 'LessThanThreshold']),
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
});

/** On a metric of our own, or on the errors of a function. */
const OnMetric = z.extend(Judged, {
  Namespace: z.enum(['CdkSentries', 'AWS/Lambda']),
  MetricName: z.string(),
  Statistic,
  Period: z.number(),
  Dimensions: z.tuple([
    z.object({ Name: z.enum(['service', 'FunctionName']), Value: z.union([z.string(), Ref]) }),
  ]),
});

const Part = z.object({
  Id: z.enum(['logged', 'begun', 'failed']),
  MetricStat: z.object({
    Metric: z.object({
      Namespace: z.string(),
      MetricName: z.string(),
      Dimensions: z.tuple([z.object({ Value: Ref })]),
    }),
    Period: z.number(),
    Stat: z.literal('Sum'),
  }),
});

/**
 * On the runs of reconcile that ended well. Its expression is worked out by hand, so it is named
 * whole.
 */
const OnRuns = z.extend(Judged, {
  Metrics: z.tuple([
    z.object({ Expression: z.literal('IF(logged > 0, begun - FILL(failed, 0), 0)') }),
    Part,
    Part,
    Part,
  ]),
});

const OnQueue = z.object({
  Namespace: z.literal('AWS/SQS'),
  MetricName: z.enum(['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage']),
});

const Logging = z.object({ LoggingConfig: z.object({ LogGroup: Ref }) });

export type Judged = z.infer<typeof Judged>;
export type OnMetric = z.infer<typeof OnMetric>;
export type OnRuns = z.infer<typeof OnRuns>;

/** What is looked at of an alarm. */
export type Alarm =
  | { readonly id: string; readonly kind: 'metric'; readonly alarm: OnMetric }
  | { readonly id: string; readonly kind: 'runs'; readonly alarm: OnRuns }
  /** On a dead-letter queue: whether any message came into one is looked at instead. */
  | { readonly id: string; readonly kind: 'dead letters' }
  /** On the age of a message: the clock goes on only once all messages are handled. */
  | { readonly id: string; readonly kind: 'waiting' };

/** Of a template. Throws where one is of a kind that no one looks at. */
export function alarmsOf({ Resources }: Template): Alarm[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => alarmOf(id, Properties));
}

function alarmOf(id: string, properties: unknown): Alarm {
  const metric = OnMetric.safeParse(properties);
  if (metric.success) return { id, kind: 'metric', alarm: metric.data };
  const runs = OnRuns.safeParse(properties);
  if (runs.success) return { id, kind: 'runs', alarm: runs.data };
  const queue = OnQueue.safeParse(properties);
  if (!queue.success) {
    throw new Error(
      `The alarm ${id} is of a kind that is not known: ${JSON.stringify(properties)}`,
    );
  }
  const isDead = queue.data.MetricName === 'ApproximateNumberOfMessagesVisible';
  return { id, kind: isDead ? 'dead letters' : 'waiting' };
}

/** The function that writes into each log group, both by their ids in the template. */
export function functionsOfLogGroups({ Resources }: Template): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
      const { success, data } = Logging.safeParse(Properties);
      const isFunction = Type === 'AWS::Lambda::Function' && success;
      return isFunction ? [[data.LoggingConfig.LogGroup.Ref, id] as const] : [];
    }),
  );
}
