import type { TrafficPattern } from './traffic-pattern';

/** Which rules a monitored group may hold. */
export type Baseline =
  | { readonly kind: 'forbid'; readonly patterns: readonly TrafficPattern[] }
  | { readonly kind: 'locked' };

export type Response = 'revert' | 'notifyOnly';

export interface Policy {
  readonly baseline: Baseline;
  readonly response: Response;
}
