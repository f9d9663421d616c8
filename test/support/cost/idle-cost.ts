import * as z from 'zod/mini';
import { idleRunOf } from './idle-runs';
import type { PriceList } from './price-list';

export const HOURS_A_MONTH = 730;
const MINUTES_AN_HOUR = 60;

/**
 * Lambda polls a queue that nothing comes into with five pollers, and may go down to two only where
 * no maximum concurrency is set.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const IDLE_POLLERS = { withMaximum: 5, withoutMaximum: 2 } as const;

/** They wait as long as SQS lets them: 20 seconds. */
const EMPTY_RECEIVES_A_MINUTE = 3;

/** What we assume of a run that finds nothing to do. */
export const ASSUMED = {
  logBytes: 2_000,
  readUnits: 4,
  /**
   * DynamoDB asks KMS once in five minutes for one that goes on using a table.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
   */
  keyRequestsAnHour: 12,
} as const;

/** Rotation is yearly, and its price grows twice. */
export type Rotations = 0 | 2;

export interface CostLine {
  readonly part: CostPart | 'dashboards';
  readonly count: number;
  readonly dollars: number;
}

export const COST_PARTS = [
  'KMS keys',
  'alarms',
  'custom metrics',
  'polling of queues',
  'runs by the clock',
] as const;
export type CostPart = (typeof COST_PARTS)[number];

const ResourceSchema = z.object({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
});
const TemplateSchema = z.object({ Resources: z.record(z.string(), ResourceSchema) });
type Resource = z.infer<typeof ResourceSchema>;
type Resources = z.infer<typeof TemplateSchema>['Resources'];

/** Nothing is asked for these as long as they lie still: all is by use, or of what is stored. */
const FREE_WHILE_IDLE = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::DynamoDB::Table',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::Events::EventBus',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::QueryDefinition',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
];

/** Looked at where something else speaks of them, or the user's own. */
const COUNTED_ELSEWHERE = [
  'AWS::Lambda::Function',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
];

/**
 * What the resources of a template cost in a month in which nothing happens. Throws for a type of
 * which it is not known what it costs, so that none can be forgotten.
 */
export function idleCost(
  template: unknown,
  { prices }: PriceList,
  rotations: Rotations = 0,
): CostLine[] {
  const { Resources: resources } = TemplateSchema.parse(template);
  refuseUnknown(resources);
  const of = (type: string) => Object.entries(resources).filter(([, one]) => one.Type === type);
  const keys = of('AWS::KMS::Key');
  const rotated = keys.filter(([, { Properties }]) => Properties.EnableKeyRotation === true);
  const alarmMetrics = of('AWS::CloudWatch::Alarm').map(([, one]) => metricsOfAlarm(one));
  const count = (lists: readonly AlarmMetrics[], isFast: boolean) =>
    sum(lists.filter((one) => one.isFast === isFast).map((one) => one.metrics));
  const composites = of('AWS::CloudWatch::CompositeAlarm').length;
  const metrics = metricHours(resources);
  const receives = of('AWS::Lambda::EventSourceMapping').map(([, one]) =>
    emptyReceives(one, resources),
  );
  const runs = runsIn(resources);
  const dashboards = of('AWS::CloudWatch::Dashboard').length;
  return [
    {
      part: 'KMS keys',
      count: keys.length,
      dollars:
        keys.length * prices.key.dollars + rotated.length * rotations * prices.keyRotation.dollars,
    },
    {
      part: 'alarms',
      count: alarmMetrics.length + composites,
      dollars:
        count(alarmMetrics, false) * prices.alarmMetric.dollars +
        count(alarmMetrics, true) * prices.fastAlarmMetric.dollars +
        composites * prices.compositeAlarm.dollars,
    },
    {
      part: 'custom metrics',
      count: metrics.length,
      dollars: (sum(metrics) / HOURS_A_MONTH) * prices.metric.dollars,
    },
    {
      part: 'polling of queues',
      count: receives.length,
      dollars: sum(
        receives.map(
          ({ requests, isFifo }) =>
            requests * (isFifo ? prices.fifoQueueRequest : prices.queueRequest).dollars,
        ),
      ),
    },
    {
      part: 'runs by the clock',
      count: Math.round(sum(runs.map((one) => one.invocations))),
      dollars: sum(runs.map((one) => runDollars(one, prices))),
    },
    ...(dashboards > 0
      ? [
          {
            part: 'dashboards' as const,
            count: dashboards,
            dollars: dashboards * prices.dashboard.dollars,
          },
        ]
      : []),
  ];
}

export function totalOf(lines: readonly CostLine[]): number {
  return sum(lines.map(({ dollars }) => dollars));
}

/** Secrets that the user gives to the library, which are needed anyway. */
export function secretsIn(template: unknown): number {
  const { Resources: resources } = TemplateSchema.parse(template);
  return Object.values(resources).filter(({ Type }) => Type === 'AWS::SecretsManager::Secret')
    .length;
}

function refuseUnknown(resources: Resources): void {
  const known = [
    ...FREE_WHILE_IDLE,
    ...COUNTED_ELSEWHERE,
    'AWS::KMS::Key',
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::CompositeAlarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Events::Rule',
  ];
  const unknown = Object.values(resources).find(({ Type }) => !known.includes(Type));
  if (!unknown) return;
  throw new Error(
    `${unknown.Type} is made, and no one has said what it costs: add it to test/support/cost/idle-cost.ts.`,
  );
}

interface AlarmMetrics {
  readonly metrics: number;
  readonly isFast: boolean;
}

const AlarmSchema = z.object({
  Period: z.optional(z.number()),
  Metrics: z.optional(
    z.array(z.object({ MetricStat: z.optional(z.object({ Period: z.number() })) })),
  ),
});

