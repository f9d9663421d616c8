interface Setting {
  /** By this clock. */
  readonly from: number;
  readonly offsetMs: number;
}

/**
 * The sandbox's time for emulator, functions and events: the machine's, until it is set; from then
 * on, it goes on from there.
 */
export class SandboxClock {
  private aheadMs = 0;
  /** All that there were, the last one of which holds. */
  private readonly settings: Setting[] = [];
  private readonly aheadOfOthersMs = new Map<string, number>();

  /** By how much it is ahead of the machine's clock; negative where it is behind. */
  get offsetMs(): number {
    return this.aheadMs;
  }

  now(): number {
    return Date.now() + this.aheadMs;
  }

  set(offsetMs: number): void {
    this.aheadMs = offsetMs;
    this.settings.push({ from: this.now(), offsetMs });
  }

  /** By how much a function's clock is ahead of the machine's. */
  offsetOf(functionName: string): number {
    return this.aheadMs + (this.aheadOfOthersMs.get(functionName) ?? 0);
  }

  /** What the machine's clock said when this one said so: it may have been set since then. */
  machineTime(at: number): number {
    const setting = this.settings.filter(({ from }) => from <= at).at(-1);
    return at - (setting?.offsetMs ?? 0);
  }

  /** Has a function's clock go ahead of the sandbox's by so much, or behind it where negative. */
  setApart(functionName: string, milliseconds: number): void {
    this.aheadOfOthersMs.set(functionName, milliseconds);
  }
}
