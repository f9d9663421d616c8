import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import * as z from 'zod/mini';
import { allAlarms } from '../support/apps/all-alarms';

const MINUTES_OF_TWO_DAYS = 2_880;
/** Until the stack is there in full, and a first sign of life has come. */
const MINUTES_OF_A_FIRST_SIGN = 60;

const alarmSchema = z.object({
  TreatMissingData: z.string(),
  EvaluationPeriods: z.number(),
  AlarmActions: z.array(z.unknown()),
  Period: z.optional(z.number()),
  Metrics: z._default(
    z.array(z.object({ MetricStat: z.optional(z.object({ Period: z.number() })) })),
    [],
  ),
  WarmUpConfiguration: z.optional(
    z.object({
      WarmUpPeriodDurationInMinutes: z.number(),
      OnlyStartEvaluatingAfterWarmUpPeriodEnds: z.boolean(),
    }),
  ),
});
type Alarm = z.infer<typeof alarmSchema>;

let alarms: ReadonlyMap<string, Alarm>;

beforeAll(() => {
  const all = allAlarms();
  const stacks = [...new Set(all.map((alarm) => Stack.of(alarm)))];
  const templates = new Map(stacks.map((stack) => [stack, alarmsIn(stack)]));
  alarms = new Map(
    all.map((alarm) => {
      const stack = Stack.of(alarm);
      const id = stack.getLogicalId(alarm.node.defaultChild as CfnAlarm);
      return [alarm.node.path, alarmSchema.parse(templates.get(stack)?.[id]?.Properties)];
    }),
  );
});

function alarmsIn(stack: Stack) {
  return Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm');
}

test('only alarms about silence take missing data for bad', () => {
  expect(idsWhere(({ TreatMissingData }) => TreatMissingData === 'breaching')).toEqual([
    'DetectorDeadAlarm',
    'MissedCoverageAlarm',
    'MissedLakeRunsAlarm',
    'MissedMemberReconcileAlarm',
    'MissedReconcileAlarm',
    'MissedRunAlarm',
    'MissedRunsAlarm',
    'NoLogFilesAlarm',
  ]);
  expect(
    [...alarms.values()].filter(
      ({ TreatMissingData }) => !['breaching', 'notBreaching'].includes(TreatMissingData),
    ),
  ).toEqual([]);
});

test('after a deployment, no alarm takes the time before it for silence', () => {
  for (const [path, alarm] of alarms) {
    if (alarm.TreatMissingData !== 'breaching') continue;
    expect([path, alarm.WarmUpConfiguration]).toEqual([
      path,
      {
        WarmUpPeriodDurationInMinutes: Math.min(
          MINUTES_OF_TWO_DAYS,
          minutesOfSilence(alarm) + MINUTES_OF_A_FIRST_SIGN,
        ),
        OnlyStartEvaluatingAfterWarmUpPeriodEnds: true,
      },
    ]);
  }
});

test('a part that never lives is told of after two days at the latest', () => {
  const silent = [...alarms.values()].filter(
    ({ TreatMissingData }) => TreatMissingData === 'breaching',
  );
  expect(silent.length).toBeGreaterThan(0);
  for (const { WarmUpConfiguration, AlarmActions } of silent) {
    expect(WarmUpConfiguration?.WarmUpPeriodDurationInMinutes).toBeLessThanOrEqual(
      MINUTES_OF_TWO_DAYS,
    );
    expect(AlarmActions).toHaveLength(1);
  }
});

function idsWhere(is: (alarm: Alarm) => boolean): string[] {
  const ids = [...alarms].flatMap(([path, alarm]) =>
    is(alarm) ? (path.split('/').at(-1) ?? '') : [],
  );
  return [...new Set(ids)].sort();
}

function minutesOfSilence({ EvaluationPeriods, Period, Metrics }: Alarm): number {
  const seconds = Period ?? Metrics.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 0;
  return (EvaluationPeriods * seconds) / 60;
}
