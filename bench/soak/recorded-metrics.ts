import * as z from 'zod/mini';

const Embedded = z.looseObject({
  _aws: z.object({ Timestamp: z.number() }),
  service: z.string(),
});

/** A metric, of what its one dimension says. */
export interface MetricOf {
  readonly namespace: string;
  readonly metric: string;
  readonly of: string;
}

/** Of one period; `maximum` of what came in it. */
export interface Statistics {
  readonly sum: number;
  readonly maximum: number;
}

interface Value {
  readonly at: number;
  readonly value: number;
}

/** What functions have written of metrics, and what AWS would count of them. */
export class RecordedMetrics {
  private readonly values = new Map<string, Value[]>();

  /** A line of a function's log, and the metrics in it. */
  logged(functionName: string, line: string, at: number): void {
    this.add({ namespace: 'AWS/Logs', metric: 'IncomingLogEvents', of: functionName }, at, 1);
    if (!line.startsWith('{')) return;
    const { success, data } = Embedded.safeParse(JSON.parse(line));
    if (!success) return;
    const { _aws, service, ...written } = data;
    for (const [metric, values] of Object.entries(written)) {
      for (const value of [values].flat().map(Number)) {
        this.add({ namespace: 'CdkSentries', metric, of: service }, _aws.Timestamp, value);
      }
    }
  }

  invoked(functionName: string, at: number, succeeded: boolean): void {
    const ofFunction = { namespace: 'AWS/Lambda', of: functionName };
    this.add({ ...ofFunction, metric: 'Invocations' }, at, 1);
    this.add({ ...ofFunction, metric: 'Errors' }, at, Number(!succeeded));
  }

  /** By the number of the period since 1970, where anything came in it. */
  byPeriod(metric: MetricOf, periodMs: number): ReadonlyMap<number, Statistics> {
    const statistics = new Map<number, Statistics>();
    for (const { at, value } of this.values.get(keyOf(metric)) ?? []) {
      const period = Math.floor(at / periodMs);
      const { sum, maximum } = statistics.get(period) ?? { sum: 0, maximum: value };
      statistics.set(period, { sum: sum + value, maximum: Math.max(maximum, value) });
    }
    return statistics;
  }

  private add(metric: MetricOf, at: number, value: number): void {
    if (Number.isNaN(value)) return;
    const key = keyOf(metric);
    const before = this.values.get(key);
    if (before) before.push({ at, value });
    else this.values.set(key, [{ at, value }]);
  }
}

function keyOf({ namespace, metric, of }: MetricOf): string {
  return `${namespace} ${metric} ${of}`;
}
