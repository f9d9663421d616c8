import type { TrafficPattern } from './traffic-pattern';

/** Which rules a monitored group may hold. */
export type Baseline =
  /** Any rule but those that open one of the patterns. */
  | { readonly kind: 'forbid'; readonly patterns: readonly TrafficPattern[] }
  /** Only rules all of whose traffic is within one of the patterns. */
  | { readonly kind: 'allowOnly'; readonly patterns: readonly TrafficPattern[] }
  /** Only accepted rules. */
  | { readonly kind: 'locked'; readonly restoreRemoved: boolean };

export type Response = 'revert' | 'notifyOnly';

export interface Policy {
  readonly baseline: Baseline;
  readonly response: Response;
}
