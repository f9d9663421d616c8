import type { Change } from '../../src/security-group/domain/changes/change';

export interface QueuedChange {
  readonly account: number;
  readonly change: Change;
  readonly tries: number;
  readonly visibleAt: number;
}

interface Group {
  readonly waiting: QueuedChange[];
  /** When each message that is being handled will be done. */
  inFlight: number[];
}

/** A queue whose groups are accounts: of those with messages, the one with the fewest in flight. */
export class FairQueue {
  private readonly groups = new Map<number, Group>();
  private later: QueuedChange[] = [];

  constructor(changes: readonly QueuedChange[]) {
    changes.forEach((change) => this.groupOf(change.account).waiting.push(change));
  }

  hasMore(): boolean {
    return this.later.length > 0 || this.withMessages().length > 0;
  }

  take(now: number): QueuedChange | undefined {
    this.later
      .filter(({ visibleAt }) => visibleAt <= now)
      .forEach((one) => {
        this.groupOf(one.account).waiting.push(one);
      });
    this.later = this.later.filter(({ visibleAt }) => visibleAt > now);
    const groups = this.withMessages();
    groups.forEach((group) => {
      group.inFlight = group.inFlight.filter((doneAt) => doneAt > now);
    });
    const [quietest] = groups.sort((one, other) => one.inFlight.length - other.inFlight.length);
    return quietest?.waiting.shift();
  }

  /** When the next message is shown again. */
  nextAt(now: number): number {
    return Math.max(now + 1, Math.min(...this.later.map(({ visibleAt }) => visibleAt)));
  }

  isHandled(account: number, doneAt: number): void {
    this.groupOf(account).inFlight.push(doneAt);
  }

  putBack(change: QueuedChange): void {
    this.later.push(change);
  }

  private withMessages(): Group[] {
    return [...this.groups.values()].filter(({ waiting }) => waiting.length > 0);
  }

  private groupOf(account: number): Group {
    const group = this.groups.get(account) ?? { waiting: [], inFlight: [] };
    this.groups.set(account, group);
    return group;
  }
}
