import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import {
  endedBeforeTimeout,
  type InvocationTime,
} from '../../shared/adapters/failure/invocation-time';
import type { Clock } from '../../shared/domain/clock';
import { reasonOf, type NamedWork } from '../../shared/domain/failure/failure';

/** The run each minute tries again. After five it is no hiccup. */
const RUNS_BEFORE_REPORTED = 5;

const NEXT =
  'It is tried again each minute, for as long as it is due. Mend the cause; nothing else is to be done.';

interface Failed {
  readonly runs: number;
  readonly since: Date;
}

/** Each is reported by itself. */
export class UndoneError extends Error {
  constructor(count: number) {
    super(`Of what is due, ${count} could not be done: the log has each.`);
    this.name = 'UndoneError';
  }
}

/** Reports what is due and fails in run after run. */
export class DueFailures {
  private before: ReadonlyMap<string, Failed> = new Map();
  private now = new Map<string, Failed>();

  constructor(
    private readonly failures: FailureReporter,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** One run. What it throws is thrown; one that takes too long is ended, and has failed too. */
  async reporting(time: InvocationTime, run: () => Promise<void>): Promise<void> {
    try {
      await endedBeforeTimeout(time, run());
    } catch (error) {
      if (!(error instanceof UndoneError)) {
        this.failed('all', { what: 'The run each minute over what is due' }, error);
      }
      throw error;
    } finally {
      this.runEnded();
      await this.failures.send();
    }
  }

  /** `id`: of what is due. */
  failed(id: string, work: NamedWork, error: unknown): void {
    const { runs, since } = this.before.get(id) ?? { runs: 0, since: this.clock.now() };
    this.now.set(id, { runs: runs + 1, since });
    if (runs + 1 < RUNS_BEFORE_REPORTED) return;
    this.failures.add(`due ${id}`, {
      work,
      state: 'tried-again',
      reason: reasonOf(error),
      next: NEXT,
      tries: runs + 1,
      since,
    });
  }

  /** What has not failed in this run is forgotten. */
  private runEnded(): void {
    this.before = this.now;
    this.now = new Map();
  }
}
