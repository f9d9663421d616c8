/** So many calls at once, and then so many a second. */
export class TokenBucket {
  private emptyUntil = 0;

  constructor(private readonly limits: { readonly size: number; readonly perSecond: number }) {}

  /** Milliseconds until the call is let through; undefined where that is longer than `patience`. */
  take(at: number, patience: number): number | undefined {
    const interval = 1_000 / this.limits.perSecond;
    const from = Math.max(this.emptyUntil, at - this.limits.size * interval);
    const wait = Math.max(0, from + interval - at);
    if (wait > patience) return undefined;
    this.emptyUntil = from + interval;
    return wait;
  }
}
