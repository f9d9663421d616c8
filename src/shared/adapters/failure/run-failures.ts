import type { Context } from 'aws-lambda';
import type { FailureReporter } from './failure-reporter';
import { beforeTimeout, TIMED_OUT } from './invocation-time';
import { SECONDS_UNTIL_LAST_RUN, TRIES_OF_A_RUN } from '../../contracts/queue-tries';
import type { Clock } from '../../domain/clock';
import { reasonOf } from '../../domain/failure/failure';

export interface RunFailuresProps {
  readonly failures: FailureReporter;
  readonly clock: Pick<Clock, 'now'>;
  /** Names the run in words. */
  readonly what: string;
  /** A sentence on what comes of a run that failed. */
  readonly next: string;
}

export type RunContext = Pick<
  Context,
  'getRemainingTimeInMillis' | 'awsRequestId' | 'invokedFunctionArn'
>;

/** One invocation by a schedule, by an event, or by hand. */
export interface Run {
  readonly context: RunContext;
  /** What it was invoked with: it says when the run was due. */
  readonly event: unknown;
}

/** Reports a run that has failed for the last time; each failed run once. */
export class RunFailures {
  /** Of the run that failed last: all its tries share an id. */
  private last?: { readonly id: string; readonly reasons: readonly string[] };

  constructor(private readonly props: RunFailuresProps) {}

  /** What `work` throws is thrown, for Lambda to try again. */
  async reporting<Result>(
    run: Run,
    work: (isLastTry: boolean) => Promise<Result>,
  ): Promise<Result> {
    const { failures, clock } = this.props;
    const begun = clock.now();
    const isLastTry = this.isLastTry(run, begun);
    try {
      return await beforeTimeout(run.context, work(isLastTry), async () => {
        this.add(run, TIMED_OUT);
        await failures.send();
      });
    } catch (error) {
      this.remember(run, reasonOf(error));
      if (isLastTry) this.add(run);
      throw error;
    } finally {
      await failures.send();
    }
  }

  /** Lambda does not say which try it is. One that began so late after the first is the last. */
  private isLastTry({ context, event }: Run, now: Date): boolean {
    const failedHere = this.reasonsOf(context).length;
    const dueAt = dueTime(event);
    return (
      failedHere + 1 >= TRIES_OF_A_RUN ||
      dueAt === undefined ||
      now.getTime() >= dueAt.getTime() + 1_000 * SECONDS_UNTIL_LAST_RUN
    );
  }

  private remember({ context }: Run, reason: string): void {
    this.last = { id: context.awsRequestId, reasons: [...this.reasonsOf(context), reason] };
  }

  private reasonsOf({ awsRequestId }: RunContext): readonly string[] {
    return this.last?.id === awsRequestId ? this.last.reasons : [];
  }

  /** With the reasons of all tries: the first may be the cause, and the others follow from it. */
  private add({ context, event }: Run, reason?: string): void {
    const { awsRequestId, invokedFunctionArn } = context;
    const [, , , region, account] = invokedFunctionArn.split(':');
    const reasons = [...this.reasonsOf(context), ...(reason ? [reason] : [])];
    this.props.failures.add(`run ${awsRequestId}`, {
      work: { what: this.props.what, account, region },
      state: 'given-up',
      reason: [...new Set(reasons)].join(' Then: '),
      next: this.props.next,
      since: dueTime(event),
    });
  }
}

function dueTime(event: unknown): Date | undefined {
  if (typeof event !== 'object' || event === null || !('time' in event)) return undefined;
  const time = new Date(String(event.time));
  return Number.isNaN(time.getTime()) ? undefined : time;
}