/** AWS charges for each metric that an expression is made of. */
function metricsOfAlarm({ Properties }: Resource): AlarmMetrics {
  const { Period: period, Metrics: metrics } = AlarmSchema.parse(Properties);
  const measured = metrics?.flatMap(({ MetricStat: one }) => one?.Period ?? []) ?? [period ?? 60];
  return { metrics: measured.length, isFast: Math.min(...measured) < 60 };
}

/** In how many hours of a month each metric is written, where it has its own series. */
function metricHours(resources: Resources): number[] {
  const byMetric = scheduledRules(resources).flatMap(({ id, runsAnHour: hourly }) => {
    const { metrics, metricsOfDay } = idleRunOf(id);
    const series = (names: readonly string[], timesAnHour: number) =>
      names.map((metric) => ({
        series: `${constructOf(id)} ${metric}`,
        hours: Math.min(1, timesAnHour) * HOURS_A_MONTH,
      }));
    return [...series(metrics, hourly), ...series(metricsOfDay, Math.min(hourly, 1 / 24))];
  });
  const longest = new Map<string, number>();
  for (const { series, hours } of byMetric) {
    longest.set(series, Math.max(hours, longest.get(series) ?? 0));
  }
  return [...longest.values()];
}

/** Rules of one construct begin alike: the path of the construct is what their metrics go by. */
function constructOf(ruleId: string): string {
  return ruleId.replace(idleRunOf(ruleId).rule, '\n').split('\n')[0] ?? ruleId;
}

const MappingSchema = z.object({
  EventSourceArn: z.unknown(),
  ScalingConfig: z.optional(z.object({ MaximumConcurrency: z.optional(z.number()) })),
});

function emptyReceives({ Properties }: Resource, resources: Resources) {
  const { EventSourceArn: source, ScalingConfig: scaling } = MappingSchema.parse(Properties);
  const pollers =
    scaling?.MaximumConcurrency === undefined
      ? IDLE_POLLERS.withoutMaximum
      : IDLE_POLLERS.withMaximum;
  const queue = Object.entries(resources).find(([id]) =>
    JSON.stringify(source).includes(`"${id}"`),
  );
  return {
    requests: pollers * EMPTY_RECEIVES_A_MINUTE * MINUTES_AN_HOUR * HOURS_A_MONTH,
    isFifo: queue?.[1].Properties.FifoQueue === true,
  };
}

interface ScheduledRule {
  readonly id: string;
  readonly runsAnHour: number;
}

function scheduledRules(resources: Resources): ScheduledRule[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
    const { ScheduleExpression: schedule } = Properties;
    if (Type !== 'AWS::Events::Rule' || typeof schedule !== 'string') return [];
    return [{ id, runsAnHour: runsAnHour(schedule) }];
  });
}

const HOURS_BY_UNIT: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

function runsAnHour(schedule: string): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (value !== undefined && unit !== undefined) return 1 / (Number(value) * HOURS_BY_UNIT[unit]!);
  throw new Error(`How often ${schedule} runs is not known: the apps of the costs have rates.`);
}

interface MonthlyRuns {
  readonly invocations: number;
  readonly gigabyteSeconds: number;
  readonly isArm: boolean;
  readonly keyRequests: number;
}

function runsIn(resources: Resources): MonthlyRuns[] {
  return scheduledRules(resources).map(({ id, runsAnHour: hourly }) => {
    const { invocations, seconds } = idleRunOf(id);
    const handler = functionOf(resources[id]!, resources);
    const monthly = hourly * HOURS_A_MONTH * invocations;
    return {
      invocations: monthly,
      gigabyteSeconds: (monthly * seconds * handler.memorySize) / 1024,
      isArm: handler.isArm,
      keyRequests: Math.min(hourly * invocations, ASSUMED.keyRequestsAnHour) * HOURS_A_MONTH,
    };
  });
}

const FunctionSchema = z.object({
  MemorySize: z.number(),
  Architectures: z._default(z.array(z.string()), ['x86_64']),
});

/** The target itself, or the function that takes from the queue that is the target. */
function functionOf({ Properties }: Resource, resources: Resources) {
  const targets = JSON.stringify(Properties.Targets);
  const direct = Object.entries(resources).find(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && targets.includes(`"${id}"`),
  );
  const mapping = Object.values(resources).find(
    ({ Type, Properties: { EventSourceArn: source } }) =>
      Type === 'AWS::Lambda::EventSourceMapping' &&
      referencesIn(source).some((id) => targets.includes(`"${id}"`)),
  );
  const [taker] = referencesIn(mapping?.Properties.FunctionName);
  const found = direct?.[1] ?? (taker === undefined ? undefined : resources[taker]);
  const { MemorySize: memorySize, Architectures: architectures } = FunctionSchema.parse(
    found?.Properties,
  );
  return { memorySize, isArm: architectures.includes('arm64') };
}

/** Logical ids. */
function referencesIn(value: unknown): string[] {
  const text = JSON.stringify(value) ?? '';
  return [...text.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, id]) => id!);
}

function runDollars(
  { invocations, gigabyteSeconds, isArm, keyRequests }: MonthlyRuns,
  prices: PriceList['prices'],
): number {
  const second = isArm ? prices.armGigabyteSecond : prices.gigabyteSecond;
  return (
    invocations * prices.invocation.dollars +
    gigabyteSeconds * second.dollars +
    invocations * ASSUMED.logBytes * prices.logByte.dollars +
    invocations * ASSUMED.readUnits * prices.read.dollars +
    keyRequests * prices.keyRequest.dollars
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
