import { DAY_MILLISECONDS, isOlderThan } from './access-key';
import type { DeactivationReason } from './deactivation-reasons';
import type { DecisionKind } from '../../approval/domain/approval-request';
import type { AskResult } from '../../approval/domain/ask-result';
import { lateUntil } from '../../approval/domain/late-click';
import type { Question } from '../../approval/domain/question';
import type { RequestLabels } from '../../approval/domain/request-labels';

/** The question to people about a key, and their answer. */
export interface KeyApproval {
  readonly requestId: string;
  readonly askedAt: Date;
  /**
   * As they were asked it: what is remembered is what they are asked again, and what their decision
   * holds for.
   */
  readonly question: Question;
  /** What the question says of why it is asked. Earlier versions wrote none: see `askedReasons`. */
  readonly reasons?: readonly DeactivationReason[];
  /** Of a member's key: where it is. */
  readonly labels?: RequestLabels;
  readonly decision?: KeyDecision;
  /** When the key was deactivated upon it, as was told: an approval does so once. */
  readonly deactivatedAt?: Date;
  /** The result of carrying out the decision. */
  readonly result?: AskResult;
}

/** Earlier versions asked about keys that were too old, and no others. */
export function askedReasons({ reasons }: KeyApproval): readonly DeactivationReason[] {
  return reasons ?? ['too-old'];
}

export interface KeyDecision {
  readonly kind: DecisionKind;
  readonly at: Date;
  /** With `expired`: a click that came in time may still count. */
  readonly isClickWaiting?: boolean;
  /** With `denied`: why, in the words of the one who denied. */
  readonly denialReason?: string;
}

/** How far people are with a key that is due. */
export type ApprovalStanding =
  | { readonly kind: 'to-ask'; readonly askAgainAfter: number }
  | { readonly kind: 'asked'; readonly approval: KeyApproval }
  /** No one is asked until then. */
  | {
      readonly kind: 'denied' | 'unfinished';
      readonly at: Date;
      readonly askedAgainAt: Date;
      readonly denialReason?: string;
    };

/** A proved approval by people: it is carried out for this one key. */
export interface ApprovedKey {
  readonly keyId: string;
  readonly requestId: string;
}

/**
 * Longer than a workflow waits for an answer. Whatever was asked before then is decided, and its
 * decision lost.
 */
const UNDECIDED_LAPSES_AFTER_DAYS = 15;

/** No one's answer is final: a key that is still there and still due is asked about again. */
export function approvalStanding(
  approval: KeyApproval | undefined,
  askAgainAfter: number,
  now: Date,
): ApprovalStanding {
  if (!approval) return { kind: 'to-ask', askAgainAfter };
  const { decision, result } = approval;
  // Asked again, it would be another request, and the click of this one could decide nothing.
  if (decision?.isClickWaiting && now < lateUntil(decision.at)) return { kind: 'asked', approval };
  if (!decision) {
    return isOlderThan(approval.askedAt, UNDECIDED_LAPSES_AFTER_DAYS, now)
      ? { kind: 'to-ask', askAgainAfter }
      : { kind: 'asked', approval };
  }
  const isUnfinished = decision.kind === 'approved' && (!result || result.outcome === 'failed');
  if (!isUnfinished && decision.kind !== 'denied') return { kind: 'to-ask', askAgainAfter };
  const askedAgainAt = new Date(decision.at.getTime() + askAgainAfter * DAY_MILLISECONDS);
  if (askedAgainAt <= now) return { kind: 'to-ask', askAgainAfter };
  const { at, denialReason } = decision;
  return { kind: isUnfinished ? 'unfinished' : 'denied', at, askedAgainAt, denialReason };
}
