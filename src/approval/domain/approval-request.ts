import type { Click } from './click';
import type { Consultation } from './opinion';
import type { Question, Requester } from './question';
import type { RequestLabels } from './request-labels';
import type { FoundRoute } from './route';

/** A question put to people, and what has become of it. */
export interface ApprovalRequest {
  readonly id: string;
  /** Its asker's own id for it, where another asker had taken that before. */
  readonly askedAs?: string;
  /** Who asks, and gets the decision. */
  readonly asker: string;
  /** Only one request about the same subject is open. */
  readonly subject: string;
  readonly question: Question;
  /** The asker's own, given back with the decision. */
  readonly payload: string;
  /** Of all that a decision is about: what is shown, what is carried out, and where that is. */
  readonly digest: string;
  readonly labels?: RequestLabels;
  /** Undefined where the workflow's own approvers were asked. */
  readonly route?: FoundRoute;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  /** The question's, and anyone who wanted the same while the request was open. */
  readonly requesters: readonly KnownRequester[];
  /** Ids of the last asks for the same, which came while this one was open. */
  readonly joined: readonly string[];
  /** How many asks for the same there were beside the first. */
  readonly repeats: number;
  /** Approvals so far, by different people. */
  readonly votes: readonly Vote[];
  /**
   * Ids of the last clicks that were judged: a second delivery changes nothing. Of an older one,
   * votes and decision keep it from counting twice.
   */
  readonly judgedClicks: readonly string[];
  /** In the order in which they were found to wait. */
  readonly waitingClicks?: readonly WaitingClick[];
  /** As the approvers were read last; undefined where they are enough, or could not be read. */
  readonly tooFewApprovers?: TooFewApprovers;
  /** Undefined until the person was looked up, and where the question names no one. */
  readonly consultation?: Consultation;
  readonly reminders: number;
  readonly decision?: Decision;
  /** Of an approval for a time, once people were reminded of its end: the last of these ends. */
  readonly extension?: Extension;
  readonly carrying?: Carrying;
  readonly messages: readonly MessageSlot[];
  /** The events that were not announced yet. */
  readonly unannounced: readonly AuditEntry[];
  /** Counts the writes, so that one who read before another wrote does not write over it. */
  readonly revision: number;
}

/** A requester, once someone has looked who it is in Slack. */
export interface KnownRequester extends Requester {
  /** Undefined until it was looked up; empty where no one has that e-mail address. */
  readonly slackUserId?: string;
}

/**
 * A program has no user in Slack; where it names a person all the same, that person is looked up.
 */
export function isToBeLookedUp({ slackUserId, email, isAutomatic }: KnownRequester): boolean {
  return slackUserId === undefined && (email !== undefined || !isAutomatic);
}

/** The id that its asker gave it. */
export function idOfAsker({ id, askedAs }: Pick<ApprovalRequest, 'id' | 'askedAs'>): string {
  return askedAs ?? id;
}

/** A click that could not be judged yet, since it is not known who may decide. */
export interface WaitingClick {
  readonly click: Click;
  /**
   * Of the one who clicked, by the last reading of the approvers before the click; undefined where
   * there was none.
   */
  readonly wasApprover?: boolean;
}

/** Fewer people than it takes to approve a request. */
export interface TooFewApprovers {
  /** Who may decide. */
  readonly approvers: number;
  /** Approvals that the approvers have given, and can still give. */
  readonly possible: number;
  readonly needed: number;
  /** It was asked by another route than is for it now, so no one decides it. */
  readonly isRouteLost?: boolean;
}

export interface Vote {
  readonly userId: string;
  readonly at: Date;
  /** For how long; for good without it. */
  readonly seconds?: number;
}

export const DECISION_KINDS = ['approved', 'denied', 'expired', 'not-asked'] as const;

/** `not-asked`: no one was bothered, for one of the reasons below. */
export type DecisionKind = (typeof DECISION_KINDS)[number];

