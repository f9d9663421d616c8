import type { Severity } from '../../domain/notification/severity';
import type { Peer } from '../../domain/security-group/rule';

/** Raised when a field changes its meaning or goes; new fields may come without. Schema: docs/schemas/. */
export const CHANGE_MESSAGE_VERSION = 1;

/** The most rules that a message lists; fewer where they would not fit into the 256 KB that SNS takes. */
export const MAX_RULES_IN_MESSAGE = 100;

export interface RuleInMessage {
  readonly ruleId?: string;
  readonly direction: 'ingress' | 'egress';
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: Peer;
  readonly description?: string;
  /** The rule in words. */
  readonly text: string;
  readonly violations: readonly { readonly baseline: 'forbid' | 'locked'; readonly response: 'revert' | 'notifyOnly'; readonly reason: string }[];
  readonly outcome: 'reverted' | 'already-gone' | 'kept' | 'failed';
  /** Why it failed; present with the outcome `failed` only. */
  readonly failure?: string;
}

/** A change to a monitored group that violates a policy, or could not be read in full. */
export interface ChangeMessage {
  readonly version: typeof CHANGE_MESSAGE_VERSION;
  readonly type: 'security-group-change';
  readonly sentry: string;
  readonly severity: Severity;
  readonly eventId: string;
  readonly eventName: string;
  /** When the call was made, ISO 8601. */
  readonly time: string;
  readonly account: string;
  readonly region: string;
  readonly group: { readonly id: string; readonly name?: string; readonly vpcId?: string };
  readonly actor: {
    readonly type: string;
    readonly arn?: string;
    readonly roleArn?: string;
    readonly sessionName?: string;
    readonly userName?: string;
    readonly invokedBy?: string;
  };
  readonly sourceAddress?: string;
  readonly userAgent?: string;
  /** Seconds from the call to the sentry's last look. */
  readonly secondsOpen: number;
  /** Which try at the event this is, from 1. From the second on, a rule that is gone may have been taken back by an earlier one. */
  readonly tries: number;
  /** The worst outcome first. */
  readonly rules: readonly RuleInMessage[];
  /** How many rules are left out of `rules` for size. */
  readonly rulesOmitted: number;
  readonly doubt?: string;
}

/** An event that the sentry could not read at all. */
export interface UnreadableEventMessage {
  readonly version: typeof CHANGE_MESSAGE_VERSION;
  readonly type: 'unreadable-event';
  readonly sentry: string;
  readonly severity: 'high';
  readonly reason: string;
  /** The event as it came, cut to 20,000 characters. */
  readonly event: string;
}
