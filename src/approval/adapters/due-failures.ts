import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import type { Clock } from '../../shared/domain/clock';
import { reasonOf, type NamedWork } from '../../shared/domain/failure/failure';

/** The run each minute tries again. After five it is no hiccup. */
const RUNS_BEFORE_NAMED = 5;

const NEXT =
  'It is tried again each minute, for as long as it is due. Mend the cause; nothing else is to be done.';

interface Failed {
  readonly runs: number;
  readonly since: Date;
}

/** Names what is due and fails in run after run. */
export class DueFailures {
  private before: ReadonlyMap<string, Failed> = new Map();
  private now = new Map<string, Failed>();

  constructor(
    private readonly failures: FailureReporter,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** `id`: of what is due. */
  failed(id: string, work: NamedWork, error: unknown): void {
    const { runs, since } = this.before.get(id) ?? { runs: 0, since: this.clock.now() };
    this.now.set(id, { runs: runs + 1, since });
    if (runs + 1 < RUNS_BEFORE_NAMED) return;
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
  runEnded(): void {
    this.before = this.now;
    this.now = new Map();
  }
}