/**
 * `denied-before`: the same was denied a short while before. `too-many`: there were too many
 * requests. `asked-already`: the same is open under another id, and was counted up on it.
 * `unreadable`: the question breaks a limit, or has something in it that could not be shown.
 */
export const REASONS_NOT_TO_ASK = [
  'denied-before',
  'too-many',
  'asked-already',
  'unreadable',
] as const;

export type ReasonNotToAsk = (typeof REASONS_NOT_TO_ASK)[number];

export interface Decision {
  readonly kind: DecisionKind;
  readonly at: Date;
  /** People's ids. */
  readonly by: readonly string[];
  /** The end of an approval for a time. */
  readonly until?: Date;
  readonly reason?: ReasonNotToAsk;
  /** With `denied`: why, in the words of the one who denied. */
  readonly denialReason?: string;
  /** With `denied`: a reason was to be asked for, and Slack opened no modal for it. */
  readonly isReasonUnasked?: boolean;
  /** With `expired`: a click that came in time waited. It is as if it were denied. */
  readonly isClickWaiting?: boolean;
  /** With `expired`: no one could decide. It is as if it were denied. */
  readonly isRouteLost?: boolean;
  /** By a click from before the end that was judged after it. */
  readonly isLate?: boolean;
}

/** People are asked whether an approval for a time ends later. */
export interface Extension {
  /** From 1: another one is about another end. */
  readonly number: number;
  /** The end that is to be later. */
  readonly end: Date;
  readonly votes: readonly Vote[];
  /** Undefined until enough people have approved it. */
  readonly approval?: ExtensionApproval;
  /** Undefined where this end is the first. */
  readonly earlier?: EarlierExtensions;
}

/** What became of the ends before, all together. */
export interface EarlierExtensions {
  /** The end of what was approved first. */
  readonly firstEnd: Date;
  /** People's ids, each once. */
  readonly by: readonly string[];
}

export interface ExtensionApproval {
  readonly at: Date;
  /** People's ids. */
  readonly by: readonly string[];
  /** The later end. It holds once the asker has carried that out. */
  readonly until: Date;
}

export const PHASES = ['decision', 'end'] as const;

/** `end`: the time of an approval is over. */
export type Phase = (typeof PHASES)[number];

/** How far the asker is with the decision. */
export interface Carrying {
  readonly phase: Phase;
  /** From 1; a retry is another. */
  readonly attempt: number;
  /**
   * So many of them were of something else: of an earlier decision, or of the approval before
   * people gave it more time. None, where it is undefined.
   */
  readonly earlierAttempts?: number;
  /** When the asker was last told. */
  readonly sentAt?: Date;
  readonly outcome?: CarryingOutcome;
  /** It failed so long ago that it is not tried again: the message says so. */
  readonly isRetryOver?: boolean;
}

/** Something new is carried out: the asker is told of it in a later attempt than any before. */
export function newCarrying(last: Carrying | undefined): Carrying {
  const earlierAttempts = last?.attempt ?? 0;
  return {
    phase: 'decision',
    attempt: earlierAttempts + 1,
    ...(earlierAttempts > 0 && { earlierAttempts }),
  };
}

export const OUTCOME_KINDS = ['carried-out', 'conflicting', 'failed'] as const;

/** `conflicting`: things are not any more as they were when it was asked. */
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

export interface CarryingOutcome {
  readonly kind: OutcomeKind;
  readonly text: string;
  readonly at: Date;
}

/** Which message of a request: its question, or one that tells of a step. */
export type MessageName =
  | { readonly kind: 'question' }
  /** All of a question that is too long for one message, in a thread. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'reminder'; readonly number: number }
  /** In the thread: when an approval for a time ends. The number is that of the extension. */
  | { readonly kind: 'end-reminder'; readonly number: number }
  | { readonly kind: 'step'; readonly step: Step }
  /** The direct message to the one whom the question names. */
  | { readonly kind: 'consultation' }
  /** In the thread: how far that is. The number counts their answers. */
  | { readonly kind: 'consulted'; readonly number: number }
  /** To the one whose click did not count, or cannot be judged yet. */
  | {
      readonly kind: 'refusal' | 'waiting';
      readonly userId: string;
      readonly clickId: string;
      readonly text: string;
    };

