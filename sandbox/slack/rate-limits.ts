/** A bucket that fills evenly: so many at once, then one for each interval. */
interface Bucket {
  tokens: number;
  filledAt: number;
}

/** How often something may be done. */
export interface Rate {
  readonly atOnce: number;
  readonly perSecond: number;
}

export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly now: () => Date) {}

  /** Undefined where it may be done now; otherwise the whole seconds to wait. */
  take(name: string, { atOnce, perSecond }: Rate): number | undefined {
    const now = this.now().getTime();
    const bucket = this.buckets.get(name) ?? { tokens: atOnce, filledAt: now };
    this.buckets.set(name, bucket);
    bucket.tokens = Math.min(
      atOnce,
      bucket.tokens + (Math.max(0, now - bucket.filledAt) / 1000) * perSecond,
    );
    bucket.filledAt = now;
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return undefined;
  }
}
