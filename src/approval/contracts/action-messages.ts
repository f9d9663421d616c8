import type { StatedDecision } from './approval-messages';
import type { OutcomeKind, Phase, ReasonNotToAsk } from '../domain/approval-request';

/** Raised when a field changes its meaning or goes; new fields may come without. */
export const ACTION_MESSAGE_VERSION = 1;

/** What an action function is invoked with: a decision that is proved. */
export interface ActionCall {
  readonly version: typeof ACTION_MESSAGE_VERSION;
  readonly type: 'action-call';
  readonly requestId: string;
  /**
   * 64 hexadecimal digits, the same for all calls that are to do the same: those of one request and
   * one decision, tries and retries included.
   */
  readonly idempotencyKey: string;
  /** An earlier call with the same key has begun: it may have done all of it, or a part. */
  readonly isBegun: boolean;
  readonly decision: StatedDecision;
  /** As it was given when people were asked; null where nothing was. */
  readonly payload: unknown;
  /** Slack user ids. */
  readonly decidedBy: readonly string[];
  /** ISO 8601. */
  readonly decidedAt: string;
  /** The end of an approval for a time, ISO 8601. */
  readonly until?: string;
  readonly phase: Phase;
  /** From 1; when people have it tried again, it is one more. */
  readonly attempt: number;
  /** With `not-asked`. */
  readonly reason?: ReasonNotToAsk;
  /** With `denied`, where the workflow asks why: the words of the one who denied, on one line. */
  readonly denialReason?: string;
  readonly isClickWaiting?: boolean;
  readonly isRouteLost?: boolean;
  readonly isLate?: boolean;
  /** With `approved`, after an earlier call for it: people have given it more time. */
  readonly isExtension?: boolean;
}

/** What an action function returns, where it returns more than a text. */
export interface ActionAnswer {
  readonly outcome?: OutcomeKind;
  /**
   * A sentence on what was done, or why not. People are shown its first 300 characters; up to 3,000
   * are told in the event of the step.
   */
  readonly text: string;
}

/** What the function that asks answers. */
export interface ActionAsked {
  readonly requestId: string;
}
