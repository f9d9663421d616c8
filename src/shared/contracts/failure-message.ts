import type { FailureState } from '../domain/failure/failure';
import type { AccountFields } from '../domain/notification/account-text';
import type { Severity } from '../domain/notification/severity';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schema:
 * docs/schemas/.
 */
export const FAILURE_MESSAGE_VERSION = 1;

/** Those that are left out are in the next message. */
export const MAX_FAILURES_IN_MESSAGE = 25;

/** SNS takes four times as much. */
export const MAX_FAILURE_MESSAGE_BYTES = 64 * 1024;

/** What a function of a sentry or workflow could not do, and why. It goes to the topic only. */
export interface FailureMessage {
  readonly version: typeof FAILURE_MESSAGE_VERSION;
  readonly type: 'handling-failed';
  /** Path of the construct: a sentry or a workflow. */
  readonly construct: string;
  /** Its log has more. */
  readonly function: string;
  /** `critical` where something was given up that came from a queue, otherwise `high`. */
  readonly severity: Severity;
  /** When it was written, ISO 8601. */
  readonly time: string;
  readonly failures: readonly FailureInMessage[];
  /** How many more there are that no message has named yet. */
  readonly failuresLeft: number;
}

/** All that is known of it without asking anyone: what its message does not say is left out. */
export interface FailureInMessage extends AccountFields {
  /** In words. */
  readonly what: string;
  readonly state: FailureState;
  /** The name of the error, and its text. */
  readonly reason: string;
  /** A sentence or two on what comes of it. */
  readonly next: string;
  /** Of the CloudTrail event. */
  readonly eventId?: string;
  /** Who made the call. */
  readonly actor?: string;
  /** Of the call, ISO 8601. */
  readonly calledAt?: string;
  readonly account?: string;
  readonly region?: string;
  readonly groupIds?: readonly string[];
  readonly requestId?: string;
  readonly keyId?: string;
  readonly tries?: number;
  /** ISO 8601. */
  readonly since?: string;
  /** Of the message in its queue. */
  readonly messageId?: string;
  /** Where it lies, or will: the name of a queue. */
  readonly deadLetterQueue?: string;
}
