import type { Clock } from '../../../shared/domain/clock';

/**
 * No one must be able to keep the sentry busy, nor EC2 throttled, by calls that are too large to be
 * recorded in full.
 */
export const BETWEEN_RUNS_MILLISECONDS = 5 * 60_000;

/** The latest run after such a call: it has begun, or will. */
export interface RunAfterCall {
  readonly at: Date;
  /** The invocation that makes it: one that is tried again has the same. */
  readonly by: string;
  /** When it was to begin first. Absent where it was not tried again. */
  readonly firstAt?: Date;
}

/** Where that is remembered. */
export interface RunsAfterCalls {
  latest(): Promise<RunAfterCall | undefined>;
  /** False where another invocation has written one since `before` was read. */
  replace(before: RunAfterCall | undefined, run: RunAfterCall): Promise<boolean>;
}

/**
 * Comes back with the run when it is to begin: at once, or once five minutes have passed since the
 * one before. With none where another invocation waits already: what it will see, this one would.
 */
export async function awaitRun(
  by: string,
  runs: RunsAfterCalls,
  clock: Clock,
): Promise<RunAfterCall | undefined> {
  const run = await planRun(by, runs, clock);
  if (run) await clock.pause(Math.max(0, run.at.getTime() - clock.now().getTime()));
  return run;
}

/** The run, without waiting for it. */
export async function planRun(
  by: string,
  runs: RunsAfterCalls,
  clock: Clock,
): Promise<RunAfterCall | undefined> {
  for (;;) {
    const now = clock.now();
    const latest = await runs.latest();
    const isPlanned = latest !== undefined && latest.at > now;
    if (isPlanned && latest.by !== by) return undefined;
    const next = isPlanned ? latest : nextRun(by, latest, now);
    if (isPlanned || (await runs.replace(latest, next))) return next;
  }
}

/** One that failed is tried again at once: Lambda has waited already. */
function nextRun(by: string, latest: RunAfterCall | undefined, now: Date): RunAfterCall {
  if (latest?.by === by) return { at: now, by, firstAt: latest.firstAt ?? latest.at };
  const earliest = (latest?.at.getTime() ?? 0) + BETWEEN_RUNS_MILLISECONDS;
  return { at: new Date(Math.max(now.getTime(), earliest)), by };
}
