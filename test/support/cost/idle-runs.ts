import { ACCESS_KEY_METRICS_WHILE_IDLE } from '../../../src/access-key/contracts/key-metrics';
import { APPROVAL_METRICS_WHILE_IDLE } from '../../../src/approval/contracts/approval-metrics';
import { COVERAGE_METRICS_WHILE_IDLE } from '../../../src/organization/contracts/coverage-metrics';
import { READING_METRICS_WHILE_IDLE } from '../../../src/organization/contracts/reading-metrics';
import { SECURITY_GROUP_METRICS_WHILE_IDLE } from '../../../src/shared/contracts/metrics';

/** What a run by the clock does where nothing has happened. */
export interface IdleRun {
  /** By the id of its rule, within the logical id. */
  readonly rule: RegExp;
  readonly metrics: readonly string[];
  /** Those that the first run of a day alone writes. */
  readonly metricsOfDay: readonly string[];
  /** How long we assume each invocation to take, and how many there are, one after the other. */
  readonly seconds: number;
  readonly invocations: number;
}

type Clocked = Pick<IdleRun, 'rule' | 'seconds'> & Partial<IdleRun>;

const run = (one: Clocked): IdleRun => ({
  metrics: [],
  metricsOfDay: [],
  invocations: 1,
  ...one,
});

const GROUPS = SECURITY_GROUP_METRICS_WHILE_IDLE;

/** Runs in members come on top for each of them: `docs/organization.md` counts those. */
export const IDLE_RUNS: readonly IdleRun[] = [
  run({ rule: /MemberHeartbeatRule/, seconds: 0.5 }),
  // The function that acts is invoked for the message, and again for the event of its own call.
  run({ rule: /HeartbeatRule/, metrics: GROUPS.heartbeat, seconds: 0.5, invocations: 2 }),
  run({ rule: /MemberReconcileRule/, metrics: GROUPS.memberReconcile, seconds: 1 }),
  run({
    rule: /ReconcileRule/,
    metrics: GROUPS.reconcile,
    metricsOfDay: GROUPS.firstReconcileOfDay,
    seconds: 3,
  }),
  run({ rule: /ReportSchedule/, seconds: 0.5 }),
  run({ rule: /CoverageSchedule/, metrics: COVERAGE_METRICS_WHILE_IDLE.coverage, seconds: 1 }),
  run({ rule: /ReadLakeSchedule/, metrics: READING_METRICS_WHILE_IDLE.lake, seconds: 10 }),
  run({ rule: /Schedule/, metrics: ACCESS_KEY_METRICS_WHILE_IDLE.check, seconds: 30 }),
  run({ rule: /MinuteRule/, metrics: APPROVAL_METRICS_WHILE_IDLE.minute, seconds: 0.2 }),
];

/** Throws for a rule that no run is known of. */
export function idleRunOf(ruleId: string): IdleRun {
  const found = IDLE_RUNS.find(({ rule }) => rule.test(ruleId));
  if (found) return found;
  throw new Error(
    `The rule ${ruleId} runs by the clock, and test/support/cost/idle-runs.ts does not say what its run does: add it.`,
  );
}
