import { type Alarm, alarmsOf, functionsOfLogGroups, type Judged, type OnRuns } from './alarms';
import type { MetricOf, RecordedMetrics } from './recorded-metrics';
import type { Template } from '../../sandbox/deployer/assembly';

/** Names of functions as they are deployed, by their ids in the template. */
export type FunctionNames = ReadonlyMap<string, string>;

interface Evaluated {
  readonly id: string;
  readonly judged: Judged;
  readonly periodMs: number;
  /** By the number of the period since 1970. */
  readonly values: ReadonlyMap<number, number>;
}

/** The alarms of a template, held against what was recorded. */
export class AlarmHistory {
  private readonly alarms: readonly Alarm[];
  private readonly writers: ReadonlyMap<string, string>;

  constructor(
    template: Template,
    private readonly names: FunctionNames,
    private readonly metrics: RecordedMetrics,
  ) {
    this.alarms = alarmsOf(template);
    this.writers = functionsOfLogGroups(template);
  }

  /** Ids of the alarms that are looked at so. */
  idsOf(...kinds: readonly Alarm['kind'][]): string[] {
    return this.alarms.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  }

  /** The alarms that would have gone off between these times, with when they first did. */
  wentOff(from: number, to: number): string[] {
    return this.alarms.flatMap((alarm) => {
      const evaluated = this.evaluated(alarm);
      const at = evaluated && firstAlarm(evaluated, from, to);
      return at === undefined ? [] : [`${alarm.id} at ${new Date(at).toISOString()}`];
    });
  }

  private evaluated(one: Alarm): Evaluated | undefined {
    switch (one.kind) {
      case 'metric': {
        const { Namespace, MetricName, Statistic, Period, Dimensions } = one.alarm;
        const [{ Value }] = Dimensions;
        const of = typeof Value === 'string' ? Value : this.functionNamed(Value.Ref);
        const periodMs = Period * 1_000;
        const found = this.metrics.byPeriod(
          { namespace: Namespace, metric: MetricName, of },
          periodMs,
        );
        const values = new Map(
          [...found].map(([period, { sum, maximum }]) => [
            period,
            Statistic === 'Sum' ? sum : maximum,
          ]),
        );
        return { id: one.id, judged: one.alarm, periodMs, values };
      }
      case 'runs':
        return this.runsThatEndedWell(one.id, one.alarm);
      default:
        return undefined;
    }
  }

  /** Without a value where none of the first two has one: it is `IF(logged > 0, begun - …, 0)`. */
  private runsThatEndedWell(id: string, alarm: OnRuns): Evaluated {
    const [, ...parts] = alarm.Metrics;
    const periodMs = parts[0].MetricStat.Period * 1_000;
    const sums = new Map(
      parts.map(({ Id, MetricStat: { Metric } }) => {
        const { Namespace: namespace, MetricName: metric, Dimensions } = Metric;
        const of = this.functionNamed(Dimensions[0].Value.Ref);
        return [Id, this.metrics.byPeriod({ namespace, metric, of } satisfies MetricOf, periodMs)];
      }),
    );
    const sumIn = (part: 'logged' | 'begun' | 'failed', period: number) =>
      sums.get(part)?.get(period)?.sum;
    const values = new Map<number, number>();
    for (const period of sums.get('logged')?.keys() ?? []) {
      const begun = sumIn('begun', period);
      if (begun !== undefined) values.set(period, begun - (sumIn('failed', period) ?? 0));
    }
    return { id, judged: alarm, periodMs, values };
  }

  /** Of a function, or of the one that writes into a log group, by its id in the template. */
  private functionNamed(id: string): string {
    const name = this.names.get(this.writers.get(id) ?? id);
    if (name === undefined) throw new Error(`An alarm is on ${id}, which is no function here.`);
    return name;
  }
}

function firstAlarm(
  { judged, periodMs, values }: Evaluated,
  from: number,
  to: number,
): number | undefined {
  let inARow = 0;
  for (let period = Math.ceil(from / periodMs); (period + 1) * periodMs <= to; period += 1) {
    inARow = isBreaching(judged, values.get(period)) ? inARow + 1 : 0;
    if (inARow >= judged.EvaluationPeriods) return period * periodMs;
  }
  return undefined;
}

function isBreaching(judged: Judged, value: number | undefined): boolean {
  const { ComparisonOperator, Threshold, TreatMissingData } = judged;
  if (value === undefined) return TreatMissingData === 'breaching';
  return ComparisonOperator === 'GreaterThanThreshold' ? value > Threshold : value < Threshold;
}
