import {
  DECISION_KINDS,
  type OutcomeKind,
  type Phase,
  type ReasonNotToAsk,
} from '../domain/approval-request';
import type { Question } from '../domain/question';
import type { RequestLabels } from '../domain/request-labels';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schemas:
 * docs/schemas/.
 */
export const APPROVAL_MESSAGE_VERSION = 1;

/** Of an outcome's text: what is longer is refused, so the one who sends one cuts it. */
export const MOST_OUTCOME_CHARACTERS = 3_000;

/** EventBridge events of a workflow, one for each step. */
export const APPROVAL_EVENT_SOURCE = 'cdk-sentries';
export const APPROVAL_EVENT_DETAIL_TYPE = 'Approval Step';

/** An asker puts this into the workflow's queue, to have people asked. */
export interface AskMessage {
  readonly version: typeof APPROVAL_MESSAGE_VERSION;
  readonly type: 'ask';
  /**
   * Chosen by the asker, up to 64 of A-Z, a-z, 0-9, - and _; what comes twice with the same id is
   * asked once.
   */
  readonly requestId: string;
  /** The name under which the asker was added to the workflow. */
  readonly asker: string;
  /** Up to 256 characters. Only one request about the same subject is open at a time. */
  readonly subject: string;
  /**
   * Who causes it, and where, up to 256 characters: so many requests an hour of one source, and no
   * more.
   */
  readonly source: string;
  /** As JSON, up to 200 KB, of which its requester takes up to 2 KB. */
  readonly question: Question;
  /** The asker's own, up to 64 KB; it comes back with the decision. */
  readonly payload: string;
  /**
   * Where that is which is asked about, up to 12 units: it decides who is asked. Without it, or
   * where no route is for it, those are asked that the workflow itself names.
   */
  readonly labels?: RequestLabels;
}

/** An asker puts this into the workflow's queue, once a decision is carried out or cannot be. */
export interface OutcomeMessage {
  readonly version: typeof APPROVAL_MESSAGE_VERSION;
  readonly type: 'outcome';
  readonly requestId: string;
  /**
   * The name under which the asker was added to the workflow: of another one's request it can
   * report nothing.
   */
  readonly asker: string;
  /** As the decision has them. */
  readonly phase: Phase;
  readonly attempt: number;
  readonly outcome: OutcomeKind;
  /** A sentence on what was done, or why not; up to 3,000 characters. */
  readonly text: string;
}

/** The workflow puts this into the asker's queue. */
export interface DecisionMessage {
  readonly version: typeof APPROVAL_MESSAGE_VERSION;
  readonly type: 'decision';
  /** A DecisionStatement as JSON, to the letter as it was signed. */
  readonly statement: string;
  /**
   * By the workflow's key, over the SHA-256 digest of the statement's UTF-8 bytes; HMAC_SHA_256, in
   * base64.
   */
  readonly mac: string;
}

export const STATED_DECISIONS = [...DECISION_KINDS, 'ended'] as const;

/** `ended`: the time of the approval is over. `not-asked`: no one was asked; `reason` says why. */
export type StatedDecision = (typeof STATED_DECISIONS)[number];

/**
 * The decision of people. Anyone who has the right to make its MAC may decide anything: no one has
 * it but the workflow.
 */
export interface DecisionStatement {
  readonly version: typeof APPROVAL_MESSAGE_VERSION;
  readonly requestId: string;
  readonly asker: string;
  /**
   * Of the question, the payload and the labels, as `approvalDigest` makes it: compare it with your
   * own before you act.
   */
  readonly digest: string;
  readonly payload: string;
  readonly decision: StatedDecision;
  readonly phase: Phase;
  readonly attempt: number;
  /** ISO 8601. */
  readonly decidedAt: string;
  /** Slack user ids. */
  readonly decidedBy: readonly string[];
  /** The end of an approval for a time, ISO 8601. */
  readonly until?: string;
  readonly reason?: ReasonNotToAsk;
  /**
   * With `denied`: why, in the words of the one who denied. Up to 300 characters on one line, which
   * anyone who may decide can choose.
   */
  readonly denialReason?: string;
  /**
   * With `expired`: someone clicked in time, and it could not be judged yet. Do as if it were
   * denied, whatever you do where no one answers. If the click counts, another decision follows, as
   * a later attempt.
   */
  readonly isClickWaiting?: boolean;
  /**
   * With `expired`: the route by which people were asked was changed, so no one could decide. Do as
   * if it were denied, whatever you do where no one answers.
   */
  readonly isRouteLost?: boolean;
  /**
   * After `expired`, as a later attempt: by a click from before the end. What you did or undid at
   * the end is to be as the decision says.
   */
  readonly isLate?: boolean;
  /**
   * With `approved`, as a later attempt after `approved` was carried out: people have given it more
   * time, and `until` is its later end. `decidedAt` and `decidedBy` say who did so, and when. Where
   * it cannot be, report so: then it ends when it would have.
   */
  readonly isExtension?: boolean;
}

/** The workflow puts this on the event bus for each step. */
export interface ApprovalStepEvent {
  readonly version: typeof APPROVAL_MESSAGE_VERSION;
  readonly type: 'approval-step';
  readonly workflow: string;
  readonly requestId: string;
  readonly asker: string;
  readonly title: string;
  readonly digest: string;
  /** The name of the route; undefined where the workflow's own approvers are asked. */
  readonly route?: string;
  readonly step: string;
  /** ISO 8601. */
  readonly at: string;
  /** A Slack user id. */
  readonly by?: string;
  readonly detail?: string;
  /** Of a denial: why, in the words of the one who denied; up to 300 characters. */
  readonly reason?: string;
}
