import type { Failure } from './failure';

/** So that a thousand events which fail for one reason do not become a thousand messages. */
const MESSAGES_A_WINDOW = 3;
const WINDOW_MILLISECONDS = 15 * 60_000;

/** What goes on failing under the same key is reported once a day. */
const REPORTED_FOR_MILLISECONDS = 24 * 60 * 60_000;

const MOST_WAITING = 1_000;
const MOST_REMEMBERED = 10_000;

/** Failures for one message. */
export interface Taken {
  readonly failures: readonly Failure[];
  /** How many more there are. */
  readonly left: number;
}

/** Failures that are in no message yet. Each is reported once, a few messages at a time. */
export class UnreportedFailures {
  private readonly waiting = new Map<string, Failure>();
  private readonly reported = new Map<string, number>();
  private messagesAt: number[] = [];
  /** Keys of those that find no room. */
  private readonly roomless = new Set<string>();

  /** `key`: of what failed, and how far it is. */
  add(key: string, failure: Failure, now: Date): void {
    const reportedAt = this.reported.get(key);
    if (reportedAt !== undefined && now.getTime() < reportedAt + REPORTED_FOR_MILLISECONDS) return;
    if (this.waiting.has(key)) return;
    if (this.waiting.size < MOST_WAITING) {
      this.waiting.set(key, failure);
      this.roomless.delete(key);
      return;
    }
    if (this.roomless.size < MOST_REMEMBERED) this.roomless.add(key);
  }

  /** Undefined where there are none, or where enough messages were sent for now. */
  next(most: number, now: Date): Taken | undefined {
    this.messagesAt = this.messagesAt.filter((at) => now.getTime() < at + WINDOW_MILLISECONDS);
    if (this.waiting.size === 0 || this.messagesAt.length >= MESSAGES_A_WINDOW) return undefined;
    const failures = [...this.waiting.values()].slice(0, most);
    return { failures, left: this.left(failures.length) };
  }

  /** The first so many were reported. */
  sent(count: number, now: Date): void {
    this.messagesAt.push(now.getTime());
    for (const key of [...this.waiting.keys()].slice(0, count)) {
      this.waiting.delete(key);
      this.reported.delete(key);
      this.reported.set(key, now.getTime());
    }
    for (const key of [...this.reported.keys()].slice(0, -MOST_REMEMBERED)) {
      this.reported.delete(key);
    }
    if (this.waiting.size === 0) this.roomless.clear();
  }

  left(listed: number): number {
    return this.waiting.size - listed + this.roomless.size;
  }
}
