import { type AccessKey, type AccessKeyWithUse, DAY_MILLISECONDS, isOlderThan } from './access-key';
import {
  type DeactivationLimits,
  type DeactivationReason,
  heldAt,
  reasonsAt,
  REASONS_OF_USE,
  type StandingReason,
} from './deactivation-reasons';
import {
  approvalStanding,
  type ApprovalStanding,
  type ApprovedKey,
  askedReasons,
  type KeyApproval,
} from './key-approval';
import type { KnownOwner } from './owner';

/** The actions on old and unused keys, and when they are due. All times are in days. */
export interface KeyActionRules extends DeactivationLimits {
  /** A key that has been inactive for this long is deleted. */
  readonly deleteAfterInactive?: number;
  /** How long before each step its notice has to have been accepted by SNS. */
  readonly grace: number;
  readonly maxActionsPerRun: number;
  /**
   * People are asked before a key is deactivated; and, where they deny it, again after so many
   * days. Without it, no one is asked.
   */
  readonly askAgainAfter?: number;
}

export const STEP_KINDS = ['deactivate', 'delete'] as const;

export type StepKind = (typeof STEP_KINDS)[number];

export const ACTION_MODES = ['enforce', 'observe'] as const;

/** `observe`: what would be done is told, and not done. */
export type ActionMode = (typeof ACTION_MODES)[number];

/** What a notice is about: each reason for a deactivation has a notice of its own. */
export type NoticeKind = DeactivationReason | 'delete';

export type NoticeTimes = Partial<Readonly<Record<NoticeKind, Date>>>;

/** A step, and why it is taken. A deletion has no reason but its time. */
export interface ReasonedStep {
  readonly step: StepKind;
  /** Of a deactivation. */
  readonly reasons?: readonly StandingReason[];
}

export interface UntoldStep extends ReasonedStep {
  readonly at: Date;
  /** Who is to hear of it: of a key that is gone, a later run looks for no owner. */
  readonly owner?: KnownOwner;
  /** When it was reported, where its owner could not be told. */
  readonly reportedAt?: Date;
}

/**
 * The sentry's record of one key, under its id. Toggling the key leaves its notices as they are,
 * but for those that it is not used.
 */
export interface KeyRecord {
  readonly keyId: string;
  readonly userName: string;
  /** When SNS accepted the notice. */
  readonly noticeAt: NoticeTimes;
  /** When SNS last accepted a message that said that the step is to come, for that reason. */
  readonly toldAt: NoticeTimes;
  /** Since when the key has been seen inactive, without a break. */
  readonly inactiveSince?: Date;
  /** A step that was taken and is not told yet, or not to its owner. */
  readonly untold?: UntoldStep;
  /** The last question to people. */
  readonly approval?: KeyApproval;
  /** How often the sentry has deactivated it, and when it last did. */
  readonly deactivated?: { readonly times: number; readonly lastAt: Date };
}

/**
 * A notice lapses when nothing was told of its step for this long, as while the user was excluded
 * or the rules were others: no one remembers it then. Runs are a few days apart at the most.
 */
const NOTICE_LAPSES_AFTER_DAYS = 14;

/** How late the last use of a key can show up. AWS names no bound; it says "up to" a few hours. */
const LAST_USE_LAG_DAYS = 1;

export type NextStep =
  | { readonly kind: 'none' }
  /**
   * It has to be told first; the step is due on `dueAt` at the earliest, and people are asked then
   * where it says so.
   */
  | (ReasonedStep & {
      readonly kind: 'notice' | 'wait';
      readonly dueAt: Date;
      readonly asksFirst: boolean;
    })
  | DueStep
  /** It would be due for deactivation, had people approved it. */
  | UnapprovedStep
  /** It cannot be decided, and so nothing is done. */
  | (ReasonedStep & { readonly kind: 'held'; readonly reason: string });

export type DueStep = ReasonedStep & { readonly kind: 'due' };

export interface UnapprovedStep {
  readonly kind: 'unapproved';
  readonly step: 'deactivate';
  readonly reasons: readonly StandingReason[];
  readonly standing: ApprovalStanding;
}

/**
 * The one place that says whether a key may be deactivated or deleted: once for the plan, and again
 * on a fresh look. `approved` is what people approved just now, as was proved to the one who asks:
 * what is remembered of an approval never deactivates a key.
 */
export function nextStep(
  key: AccessKeyWithUse,
  record: KeyRecord | undefined,
  rules: KeyActionRules,
  now: Date,
  approved?: ApprovedKey,
): NextStep {
  if (key.status === 'Active') {
    const next = deactivation(key, record, rules, now);
    const { askAgainAfter } = rules;
    const approval = record?.approval;
    if (next.kind !== 'due' || askAgainAfter === undefined) return next;
    const { step, reasons } = next;
    if (isApproved(key, approval, approved)) {
      return holdsFor(approval, key, rules, reasons) ? next : { kind: 'none' };
    }
    const standing = approvalStanding(approval, askAgainAfter, now);
    return { kind: 'unapproved', step, reasons, standing };
  }
  if (key.status === 'Inactive' && rules.deleteAfterInactive !== undefined) {
    return deletion(key, record, { ...rules, deleteAfterInactive: rules.deleteAfterInactive }, now);
  }
  return { kind: 'none' };
}

type Deactivation =
  | Exclude<NextStep, DueStep | UnapprovedStep>
  | (DueStep & { readonly step: 'deactivate'; readonly reasons: readonly StandingReason[] });

