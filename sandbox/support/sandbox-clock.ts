/**
 * The sandbox's time for emulator, functions and events: the machine's, until it is set; from then
 * on, it goes on from there.
 */
export class SandboxClock {
  private aheadMs = 0;
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
  }

  /** By how much a function's clock is ahead of the machine's. */
  offsetOf(functionName: string): number {
    return this.aheadMs + (this.aheadOfOthersMs.get(functionName) ?? 0);
  }

  /** Has a function's clock go ahead of the sandbox's by so much, or behind it where negative. */
  setApart(functionName: string, milliseconds: number): void {
    this.aheadOfOthersMs.set(functionName, milliseconds);
  }
}
