import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CostedApp, costedApps, costPage, WRITE_AGAIN } from '../support/cost/cost-page';
import {
  type CostLine,
  type CostPart,
  HOURS_A_MONTH,
  idleCost,
  totalOf,
} from '../support/cost/idle-cost';
import { PRICE_LIST } from '../support/cost/price-list';

/** What an app costs in a month in which nothing happens, by its synthesized template. */

const PAGE = join(__dirname, '..', '..', 'docs', 'cost.md');
const GOAL = { smallest: 5, allThree: 12 } as const;

let apps: readonly CostedApp[];

beforeAll(() => (apps = costedApps()));

test.each([
  ['in the first year', 0],
  ['in the third year and later, when keys were rotated', 2],
] as const)(
  "%s, README's smallest app and all three constructs keep to their goals",
  (_, rotations) => {
    for (const { name, template } of apps) {
      expect(totalOf(idleCost(template, PRICE_LIST, rotations))).toBeLessThan(GOAL[name]);
    }
  },
);

test('docs/cost.md says what they cost', () => {
  const written = readFileSync(PAGE, 'utf8');
  const page = costPage(written, apps);
  if (process.env.WRITE_COST && !process.env.CI) {
    writeFileSync(PAGE, page);
  } else if (written !== page) {
    throw new Error(`docs/cost.md is not what this version costs. Write it again: ${WRITE_AGAIN}`);
  }
});

describe('how costs are counted', () => {
  test.each<[string, object, CostPart, number]>([
    ['a key that never rotates', key({}), 'KMS keys', 1],
    ['an alarm', alarm({ MetricName: 'Errors', Period: 60 }), 'alarms', 0.1],
    ['an alarm on an expression, by its metrics', alarm(expressionOf(60, 60)), 'alarms', 0.2],
    ['an alarm on seconds', alarm({ MetricName: 'Errors', Period: 10 }), 'alarms', 0.3],
    [
      'a composite alarm',
      { Composite: { Type: 'AWS::CloudWatch::CompositeAlarm' } },
      'alarms',
      0.5,
    ],
    [
      'a metric that each minute writes',
      scheduled('MinuteRule', '1 minute'),
      'custom metrics',
      0.3,
    ],
    [
      'a metric that one run a day writes, in one hour of 24',
      scheduled('HeartbeatRule', '1 day'),
      'custom metrics',
      0.3 / 24,
    ],
    [
      'a queue that five pollers look at, each for 20 seconds',
      polled({ MaximumConcurrency: 10 }),
      'polling of queues',
      (5 * 3 * 60 * HOURS_A_MONTH * 0.4) / 1e6,
    ],
    [
      'a queue without a limit, which two are enough for',
      polled({}),
      'polling of queues',
      (2 * 3 * 60 * HOURS_A_MONTH * 0.4) / 1e6,
    ],
    [
      'a FIFO queue',
      polled({ MaximumConcurrency: 10 }, { FifoQueue: true }),
      'polling of queues',
      (5 * 3 * 60 * HOURS_A_MONTH * 0.5) / 1e6,
    ],
  ])('%s', (_, resources, part, dollars) => {
    expect(dollarsOf(costOf(resources), part)).toBeCloseTo(dollars, 8);
  });

  test('a key that rotates each year costs more after the first rotation and the second', () => {
    const rotating = { Resources: key({ EnableKeyRotation: true }) };
    expect(totalOf(idleCost(rotating, PRICE_LIST, 0))).toBe(1);
    expect(totalOf(idleCost(rotating, PRICE_LIST, 2))).toBe(3);
  });

  test.each<[string, object, RegExp]>([
    [
      'a resource of which no one has said what it costs',
      { Gateway: { Type: 'AWS::EC2::NatGateway' } },
      /^AWS::EC2::NatGateway is made, and no one has said what it costs: add it to test\/support/,
    ],
    [
      'a run of which no one has said what it writes',
      scheduled('NightlyRule', '1 day'),
      /^The rule NightlyRule runs by the clock, and test\/support\/cost\/idle-runs\.ts does not say/,
    ],
    [
      'a schedule that is no rate',
      { MinuteRule: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(x)' } } },
      /^How often cron\(x\) runs is not known/,
    ],
  ])('%s is an error', (_, resources, message) => {
    expect(() => costOf(resources)).toThrow(message);
  });
});

function costOf(resources: object): CostLine[] {
  return idleCost({ Resources: resources }, PRICE_LIST);
}

function dollarsOf(lines: readonly CostLine[], part: CostPart): number | undefined {
  return lines.find((line) => line.part === part)?.dollars;
}

function key(Properties: object): object {
  return { Key: { Type: 'AWS::KMS::Key', Properties } };
}

function alarm(Properties: object): object {
  return { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties } };
}

function expressionOf(...periods: number[]): object {
  return { Metrics: [{}, ...periods.map((Period) => ({ MetricStat: { Period } }))] };
}

function scheduled(id: string, rate: string): object {
  return {
    [id]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: `rate(${rate})`,
        Targets: [{ Arn: { 'Fn::GetAtt': ['Handler', 'Arn'] } }],
      },
    },
    Handler: { Type: 'AWS::Lambda::Function', Properties: { MemorySize: 512 } },
  };
}

function polled(ScalingConfig: object, queue: object = {}): object {
  return {
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, ScalingConfig },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: queue },
  };
}
