import type { ReasonNotToAsk } from '../../../approval/domain/approval-request';

/** People's decision about a change. */
export interface ChangeDecision {
  readonly requestId: string;
  /**
   * `ended`: the time of the approval is over. `not-asked`: the workflow asked no one, for the
   * `reason`. `unaskable`: the question could not be put to anyone; no workflow decides that.
   */
  readonly kind: 'approved' | 'denied' | 'expired' | 'not-asked' | 'unaskable' | 'ended';
  readonly phase: 'decision' | 'end';
  readonly attempt: number;
  readonly at: Date;
  /** Who decided, by their ids in Slack. */
  readonly by: readonly string[];
  readonly until?: Date;
  /** With `not-asked`: why. */
  readonly reason?: ReasonNotToAsk;
  /** With `denied`: why, in the words of the one who denied. */
  readonly denialReason?: string;
  /** With `expired`: a click that came in time waits to be judged. It is as if it were denied. */
  readonly isClickWaiting?: boolean;
  /** With `expired`: no one could decide. It is as if it were denied. */
  readonly isRouteLost?: boolean;
  /** After `expired`: what was reverted at the end is made again. */
  readonly isLate?: boolean;
  /** With `approved`, once it was carried out: it ends later than it would have. */
  readonly isExtension?: boolean;
}
