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
  /** The first is the machine's own time; the last holds. */
  private readonly settings: [Setting, ...Setting[]] = [{ from: -Infinity, offsetMs: 0 }];
  private readonly aheadOfOthersMs = new Map<string, number>();

  /** By how much it is ahead of the machine's clock; negative where it is behind. */
  get offsetMs(): number {
    return this.settingAt(Infinity).offsetMs;
  }

  now(): number {
    return Date.now() + this.offsetMs;
  }

  set(offsetMs: number): void {
    this.settings.push({ from: Date.now() + offsetMs, offsetMs });
  }

  /** By how much a function's clock is ahead of the machine's. */
  offsetOf(functionName: string): number {
    return this.offsetMs + (this.aheadOfOthersMs.get(functionName) ?? 0);
  }

  /** What the machine's clock said when this one said so: it may have been set since then. */
  machineTime(at: number): number {
    return at - this.settingAt(at).offsetMs;
  }

  /** Has a function's clock go ahead of the sandbox's by so much, or behind it where negative. */
  setApart(functionName: string, milliseconds: number): void {
    this.aheadOfOthersMs.set(functionName, milliseconds);
  }

  private settingAt(time: number): Setting {
    return this.settings.filter(({ from }) => from <= time).at(-1) ?? this.settings[0];
  }
}
