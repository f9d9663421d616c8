/**
 * The sandbox's time for emulator, functions and events: the machine's, until it is set; from then
 * on, it goes on from there.
 */
export class SandboxClock {
  private aheadMs = 0;

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
}
