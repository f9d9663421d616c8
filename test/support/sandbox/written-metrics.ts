import * as z from 'zod/mini';

const embedded = z.object({
  _aws: z.object({
    CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })),
  }),
});

/** Of the metrics that the logs hold in CloudWatch's embedded metric format, each name once. */
export function metricNamesIn(logs: readonly string[]): string[] {
  const names = logs
    .filter((line) => line.startsWith('{'))
    .map((line) => embedded.safeParse(JSON.parse(line)))
    .flatMap(({ data }) => data?._aws.CloudWatchMetrics ?? [])
    .flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
  return [...new Set(names)].sort();
}
