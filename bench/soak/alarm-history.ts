import * as z from 'zod/mini';
import type { Template } from '../../sandbox/deployer/assembly';

/** An alarm on one of our own metrics. Those on AWS's are looked at by what they stand for. */
const Alarm = z.object({
  Namespace: z.literal('CdkSentries'),
  MetricName: z.string(),
  Statistic: z.enum(['Sum', 'Maximum']),
  ComparisonOperator: z.enum(['GreaterThanThreshold', 'LessThanThreshold']),
  Threshold: z.number(),
  Period: z.number(),
  EvaluationPeriods: z.number(),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
  Dimensions: z.array(z.object({ Name: z.literal('service'), Value: z.string() })),
});
type Alarm = z.infer<typeof Alarm>;

const Embedded = z.looseObject({
  _aws: z.object({ Timestamp: z.number() }),
  service: z.string(),
});

interface Value {
  readonly at: number;
  readonly service: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** All that functions have written of metrics, held against the alarms of their template. */
export class AlarmHistory {
  private readonly written: Value[] = [];
  private readonly alarms: readonly { readonly id: string; readonly alarm: Alarm }[];

  constructor({ Resources }: Template) {
    this.alarms = Object.entries(Resources).flatMap(([id, { Properties }]) => {
      const { success, data } = Alarm.safeParse(Properties);
      return success ? [{ id, alarm: data }] : [];
    });
  }

  get names(): string[] {
    return this.alarms.map(({ id }) => id);
  }

  /** A line of a function's log. */
  take(line: string): void {
    if (!line.startsWith('{')) return;
    const { success, data } = Embedded.safeParse(JSON.parse(line));
    if (!success) return;
    const { _aws, service, ...values } = data;
    this.written.push({ at: _aws.Timestamp, service, values });
  }

  /** The alarms that would have gone off between these times, with when they first did. */
  wentOff(from: number, to: number): string[] {
    return this.alarms.flatMap(({ id, alarm }) => {
      const at = this.firstAlarm(alarm, from, to);
      return at === undefined ? [] : [`${id} at ${new Date(at).toISOString()}`];
    });
  }

  private firstAlarm(alarm: Alarm, from: number, to: number): number | undefined {
    const sums = this.byPeriod(alarm);
    const period = alarm.Period * 1_000;
    let inARow = 0;
    for (let start = Math.ceil(from / period); (start + 1) * period <= to; start += 1) {
      inARow = isBreaching(alarm, sums.get(start)) ? inARow + 1 : 0;
      if (inARow >= alarm.EvaluationPeriods) return start * period;
    }
    return undefined;
  }

  /** The statistic, by the number of the period since 1970. */
  private byPeriod({ MetricName, Statistic, Period, Dimensions }: Alarm): Map<number, number> {
    const statistics = new Map<number, number>();
    const [dimension] = Dimensions;
    for (const { at, service, values } of this.written) {
      if (service !== dimension?.Value || values[MetricName] === undefined) continue;
      const period = Math.floor(at / (Period * 1_000));
      for (const value of [values[MetricName]].flat().map(Number)) {
        const before = statistics.get(period);
        const next = Statistic === 'Sum' ? (before ?? 0) + value : Math.max(before ?? value, value);
        statistics.set(period, next);
      }
    }
    return statistics;
  }
}

function isBreaching(alarm: Alarm, value: number | undefined): boolean {
  const { ComparisonOperator, Threshold, TreatMissingData } = alarm;
  if (value === undefined) return TreatMissingData === 'breaching';
  return ComparisonOperator === 'GreaterThanThreshold' ? value > Threshold : value < Threshold;
}