/** Due once the notice of one of its reasons has had its grace: that reason has to hold still. */
function deactivation(
  key: AccessKeyWithUse,
  record: KeyRecord | undefined,
  rules: KeyActionRules,
  now: Date,
): Deactivation {
  const step = 'deactivate';
  const reasons = reasonsAt(key, rules, now).map((reason): StandingReason => {
    const noticeAt = livingNotice(reason.kind, record, now);
    // What was used since the notice, and is unused once more, is another matter.
    const counts = noticeAt && heldAt(reason.kind, key, rules, noticeAt);
    return { ...reason, ...(counts && { noticeAt }) };
  });
  if (reasons.length === 0) return withoutReason(key, record, rules, now);
  const afterGrace = ({ noticeAt = now }: StandingReason) => plusDays(noticeAt, rules.grace);
  const due = reasons.filter((reason) => reason.noticeAt && afterGrace(reason) <= now);
  if (due.length > 0) return { kind: 'due', step, reasons: due };
  return {
    kind: reasons.every(({ noticeAt }) => noticeAt) ? 'wait' : 'notice',
    step,
    dueAt: new Date(Math.min(...reasons.map((reason) => afterGrace(reason).getTime()))),
    asksFirst: rules.askAgainAfter !== undefined,
    reasons,
  };
}

/** Whether a key is still unused that was told to be so is not guessed. */
function withoutReason(
  { lastUse }: AccessKeyWithUse,
  record: KeyRecord | undefined,
  { deactivateUnusedAfter }: KeyActionRules,
  now: Date,
): Extract<NextStep, { kind: 'none' | 'held' }> {
  const wasTold = REASONS_OF_USE.some((kind) => livingNotice(kind, record, now));
  if (lastUse.kind !== 'unknown' || deactivateUnusedAfter === undefined || !wasTold) {
    return { kind: 'none' };
  }
  return { kind: 'held', step: 'deactivate', reasons: [], reason: unknownUseText(lastUse.reason) };
}

function unknownUseText(reason: string): string {
  return `its last use is unknown: ${reason}`;
}

/** People approved this very request, and it was not used yet. */
function isApproved(
  { id }: AccessKeyWithUse,
  approval: KeyApproval | undefined,
  approved: ApprovedKey | undefined,
): approval is KeyApproval {
  if (approved?.keyId !== id || approved.requestId !== approval?.requestId) return false;
  return !approval.deactivatedAt;
}

/**
 * Whether all is still so that people were told, and the key is due for some of it: a key that they
 * took for unused may have been used since.
 */
function holdsFor(
  approval: KeyApproval,
  key: AccessKeyWithUse,
  rules: KeyActionRules,
  due: readonly StandingReason[],
): boolean {
  const asked = askedReasons(approval);
  return (
    asked.every((kind) => heldAt(kind, key, rules, approval.askedAt)) &&
    due.some(({ kind }) => asked.includes(kind))
  );
}

function deletion(
  key: AccessKeyWithUse,
  record: KeyRecord | undefined,
  rules: KeyActionRules & { readonly deleteAfterInactive: number },
  now: Date,
): NextStep {
  const since = record?.inactiveSince ?? now;
  if (key.lastUse.kind === 'unknown') {
    return { kind: 'held', step: 'delete', reason: unknownUseText(key.lastUse.reason) };
  }
  // An inactive key cannot be used: it was active in between, and its time begins again.
  const usedAt = key.lastUse.kind === 'used' ? plusDays(key.lastUse.at, LAST_USE_LAG_DAYS) : since;
  const inactiveLongEnough = plusDays(later(usedAt, since), rules.deleteAfterInactive);
  const living = livingNotice('delete', record, now);
  const noticeAt =
    living && record?.inactiveSince && living >= record.inactiveSince ? living : undefined;
  const dueAt = later(plusDays(noticeAt ?? now, rules.grace), inactiveLongEnough);
  const planned = { step: 'delete', dueAt, asksFirst: false } as const;
  if (!noticeAt) return { kind: 'notice', ...planned };
  return dueAt <= now ? { kind: 'due', step: 'delete' } : { kind: 'wait', ...planned };
}

/** When the notice was accepted, if it has not lapsed. */
export function livingNotice(
  kind: NoticeKind,
  record: KeyRecord | undefined,
  now: Date,
): Date | undefined {
  const toldAt = record?.toldAt[kind];
  return toldAt && !isOlderThan(toldAt, NOTICE_LAPSES_AFTER_DAYS, now)
    ? record.noticeAt[kind]
    : undefined;
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function plusDays(time: Date, days: number): Date {
  return new Date(time.getTime() + days * DAY_MILLISECONDS);
}

/**
 * The record to keep once a key was seen: since when it has been inactive, without a break. What is
 * inactive is not used, so that no notice of that counts for the time after.
 */
export function afterSeen(key: AccessKey, record: KeyRecord | undefined, now: Date): KeyRecord {
  const { inactiveSince: _before, ...before } = record ?? {
    keyId: key.id,
    noticeAt: {},
    toldAt: {},
  };
  const rest = { ...before, userName: key.userName };
  if (key.status !== 'Inactive') return rest;
  return { ...withoutNoticesOfUse(rest), inactiveSince: record?.inactiveSince ?? now };
}

export function withoutNoticesOfUse<Noticed extends Pick<KeyRecord, 'noticeAt'>>(
  record: Noticed,
): Noticed {
  const { unused: _unused, 'never-used': _neverUsed, ...noticeAt } = record.noticeAt;
  return { ...record, noticeAt };
}
