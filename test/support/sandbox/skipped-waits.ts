import * as z from 'zod/mini';
import type { ApiCall } from '../../../sandbox/cloudtrail/tap';
import type { LocalAws } from '../../../sandbox/local-aws';
import type { InvocationReport } from '../../../sandbox/runner/deployed-function';

/**
 * No one waits for what is to be tried again later: the sandbox's clock goes on until then, as soon
 * as no function is at work. While one is, no time would have passed for it, and what it holds for
 * a while would be held no more.
 */
export class SkippedWaits {
  /** What went wrong in each invocation that failed. */
  readonly failures: string[] = [];
  private callCount = 0;
  private localAws: LocalAws | undefined;
  private afterFailureMs = 0;
  private afterEach: ((now: Date) => Promise<void>) | undefined;
  private readonly running = new Set<string>();
  private readonly ended = new Set<string>();
  /** Until then, something waits. */
  private waitingUntil = 0;
  private clockMoved: Promise<void> = Promise.resolve();

  /**
   * From now on: until what was put off comes again, and by so much after an invocation that
   * failed. With 0, the clock goes as it does.
   */
  begin(
    localAws: LocalAws,
    afterFailureMs: number,
    afterEach?: (now: Date) => Promise<void>,
  ): void {
    this.localAws = localAws;
    this.afterFailureMs = afterFailureMs;
    this.afterEach = afterEach;
    this.skip();
  }

  callMade(call: ApiCall): void {
    this.callCount += 1;
    const { invocationId } = call;
    if (invocationId !== undefined && !this.ended.has(invocationId)) this.running.add(invocationId);
    const milliseconds = putOffFor(call);
    if (milliseconds > 0) this.waitFor(milliseconds);
  }

  get failedInvocations(): number {
    return this.failures.length;
  }

  invocationEnded({ functionName, requestId, succeeded, error }: InvocationReport): void {
    this.ended.add(requestId);
    this.running.delete(requestId);
    if (!succeeded) this.failures.push(`${functionName}: ${error}`);
    this.waitFor(succeeded ? 0 : this.afterFailureMs);
  }

  /** However much is put off meanwhile, the clock stays. */
  holdUntil(end: Promise<unknown>): void {
    this.clockMoved = this.clockMoved.then(async () => {
      await end;
    });
  }

  /** From queue to queue, until no function has anything left to do. */
  async settled(localAws: LocalAws): Promise<void> {
    for (let before = -1; before !== this.callCount;) {
      before = this.callCount;
      await localAws.settled();
      await this.clockMoved;
    }
  }

  private waitFor(milliseconds: number): void {
    if (!this.localAws) return;
    this.waitingUntil = Math.max(this.waitingUntil, this.localAws.now().getTime() + milliseconds);
    this.skip();
  }

  private skip(): void {
    if (this.afterFailureMs === 0 || this.running.size > 0) return;
    this.clockMoved = this.clockMoved.then(async () => {
      if (
        !this.localAws ||
        this.running.size > 0 ||
        this.waitingUntil <= this.localAws.now().getTime()
      ) {
        return;
      }
      await this.localAws.setClock(new Date(this.waitingUntil));
      await this.afterEach?.(this.localAws.now());
    });
  }
}

/** What cannot be put off comes again when the visibility timeout of its queue is over. */
const LONGEST_VISIBILITY_MS = 6 * 15 * 60_000;

/** How long it takes until a message comes again, or comes at all. */
function putOffFor({ action, status, json }: ApiCall): number {
  if (status >= 400) return action === 'ChangeMessageVisibility' ? LONGEST_VISIBILITY_MS : 0;
  if (action === 'ChangeMessageVisibility') {
    return 1_000 * changedVisibility.parse(json).VisibilityTimeout;
  }
  return action === 'SendMessage' ? 1_000 * sentMessage.parse(json).DelaySeconds : 0;
}

const changedVisibility = z.object({ VisibilityTimeout: z.number() });
const sentMessage = z.object({ DelaySeconds: z._default(z.number(), 0) });
