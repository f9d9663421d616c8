import { Stack } from 'aws-cdk-lib';
import type { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import * as z from 'zod/mini';
import type { SentryDashboard } from '../../src';

const widgetSchema = z.object({
  type: z.enum(['text', 'metric', 'alarm', 'log']),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  properties: z.looseObject({}),
});

/** A widget, as CloudWatch gets it from the synthesized template. */
export type Widget = z.infer<typeof widgetSchema>;

const bodySchema = z.object({ widgets: z.array(widgetSchema) });

/** What stands in a graph: of a metric, its name and where it comes from. */
export interface ShownMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** References are written as `<logical id>`, or `<logical id.attribute>`. */
export function widgetsOf({ dashboard }: SentryDashboard): Widget[] {
  const body = (dashboard.node.defaultChild as CfnDashboard).dashboardBody;
  return bodySchema.parse(JSON.parse(written(Stack.of(dashboard).resolve(body)))).widgets;
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(written).join('.');
  const [[name, argument]] = z
    .tuple([z.tuple([z.string(), z.unknown()])])
    .parse(Object.entries(z.looseObject({}).parse(value)));
  if (name !== 'Fn::Join') return `<${written(argument)}>`;
  const [between, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(argument);
  return parts.map(written).join(between);
}

/** Of a graph, all metrics, also those that only an expression uses; no expressions. */
export function metricsIn({ properties }: Widget): ShownMetric[] {
  return rowsIn(properties).flatMap((row) => {
    if (typeof row[0] !== 'string') return [];
    const [namespace, name, ...rest] = row;
    const options = typeof rest.at(-1) === 'string' ? {} : z.looseObject({}).parse(rest.pop());
    return [{ namespace, name: z.string().parse(name), dimensions: pairsOf(rest), options }];
  });
}

/** A line that a graph draws: of a metric, or of an expression over the others. */
export interface ShownLine {
  readonly label: string;
  readonly metric?: string;
  readonly statistic?: string;
}

const lineSchema = z.looseObject({
  label: z.string(),
  stat: z.optional(z.string()),
  visible: z.optional(z.boolean()),
});

/** In the order of the template. */
export function linesIn({ properties }: Widget): ShownLine[] {
  return rowsIn(properties).flatMap((row) => {
    const { label, stat, visible } = lineSchema.parse(row.at(-1));
    if (visible === false) return [];
    const [, metric] = row;
    return [{ label, statistic: stat, ...(typeof metric === 'string' && { metric }) }];
  });
}

function rowsIn(properties: Widget['properties']): unknown[][] {
  return z.array(z.array(z.unknown())).parse(properties.metrics ?? []);
}

function pairsOf(names: readonly unknown[]): Record<string, string> {
  const texts = z.array(z.string()).parse(names);
  return Object.fromEntries(
    texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1]!]] : [])),
  );
}
