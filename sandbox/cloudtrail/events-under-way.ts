/** The events on their way to EventBridge. */
export class EventsUnderWay {
  /** So many were ever under way. */
  begun = 0;
  private readonly pending = new Set<Promise<void>>();
  private readonly failures: unknown[] = [];

  add(delivery: Promise<void>): void {
    this.begun += 1;
    const settled = delivery
      .catch((error: unknown) => {
        this.failures.push(error);
      })
      .finally(() => this.pending.delete(settled));
    this.pending.add(settled);
  }

  /** Until none is, also of those that set out meanwhile. */
  async delivered(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  expectNoneLost(): void {
    if (this.failures.length === 0) return;
    throw new AggregateError(this.failures, `${this.failures.length} events did not reach the bus`);
  }
}