export const STEPS = [
  'asked',
  'approved',
  'denied',
  'expired',
  'carried-out',
  'conflicting',
  'failed',
  'extended',
  'ended',
] as const;

export type Step = (typeof STEPS)[number];

/** A message that is to be shown, and how far that is. */
export interface MessageSlot {
  readonly name: MessageName;
  /** Counts how often it was to be delivered, or brought up to date. */
  readonly wanted: number;
  /** How many of these are done: what is wanted while someone is at it is another. */
  readonly shown: number;
  /** When to try again. */
  readonly notBefore?: Date;
  /** Someone is at it until then. */
  readonly leasedUntil?: Date;
  /** When those who deliver were pointed to it, as long as they have not begun. */
  readonly pointedAt?: Date;
  readonly failures: number;
  /**
   * Where it stands; several times, where a try died before it wrote down that it had succeeded.
   */
  readonly copies: readonly MessageCopy[];
}

export interface MessageCopy {
  readonly channelId: string;
  readonly ts: string;
}

export const AUDITED_EVENTS = [
  'asked',
  'repeated',
  'reminded',
  'vote',
  'vote-lapsed',
  'decided',
  'refused-click',
  'waiting-click',
  'too-few-approvers',
  'carried-out',
  'conflicting',
  'failed',
  'retried',
  'end-reminded',
  'extended',
  'ended',
  'viewed',
  'consulted',
  'not-consulted',
  'opinion',
  'not-asked',
] as const;

export type AuditedEvent = (typeof AUDITED_EVENTS)[number];

/** One thing that happened to a request; kept for as long as the audit asks. */
export interface AuditEntry {
  readonly at: Date;
  readonly what: AuditedEvent;
  /** A user's id. */
  readonly by?: string;
  readonly clickId?: string;
  /** Who might decide, as it was seen then. */
  readonly membership?: readonly string[];
  readonly detail?: string;
  /** Of a denial: why, in the words of the one who denied. */
  readonly reason?: string;
}

export function isOpen({ decision }: ApprovalRequest): boolean {
  return decision === undefined;
}

export function slotOf(
  { messages }: ApprovalRequest,
  kind: MessageName['kind'],
): MessageSlot | undefined {
  return messages.find(({ name }) => name.kind === kind);
}

/** What is said to one person is said once, and need not be kept. */
export function isToOne({ kind }: MessageName): boolean {
  return kind === 'refusal' || kind === 'waiting';
}

/** Has the message delivered, or brought up to date. */
export function withDue(request: ApprovalRequest, name: MessageName): ApprovalRequest {
  const key = nameKey(name);
  const known = request.messages.find((slot) => nameKey(slot.name) === key);
  const due: MessageSlot = known
    ? { ...known, wanted: known.wanted + 1, pointedAt: undefined }
    : { name, wanted: 1, shown: 0, failures: 0, copies: [] };
  return { ...request, messages: [...request.messages.filter((slot) => slot !== known), due] };
}

export function isDue({ wanted, shown }: MessageSlot): boolean {
  return shown < wanted;
}

export function nameKey(name: MessageName): string {
  switch (name.kind) {
    case 'reminder':
    case 'end-reminder':
    case 'consulted':
      return `${name.kind}-${name.number}`;
    case 'step':
      return `step-${name.step}`;
    case 'refusal':
    case 'waiting':
      return `${name.kind}-${name.clickId}`;
    default:
      return name.kind;
  }
}

export function withEntry(request: ApprovalRequest, entry: AuditEntry): ApprovalRequest {
  return { ...request, unannounced: [...request.unannounced, entry] };
}

/** The last of a list, so that a request does not grow until it cannot be written any more. */
export function withLast<T>(all: readonly T[], one: T, most: number): readonly T[] {
  return [...all, one].slice(-most);
}
